#include "runtime/frame/storage_cache.hpp"

#include "runtime/log.hpp"
#include "scale/codec.hpp"

#include <limits>

namespace phala::runtime {
namespace {

/// Larger values (code) are read once or twice and not kept.
constexpr std::size_t kMaxKeptRead = 64 * 1024;
/// A call's memory is some 128 MiB; a block with all its events is far below this.
constexpr std::size_t kMaxBytes = 8 * 1024 * 1024;
constexpr std::size_t kFirstTable = 64;
/// What an entry takes beside its key and value, about.
constexpr std::size_t kBookKeeping = 96;

std::uint64_t hash_of(ByteView key)
{
    constexpr std::uint64_t kMultiplier = 0x9e37'79b9'7f4a'7c15;
    const auto mix = [](std::uint64_t hash, std::uint64_t word) {
        hash = (hash ^ word) * kMultiplier;
        return hash ^ hash >> 32;
    };
    std::uint64_t hash = key.size();
    const std::uint8_t* at = key.data();
    std::size_t left = key.size();
    for (std::uint64_t word = 0; left >= sizeof word; at += sizeof word, left -= sizeof word) {
        std::memcpy(&word, at, sizeof word);
        hash = mix(hash, word);
    }
    std::uint64_t rest = 0;
    for (; left != 0; ++at, --left)
        rest = rest << 8 | *at;
    return mix(hash, rest);
}

void encode_list(Bytes& out, ByteView items, std::uint32_t count)
{
    out.clear();
    out.reserve(items.size() + 5);
    scale::Writer writer{out};
    scale::encode_compact(writer, count);
    writer.write(items);
}

} // namespace

StorageCache::Entry* StorageCache::find(ByteView key, std::uint64_t hash) const
{
    if (table_.empty())
        return nullptr;
    const std::size_t mask = table_.size() - 1;
    for (std::size_t at = hash & mask; table_[at] != nullptr; at = (at + 1) & mask)
        if (table_[at]->hash == hash && equal(table_[at]->key, key))
            return table_[at];
    return nullptr;
}

void StorageCache::place(Entry& entry)
{
    const std::size_t mask = table_.size() - 1;
    std::size_t at = entry.hash & mask;
    while (table_[at] != nullptr)
        at = (at + 1) & mask;
    table_[at] = &entry;
}

StorageCache::Entry& StorageCache::find_or_insert(ByteView key)
{
    const std::uint64_t hash = hash_of(key);
    if (Entry* found = find(key, hash))
        return *found;
    if (2 * (entries_.size() + 1) > table_.size()) {
        table_.assign(table_.empty() ? kFirstTable : 2 * table_.size(), nullptr);
        for (const auto& entry : entries_)
            place(*entry);
    }
    Entry& entry = *entries_.emplace_back(std::make_unique<Entry>());
    entry.key = to_bytes(key);
    entry.hash = hash;
    size_ += key.size() + kBookKeeping;
    place(entry);
    return entry;
}

std::optional<ByteView> StorageCache::view(ByteView key)
{
    const Entry* entry = find(key, hash_of(key));
    if (entry == nullptr || !entry->known) {
        auto value = backend::get(key);
        const std::size_t size = value ? value->size() : 0;
        if (size > kMaxKeptRead) {
            encoded_ = std::move(*value);
            return encoded_;
        }
        make_room(key.size() + size);
        Entry& read = find_or_insert(key);
        read.known = true;
        read.present = value.has_value();
        if (value)
            read.bytes = std::move(*value);
        size_ += size;
        entry = &read;
    }
    if (!entry->present)
        return std::nullopt;
    if (!entry->list)
        return entry->bytes;
    encode_list(encoded_, entry->bytes, entry->count);
    return encoded_;
}

bool StorageCache::exists(ByteView key)
{
    const Entry* entry = find(key, hash_of(key));
    return entry != nullptr && entry->known ? entry->present : backend::exists(key);
}

/// The layer knows of the entry only how long it was, and now loses the list that this is a part of.
void StorageCache::keep_all(Layer& layer, const Entry& entry, Bytes&& list)
{
    for (auto& undo : layer.undo)
        if (undo.entry == &entry && !undo.bytes) {
            list.resize(undo.size);
            undo.bytes = std::move(list);
            return;
        }
}

/// Before a change: lets the newest layer know how the entry is, which may take its bytes unless it only grows.
void StorageCache::remember(Entry& entry, bool only_grows)
{
    if (layers_.empty())
        return;
    if (entry.layer != layer()) {
        layers_.back().undo.push_back({.entry = &entry,
                                       .bytes = only_grows ? std::nullopt : std::optional{std::move(entry.bytes)},
                                       .size = entry.bytes.size(),
                                       .count = entry.count,
                                       .layer = entry.layer,
                                       .known = entry.known,
                                       .present = entry.present,
                                       .list = entry.list,
                                       .dirty = entry.dirty});
    } else if (!only_grows && entry.list) {
        keep_all(layers_.back(), entry, std::move(entry.bytes));
    }
}

void StorageCache::mark_dirty(Entry& entry)
{
    entry.layer = layer();
    entry.known = true;
    if (!entry.dirty)
        dirty_.push_back(&entry);
    entry.dirty = true;
}

StorageCache::Entry& StorageCache::to_overwrite(ByteView key)
{
    Entry& entry = find_or_insert(key);
    size_ -= entry.bytes.size();
    remember(entry, false);
    entry.list = false;
    mark_dirty(entry);
    return entry;
}

void StorageCache::set(ByteView key, Bytes value)
{
    make_room(key.size() + value.size());
    Entry& entry = to_overwrite(key);
    size_ += value.size();
    entry.bytes = std::move(value);
    entry.present = true;
}

void StorageCache::clear(ByteView key)
{
    make_room(key.size());
    Entry& entry = to_overwrite(key);
    entry.bytes.clear();
    entry.present = false;
}

/// Keeps the value as a list. What is none counts as an empty one, as it does for the host.
void StorageCache::make_list(Entry& entry)
{
    constexpr u128 kMaxItems = std::numeric_limits<std::uint32_t>::max();
    scale::Reader in{entry.bytes};
    u128 count = 0;
    if (entry.present && !entry.list && scale::decode_compact(in, count) && count < kMaxItems) {
        const auto prefix = static_cast<std::ptrdiff_t>(entry.bytes.size() - in.remaining());
        entry.bytes.erase(entry.bytes.begin(), entry.bytes.begin() + prefix);
        entry.count = static_cast<std::uint32_t>(count);
    } else {
        to_overwrite(entry.key).bytes.clear();
        entry.count = 0;
        entry.present = true;
    }
    entry.list = true;
}

void StorageCache::append(ByteView key, ByteView item)
{
    make_room(key.size() + item.size());
    Entry* entry = find(key, hash_of(key));
    if (entry == nullptr || !entry->known) { // the backend appends to what is there without reading it
        sync();
        backend::append(key, item);
        return;
    }
    if (!entry->list || entry->count == std::numeric_limits<std::uint32_t>::max())
        make_list(*entry);
    remember(*entry, true);
    mark_dirty(*entry);
    size_ += item.size();
    phala::append(entry->bytes, item);
    ++entry->count;
}

void StorageCache::start_transaction()
{
    layers_.push_back({++last_layer_, {}});
}

void StorageCache::commit_transaction()
{
    if (layers_.empty()) {
        if (shared_ == 0)
            panic("a storage transaction is committed that was not started");
        write_dirty();
        backend::commit_transaction();
        --shared_;
        return;
    }
    Layer committed = std::move(layers_.back());
    layers_.pop_back();
    for (auto& undo : committed.undo) {
        Entry& entry = *undo.entry;
        entry.layer = layer();
        if (layers_.empty())
            continue;
        if (undo.layer != layer())
            layers_.back().undo.push_back(std::move(undo));
        else if (undo.bytes && undo.list)
            keep_all(layers_.back(), entry, std::move(*undo.bytes));
    }
}

/// Makes the newest layer as if it had not been; tells what it had made, if that is wanted.
std::vector<StorageCache::Redo> StorageCache::undo_newest(bool redo)
{
    std::vector<Redo> out;
    for (auto& undo : layers_.back().undo) {
        Entry& entry = *undo.entry;
        size_ -= entry.bytes.size();
        if (redo) {
            auto& value = out.emplace_back(Redo{&entry, std::nullopt}).value;
            if (entry.present && entry.list)
                encode_list(value.emplace(), entry.bytes, entry.count);
            else if (entry.present)
                value = std::move(entry.bytes);
        }
        if (undo.bytes)
            entry.bytes = std::move(*undo.bytes);
        else
            entry.bytes.resize(undo.size);
        size_ += entry.bytes.size();
        entry.count = undo.count;
        entry.layer = undo.layer;
        entry.known = undo.known;
        entry.present = undo.present;
        entry.list = undo.list;
        entry.dirty = undo.dirty;
    }
    layers_.pop_back();
    return out;
}

void StorageCache::rollback_transaction()
{
    if (!layers_.empty()) {
        undo_newest(false);
        return;
    }
    if (shared_ == 0)
        panic("a storage transaction is rolled back that was not started");
    backend::rollback_transaction();
    --shared_;
    forget();
}

void StorageCache::write_dirty()
{
    for (Entry* entry : dirty_) {
        if (!entry->dirty)
            continue; // what made it so was undone, or it stands here twice
        entry->dirty = false;
        if (!entry->present) {
            backend::clear(entry->key);
        } else if (entry->list) {
            encode_list(encoded_, entry->bytes, entry->count);
            backend::set(entry->key, encoded_);
            // from here on the backend does the appending: writing a long list again and again would cost too much
            size_ -= entry->bytes.size();
            entry->bytes = {};
            entry->known = entry->list = false;
        } else {
            backend::set(entry->key, entry->bytes);
        }
    }
    dirty_.clear();
}

void StorageCache::sync()
{
    std::vector<std::vector<Redo>> layers(layers_.size());
    for (std::size_t at = layers.size(); at-- != 0;)
        layers[at] = undo_newest(true);
    write_dirty();
    for (auto& layer : layers) {
        backend::start_transaction();
        ++shared_;
        for (auto& [entry, value] : layer) {
            size_ -= entry->bytes.size();
            entry->present = value.has_value();
            entry->bytes = value ? std::move(*value) : Bytes{};
            size_ += entry->bytes.size();
            entry->list = false;
            mark_dirty(*entry);
        }
        write_dirty();
    }
}

void StorageCache::forget()
{
    dirty_.clear();
    table_.clear();
    entries_.clear();
    size_ = 0;
}

void StorageCache::make_room(std::size_t bytes)
{
    if (size_ + bytes <= kMaxBytes)
        return;
    sync();
    forget();
}

} // namespace phala::runtime
