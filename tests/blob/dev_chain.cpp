#include "dev_chain.hpp"

#include "base/hex.hpp"
#include "base/json.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace phala::testing {
namespace {

constexpr auto kEmptyRoot = "0x03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314";

} // namespace

void DevChain::give_up(const std::string& why)
{
    std::fprintf(stderr, "development chain: %s\n", why.c_str());
    std::abort();
}

Bytes read_blob(std::string_view name)
{
    const std::string path = std::string{PHALA_WASM_DIR} + "/" + std::string{name} + ".wasm";
    std::ifstream file{path, std::ios::binary};
    Bytes blob{std::istreambuf_iterator<char>{file}, {}};
    if (blob.empty())
        DevChain::give_up("no runtime at " + path + ": build it first (cmake --preset wasm, ninja -C build/wasm)");
    return blob;
}

DevChain::DevChain(std::string_view name, std::string_view preset)
{
    const Bytes blob = read_blob(name);
    runtime_ = must(engine_.load(blob));

    const auto patch_of = [&](const std::optional<std::string>& name) {
        host::Overlay overlay{host::empty_state()};
        auto calls = context(overlay);
        const auto text = must(scale::decode<std::optional<Bytes>>(
            must(runtime_->call("GenesisBuilder_get_preset", scale::encode(name), calls))));
        if (!text)
            give_up("the runtime has no preset " + name.value_or("(default)"));
        return must(json::parse(text_of(*text)));
    };
    json::Value config = patch_of(std::nullopt);
    json::merge_patch(config, patch_of(std::string{preset}));

    host::Overlay overlay{host::empty_state()};
    auto calls = context(overlay);
    const auto built = must(scale::decode<std::expected<void, std::string>>(
        must(runtime_->call("GenesisBuilder_build_state", scale::encode(json::dump(config)), calls))));
    if (!built)
        give_up("build_state: " + built.error());
    overlay.set(bytes_of(":code"), blob);
    auto changes = must(overlay.changes(trie::StateVersion::V0));
    nodes_.insert(std::move(changes.trie.inserted));
    head_.state_root = {changes.trie.root};
    head_.extrinsics_root = {must(array_from_hex<32>(kEmptyRoot))};
    genesis_ = {crypto::blake2_256(scale::encode(head_))};
}

host::CallContext DevChain::context(host::Overlay& overlay) const
{
    return {.overlay = overlay, .log = [this](host::LogLevel, std::string_view target, std::string_view message) {
                log_.push_back(std::string{target} + ": " + std::string{message});
            }};
}

Outcome<Bytes> DevChain::call(std::string_view function, ByteView arguments) const
{
    const host::TrieState state{nodes_, head_.state_root.bytes};
    host::Overlay overlay{state};
    auto calls = context(overlay);
    return runtime_->call(function, arguments, calls);
}

DevChain::Built DevChain::build(const std::vector<Bytes>& extrinsics) const
{
    const host::TrieState state{nodes_, head_.state_root.bytes};
    host::Overlay overlay{state};
    auto calls = context(overlay);
    const auto slot_duration = query<std::uint64_t>("AuraApi_slot_duration");
    const std::uint64_t slot = 1'700'000'000 + head_.number.value;

    Header header{.parent_hash = {crypto::blake2_256(scale::encode(head_))}, .number = head_.number.value + 1};
    header.digest.logs.push_back({digest::PreRuntime{engine_id("aura"), scale::encode(slot)}});
    (void)must(runtime_->call("Core_initialize_block", scale::encode(header), calls));

    InherentData inherents;
    inherents.put(kTimestampInherent, slot * slot_duration);
    inherents.put(kAuraSlotInherent, slot);
    overlay.begin_transaction(); // making inherents may write; a block that executes does not see that
    auto all = must(scale::decode<std::vector<Bytes>>(
        must(runtime_->call("BlockBuilder_inherent_extrinsics", scale::encode(inherents), calls))));
    if (!overlay.rollback_transaction())
        give_up("inherents left a transaction open");
    for (const auto& one : extrinsics)
        all.push_back(must(scale::decode<Bytes>(one)));

    Built built;
    for (auto& one : all) {
        built.results.push_back(must(runtime_->call("BlockBuilder_apply_extrinsic", scale::encode(one), calls)));
        built.block.extrinsics.push_back(std::move(one));
    }
    built.block.header = must(scale::decode<Header>(must(runtime_->call("BlockBuilder_finalize_block", {}, calls))));
    return built;
}

Outcome<> DevChain::import(const Block& block)
{
    const host::TrieState state{nodes_, head_.state_root.bytes};
    host::Overlay overlay{state};
    auto calls = context(overlay);
    PHALA_CHECK(runtime_->call("Core_execute_block", scale::encode(block), calls));
    PHALA_TRY(auto changes, overlay.changes(trie::StateVersion::V0));
    nodes_.insert(std::move(changes.trie.inserted));
    head_ = block.header;
    const Bytes code = storage(bytes_of(":code")).value_or(Bytes{});
    if (crypto::blake2_256(code) != runtime_->code_hash()) {
        PHALA_TRY(runtime_, engine_.load(code));
    }
    return {};
}

std::optional<Bytes> DevChain::storage(ByteView key) const
{
    return must(host::TrieState{nodes_, head_.state_root.bytes}.get(key));
}

Bytes DevChain::sign(std::string_view uri, Nonce nonce, ByteView call, Balance tip) const
{
    const auto pair = must(crypto::KeyPair::from_uri(uri));
    const Bytes implicit = implicit_bytes({.spec_version = must(runtime_->version()).spec_version,
                                           .transaction_version = must(runtime_->version()).transaction_version,
                                           .genesis_hash = genesis_},
                                          genesis_);
    return sign_extrinsic(call, AccountId{pair.account()}, tx_extensions(Era::immortal(), nonce, tip), implicit,
                          [&](ByteView payload) { return pair.sign(payload, ByteArray<32>{}).scheme; });
}

Bytes account_key(const AccountId& who)
{
    return concat(crypto::twox_128(bytes_of("System")), crypto::twox_128(bytes_of("Account")), crypto::blake2_128(who),
                  who);
}

} // namespace phala::testing
