#include "host/overlay.hpp"

#include "host/error.hpp"
#include "trie/child_tries.hpp"

namespace phala::host {

void Overlay::set(ByteView key, Bytes value)
{
    touch();
    top_.set(key, std::move(value));
}

void Overlay::remove(ByteView key)
{
    touch();
    top_.remove(key);
}

Outcome<void> Overlay::append(ByteView key, ByteView item)
{
    touch();
    return top_.append(key, item);
}

Outcome<ClearedPrefix> Overlay::clear_prefix(ByteView prefix, std::optional<std::uint32_t> limit)
{
    touch();
    return top_.clear_prefix(prefix, limit);
}

Outcome<OverlaidMap*> Overlay::find_child(ByteView name)
{
    auto found = children_.find(name);
    if (found == children_.end()) {
        PHALA_TRY(auto base, top_.base().child(name));
        OverlaidMap map{*base};
        for (std::uint32_t layer = 0; layer < depth(); ++layer)
            map.changes().begin();
        found = children_.emplace(to_bytes(name), Child{std::move(base), std::move(map)}).first;
    }
    return &found->second.map;
}

Outcome<const OverlaidMap*> Overlay::child(ByteView name)
{
    PHALA_TRY(const OverlaidMap* map, find_child(name));
    return map;
}

Outcome<OverlaidMap*> Overlay::child_to_change(ByteView name)
{
    touch();
    return find_child(name);
}

Outcome<trie::Update> Overlay::update_child(const Bytes& name, const OverlaidMap& map, StateVersion version)
{
    PHALA_TRY(auto update, map.update(version));
    const Bytes key = trie::child_root_key(name);
    PHALA_TRY(const auto stored, top_.get(key));
    if (update.root == trie::kEmptyRoot ? stored.has_value() : !stored || !equal(*stored, update.root)) {
        touch();
        if (update.root == trie::kEmptyRoot)
            top_.remove(key);
        else
            top_.set(key, to_bytes(update.root));
    }
    return update;
}

Outcome<Hash> Overlay::child_root(ByteView name, StateVersion version)
{
    PHALA_TRY(const OverlaidMap* map, find_child(name));
    PHALA_TRY(const auto update, update_child(to_bytes(name), *map, version));
    return update.root;
}

template <class Visit>
bool Overlay::for_each_layered(Visit&& visit)
{
    bool all = visit(top_.changes());
    all &= visit(offchain_);
    for (auto& [name, child] : children_)
        all &= visit(child.map.changes());
    return all;
}

void Overlay::begin_transaction()
{
    for_each_layered([](LayeredMap& map) {
        map.begin();
        return true;
    });
}

Outcome<void> Overlay::commit_transaction()
{
    if (!for_each_layered([](LayeredMap& map) { return map.commit(); }))
        return fail(HostError::NoTransaction);
    return {};
}

Outcome<void> Overlay::rollback_transaction()
{
    touch();
    if (!for_each_layered([](LayeredMap& map) { return map.rollback(); }))
        return fail(HostError::NoTransaction);
    return {};
}

Outcome<void> Overlay::compute(StateVersion version)
{
    if (computed_ && computed_->version == version)
        return {};
    std::vector<trie::Update> of_children;
    for (const auto& [name, child] : children_) {
        if (child.map.changes().empty())
            continue;
        PHALA_TRY(auto update, update_child(name, child.map, version));
        of_children.push_back(std::move(update));
    }
    PHALA_TRY(auto update, top_.update(version));
    for (auto& child : of_children) {
        std::ranges::move(child.inserted, std::back_inserter(update.inserted));
        std::ranges::copy(child.removed, std::back_inserter(update.removed));
    }
    computed_ = Computed{version, std::move(update)};
    return {};
}

Outcome<Hash> Overlay::root(StateVersion version)
{
    PHALA_CHECK(compute(version));
    return computed_->update.root;
}

Outcome<StorageChanges> Overlay::changes(StateVersion version)
{
    if (depth() != 0)
        return fail(HostError::NoTransaction, "a transaction is still open");
    PHALA_CHECK(compute(version));
    StorageChanges out;
    const auto collect = [](auto& into) {
        return [&into](const Bytes& key, LayeredMap::Value value) { into.emplace_back(key, std::move(value)); };
    };
    top_.changes().for_each(collect(out.storage));
    offchain_.for_each(collect(out.offchain_index));
    out.trie = std::move(computed_->update);
    computed_.reset();
    return out;
}

} // namespace phala::host
