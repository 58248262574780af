#include "host/state.hpp"

#include "trie/child_tries.hpp"

namespace phala::host {

Outcome<std::optional<Bytes>> TrieState::get(ByteView key) const
{
    return trie::get(*nodes_, root_, key);
}

Outcome<std::optional<Bytes>> TrieState::next_key(ByteView key) const
{
    trie::Cursor cursor{*nodes_, root_};
    PHALA_TRY(const bool found, cursor.seek_after(key));
    if (!found)
        return std::nullopt;
    return cursor.key();
}

Outcome<std::unique_ptr<StateReader>> TrieState::child(ByteView name) const
{
    PHALA_TRY(const auto stored, get(trie::child_root_key(name)));
    PHALA_TRY(const Hash root, trie::child_root_of(stored));
    return std::make_unique<TrieState>(*nodes_, root);
}

Outcome<trie::Update> TrieState::with(std::vector<trie::Change> changes, StateVersion version) const
{
    return trie::update(*nodes_, root_, std::move(changes), version);
}

const StateReader& empty_state()
{
    static const trie::MemoryNodes none;
    static const TrieState state{none, trie::kEmptyRoot};
    return state;
}

} // namespace phala::host
