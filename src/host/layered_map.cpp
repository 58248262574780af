#include "host/layered_map.hpp"

#include "scale/codec.hpp"

#include <limits>

namespace phala::host {

namespace {

constexpr std::uint64_t kMaxItems = std::numeric_limits<std::uint32_t>::max();

/// Splits a SCALE list into its count and the bytes of its items; the items themselves have no meaning here.
std::optional<std::uint32_t> split_list(ByteView value, ByteView& items)
{
    scale::Reader in{value};
    u128 count = 0;
    if (!scale::decode_compact(in, count) || count > kMaxItems)
        return std::nullopt;
    items = in.rest();
    return static_cast<std::uint32_t>(count);
}

} // namespace

std::uint64_t LayeredMap::count_of(const Versions& versions)
{
    std::uint64_t count = 0;
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
        count += version->count;
        if (version->kind != Kind::Append)
            break;
    }
    return count;
}

LayeredMap::Value LayeredMap::value_of(const Versions& versions)
{
    const Version& last = versions.back();
    if (last.kind == Kind::Removed)
        return std::nullopt;
    if (last.kind == Kind::Set)
        return last.bytes;
    std::size_t first = versions.size() - 1;
    while (versions[first].kind == Kind::Append)
        --first;
    Bytes out;
    scale::Writer writer{out};
    scale::encode_compact(writer, count_of(versions));
    for (std::size_t i = first; i < versions.size(); ++i)
        writer.write(versions[i].bytes);
    return out;
}

std::optional<LayeredMap::Value> LayeredMap::get(ByteView key) const
{
    const auto found = changes_.find(key);
    if (found == changes_.end())
        return std::nullopt;
    return value_of(found->second);
}

std::optional<bool> LayeredMap::exists(ByteView key) const
{
    const auto found = changes_.find(key);
    if (found == changes_.end())
        return std::nullopt;
    return found->second.back().kind != Kind::Removed;
}

LayeredMap::Map::iterator LayeredMap::entry_of(ByteView key)
{
    const auto at = changes_.lower_bound(key);
    if (at != changes_.end() && equal(at->first, key))
        return at;
    return changes_.emplace_hint(at, to_bytes(key), Versions{});
}

void LayeredMap::push(Map::iterator entry, Version version)
{
    entry->second.push_back(std::move(version));
    if (!touched_.empty())
        touched_.back().push_back(entry);
}

void LayeredMap::change(ByteView key, Version version)
{
    const auto entry = entry_of(key);
    if (!entry->second.empty() && entry->second.back().layer == depth())
        entry->second.back() = std::move(version);
    else
        push(entry, std::move(version));
}

bool LayeredMap::turn_into_list(Version& version)
{
    if (version.kind != Kind::Set)
        return version.kind != Kind::Removed;
    ByteView items;
    const auto count = split_list(version.bytes, items);
    if (!count)
        return false;
    version.bytes.erase(version.bytes.begin(), version.bytes.end() - static_cast<std::ptrdiff_t>(items.size()));
    version.kind = Kind::List;
    version.count = *count;
    return true;
}

LayeredMap::Version LayeredMap::list_or_empty(Bytes value) const
{
    Version version{depth(), Kind::Set, 0, std::move(value)};
    if (!turn_into_list(version))
        version = {depth(), Kind::List, 0, {}};
    return version;
}

void LayeredMap::append_to(Map::iterator entry, ByteView item)
{
    Versions& versions = entry->second;
    // Turning a lower layer's bytes into a list changes how they are kept, not what they are.
    const bool is_list = turn_into_list(versions.back()) && count_of(versions) < kMaxItems;
    if (versions.back().layer != depth())
        push(entry, {depth(), is_list ? Kind::Append : Kind::List, 0, {}});
    else if (!is_list)
        versions.back() = {depth(), Kind::List, 0, {}};
    Version& last = versions.back();
    last.count += 1;
    phala::append(last.bytes, item);
}

LayeredMap::Next LayeredMap::next(ByteView key, bool inclusive) const
{
    const auto at = inclusive ? changes_.lower_bound(key) : changes_.upper_bound(key);
    if (at == changes_.end())
        return {nullptr, false};
    return {&at->first, at->second.back().kind != Kind::Removed};
}

void LayeredMap::remove_prefix(ByteView prefix)
{
    for (auto at = changes_.lower_bound(prefix); at != changes_.end() && starts_with(at->first, prefix); ++at)
        change(at->first, {depth(), Kind::Removed, 0, {}});
}

void LayeredMap::begin()
{
    touched_.emplace_back();
}

bool LayeredMap::rollback()
{
    if (touched_.empty())
        return false;
    for (const auto entry : touched_.back()) {
        entry->second.pop_back();
        if (entry->second.empty())
            changes_.erase(entry);
    }
    touched_.pop_back();
    return true;
}

bool LayeredMap::commit()
{
    if (touched_.empty())
        return false;
    const auto committed = std::move(touched_.back());
    touched_.pop_back();
    for (const auto entry : committed) {
        Versions& versions = entry->second;
        versions.back().layer = depth();
        if (versions.size() < 2 || versions[versions.size() - 2].layer != depth()) {
            if (!touched_.empty())
                touched_.back().push_back(entry);
            continue;
        }
        Version top = std::move(versions.back());
        versions.pop_back();
        Version& below = versions.back();
        if (top.kind == Kind::Append) {
            below.count += top.count;
            phala::append(below.bytes, top.bytes);
        } else {
            below = std::move(top);
        }
    }
    return true;
}

} // namespace phala::host
