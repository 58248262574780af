#include "base/json.hpp"
#include "crypto/hash.hpp"
#include "node/chain/chain.hpp"
#include "trie/child_tries.hpp"

namespace phala::node {

namespace {

constexpr std::string_view kCodeKey = ":code";

Outcome<Entries> entries_of(const host::OverlaidMap& map)
{
    Entries out;
    for (std::optional<Bytes> key = Bytes{}; key;) {
        PHALA_TRY(auto value, map.get(*key));
        if (value) // the empty key may have none
            out.emplace(*key, std::move(*value));
        PHALA_TRY(key, map.next_key(*key));
    }
    return out;
}

Outcome<> set_raw(host::Overlay& overlay, const ChainSpec& spec)
{
    for (const auto& [key, value] : spec.raw)
        overlay.set(key, value);
    for (const auto& [name, entries] : spec.raw_children) {
        PHALA_TRY(auto* child, overlay.child_to_change(name));
        for (const auto& [key, value] : entries)
            child->set(key, value);
    }
    return {};
}

/// The runtime's named JSON: its full default without a name, else a patch.
Outcome<json::Value> preset(const host::Runtime& runtime, const std::optional<std::string>& name)
{
    host::Overlay overlay{host::empty_state()};
    auto context = logged_context(overlay);
    PHALA_TRY(auto answer, runtime.call("GenesisBuilder_get_preset", scale::encode(name), context));
    PHALA_TRY(auto text, scale::decode<std::optional<Bytes>>(answer));
    if (!text)
        return fail(ChainError::BadGenesis,
                    name ? "it has no preset \"" + *name + "\"" : "it has no default configuration");
    return json::parse(text_of(*text));
}

Outcome<> build_state(const host::Runtime& runtime, const ChainSpec& spec, host::Overlay& overlay)
{
    json::Value config = spec.config;
    if (config.is_null()) {
        PHALA_TRY(config, preset(runtime, std::nullopt));
    }
    if (spec.preset) {
        PHALA_TRY(auto patch, preset(runtime, spec.preset));
        json::merge_patch(config, patch);
    }
    if (spec.patch.object() != nullptr)
        json::merge_patch(config, spec.patch);
    auto context = logged_context(overlay);
    PHALA_TRY(auto answer, runtime.call("GenesisBuilder_build_state", scale::encode(json::dump(config)), context));
    PHALA_TRY(auto result, (scale::decode<std::expected<void, std::string>>(answer)));
    if (!result)
        return fail(ChainError::BadGenesis, result.error());
    return {};
}

} // namespace

Outcome<Genesis> build_genesis(host::Engine& engine, const ChainSpec& spec)
{
    host::Overlay overlay{host::empty_state()};
    Bytes code = spec.code;
    if (spec.is_raw) {
        PHALA_CHECK(set_raw(overlay, spec));
        auto at = spec.raw.find(to_bytes(kCodeKey));
        if (at == spec.raw.end())
            return fail(ChainError::BadGenesis, "the state holds no :code");
        code = at->second;
    }
    PHALA_TRY(auto runtime, engine.load(code));
    if (!spec.is_raw) {
        PHALA_CHECK(build_state(*runtime, spec, overlay));
        overlay.set(bytes_of(kCodeKey), code);
    }
    if (!runtime->version())
        return std::unexpected(Error{runtime->version().error()});
    PHALA_TRY(auto changes,
              overlay.changes(static_cast<trie::StateVersion>(runtime->version()->state_version == 0 ? 0 : 1)));

    Genesis genesis{};
    genesis.header.state_root = {changes.trie.root};
    genesis.header.extrinsics_root = {trie::kEmptyRoot};
    genesis.nodes = std::move(changes.trie.inserted);
    const Bytes child_prefix = trie::child_root_key({});
    for (auto& [key, value] : changes.storage) {
        if (!value)
            continue;
        if (starts_with(key, child_prefix)) {
            const auto name = ByteView{key}.subspan(child_prefix.size());
            PHALA_TRY(const auto* child, overlay.child(name));
            PHALA_TRY(auto entries, entries_of(*child));
            if (!entries.empty()) {
                genesis.children.emplace(to_bytes(name), std::move(entries));
                continue;
            }
        }
        genesis.state.emplace(std::move(key), std::move(*value));
    }
    return genesis;
}

} // namespace phala::node
