// Runtimes that others built in Rust, on the states they began with (spec_folder.hpp): this host must come to the same
// roots, blocks and answers as their own hosts.
#include "base/hex.hpp"
#include "block.hpp"
#include "crypto/key_pair.hpp"
#include "host/code.hpp"
#include "primitives/header.hpp"
#include "primitives/inherent.hpp"
#include "spec_folder.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace phala::vectors {
namespace {

using Map = std::map<Bytes, Bytes>;

class Runtimes : public testing::Test {
protected:
    static host::Engine& engine()
    {
        // Compiling twenty runtimes takes minutes: they are kept beside the specifications.
        const auto folder = spec_folder();
        static host::Engine shared{host::EngineConfig{
            .cache_directory = folder ? *folder / "compiled" : std::filesystem::path{}, .max_runtimes = 32}};
        return shared;
    }

    void SetUp() override
    {
        if (!spec_folder())
            GTEST_SKIP() << "PHALA_SPEC_DIR is not set: published chain specifications are not part of this repository";
    }

    /// The specification of that path, or nothing after saying so.
    static std::optional<Map> load_spec(std::string_view path)
    {
        const auto file = find_spec(path);
        if (!file) {
            std::printf("[  ABSENT  ] %.*s\n", static_cast<int>(path.size()), path.data());
            return std::nullopt;
        }
        return genesis_of(*file);
    }
    /// As above, of the text "owner/repository path".
    static std::optional<Map> load_source(const std::string& source)
    {
        return load_spec(source.substr(source.find(' ') + 1));
    }
    static std::string last_error_of(const Outcome<Bytes>& answer) { return answer ? "" : answer.error().message(); }
};

void expect_has(const std::string& text, std::string_view part)
{
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(GenesisHashes, FollowFromStateRoots)
{
    for (const auto& known : *section("genesis").array())
        EXPECT_EQ(to_hex(crypto::blake2_256(genesis_header(array_of<32>(bytes(known, "stateRoot"))))),
                  to_hex(bytes(known, "genesisHash")))
            << text(known, "path");
}

TEST_F(Runtimes, GenesisOfPublishedChains)
{
    std::size_t tried = 0;
    for (const auto& known : *section("genesis").array()) {
        if (member(known, "entries").is_null()) // the specification holds only its state root
            continue;
        const auto map = load_spec(text(known, "path"));
        if (!map)
            continue;
        SCOPED_TRACE(text(known, "path"));
        ++tried;
        EXPECT_EQ(map->size(), number(known, "entries"));
        const Genesis genesis{engine(), *map};
        EXPECT_EQ(static_cast<std::uint64_t>(genesis.version()), number(known, "stateVersion"));
        EXPECT_EQ(to_hex(genesis.root()), to_hex(bytes(known, "stateRoot")));
        EXPECT_EQ(to_hex(genesis.hash()), to_hex(bytes(known, "genesisHash")));
    }
    std::printf("[ COMPARED ] %zu genesis states\n", tried);
}

TEST_F(Runtimes, TellVersionAndMetadata)
{
    for (const auto& known : *section("genesis").array()) {
        if (member(known, "entries").is_null())
            continue;
        const auto map = load_spec(text(known, "path"));
        if (!map)
            continue;
        SCOPED_TRACE(text(known, "path"));
        const Genesis genesis{engine(), *map};
        const RuntimeVersion& version = *genesis.runtime().version();
        const auto called = genesis.call("Core_version");
        ASSERT_TRUE(called) << called.error().message();
        EXPECT_EQ(*host::decode_runtime_version(*called), version);
        EXPECT_FALSE(version.apis.empty());

        host::Overlay nothing{host::empty_state()}; // metadata needs no state
        host::CallContext context{.overlay = nothing};
        const auto answer = genesis.runtime().call("Metadata_metadata", {}, context);
        ASSERT_TRUE(answer) << answer.error().message();
        const auto metadata = scale::decode<Bytes>(*answer).value();
        EXPECT_TRUE(starts_with(metadata, bytes_of("meta")));
        std::printf("[ METADATA ] %s %u: V%u, %zu bytes\n", version.spec_name.c_str(), version.spec_version,
                    metadata.at(4), metadata.size());
        if (genesis.runtime().exports("Metadata_metadata_at_version"))
            for (const auto offered :
                 scale::decode<std::vector<std::uint32_t>>(genesis.call("Metadata_metadata_versions").value())
                     .value()) {
                const auto at = scale::decode<std::optional<Bytes>>(
                    genesis.call("Metadata_metadata_at_version", scale::encode(offered)).value());
                ASSERT_TRUE(at && *at) << offered;
                EXPECT_TRUE(starts_with(**at, bytes_of("meta")));
            }
    }
}

TEST_F(Runtimes, BlobsAreWhatTheVectorsSay)
{
    for (const auto& known : *section("runtimeBlobs").array()) {
        const auto map = load_source(text(known, "source"));
        if (!map)
            continue;
        SCOPED_TRACE(text(known, "source"));
        const Bytes& code = map->at(to_bytes(":code"));
        if (to_hex(crypto::blake2_256(code)) != to_hex(bytes(known, "blobBlake2_256")))
            continue; // a later version of the file
        EXPECT_EQ(code.size(), number(known, "blobBytes"));
        const auto runtime = engine().load(code);
        ASSERT_TRUE(runtime) << runtime.error().message();
        for (const auto& name : list(known, "exports"))
            if (string(name).find('_') != std::string::npos && !string(name).starts_with("_"))
                EXPECT_TRUE((*runtime)->exports(string(name))) << string(name);
    }
}

TEST_F(Runtimes, FirstBlocksAreTheSame)
{
    for (const auto& known : *section("realRuntimeBlock1").array()) {
        const auto map = load_source(text(known, "source"));
        if (!map)
            continue;
        SCOPED_TRACE(text(known, "source"));
        const Genesis genesis{engine(), *map};
        EXPECT_EQ(to_hex(genesis.root()), text(known, "genesisStateRoot"));
        EXPECT_EQ(to_hex(genesis.hash()), text(known, "genesisHash"));
        BlockBuilder block{genesis.runtime(), genesis.state()};
        const auto mode = block.call("Core_initialize_block", bytes(known, "initHeader"));
        ASSERT_TRUE(mode) << mode.error().message();
        if (has(known, "initializeBlockOutput"))
            EXPECT_EQ(to_hex(*mode), text(known, "initializeBlockOutput"));
        const auto inherents = block.ask("BlockBuilder_inherent_extrinsics", bytes(known, "inherentData"));
        ASSERT_TRUE(inherents) << inherents.error().message();
        if (has(known, "inherents"))
            EXPECT_EQ(to_hex(*inherents), text(known, "inherents"));
        const auto& extrinsics = list(known, "extrinsics");
        for (std::size_t i = 0; i < extrinsics.size(); ++i)
            EXPECT_EQ(to_hex(block.apply(bytes(extrinsics[i])).value()), string(list(known, "applyResults").at(i)));
        const Bytes header = block.finish().value();
        EXPECT_EQ(to_hex(header), text(known, "finalizedHeader"));
        EXPECT_EQ(to_hex(crypto::blake2_256(header)), text(known, "blockHash"));
        EXPECT_EQ(to_hex(block.overlay().root(genesis.version()).value()), text(known, "stateRoot"));

        Map removed = *map;
        Map set;
        for (const auto& [key, value] : block.overlay().changes(genesis.version()).value().storage) {
            const auto before = map->find(key);
            if (value && (before == map->end() || before->second != *value))
                set.emplace(key, *value);
            else if (!value && before != map->end())
                removed.erase(key);
        }
        const auto& diff = member(known, "storageDiff");
        EXPECT_EQ(set, vectors::map(member(diff, "set")));
        EXPECT_EQ(map->size() - removed.size(), list(diff, "removed").size());
        for (const auto& key : list(diff, "removed"))
            EXPECT_FALSE(removed.contains(bytes(key))) << string(key);
        EXPECT_EQ(to_hex(block.overlay()
                             .get(from_hex("26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7").value())
                             .value()
                             .value()),
                  text(known, "events"));

        EXPECT_EQ(
            to_hex(
                execute(genesis.runtime(), genesis.state(), concat(header, block.body()), genesis.version()).value()),
            text(known, "stateRoot"));
        if (has(known, "executeBlockInput_blake2_256"))
            EXPECT_EQ(to_hex(crypto::blake2_256(concat(header, block.body()))),
                      text(known, "executeBlockInput_blake2_256"));
        Bytes tampered = header;
        tampered[40] ^= 1; // inside the state root
        const auto refused =
            execute(genesis.runtime(), genesis.state(), concat(tampered, block.body()), genesis.version());
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().is(host::HostError::Trap));
        expect_has(refused.error().message(), "root");
    }
}

/// What authors of relay chains and solo chains put into block 1 at `time`, milliseconds.
InherentData inherents_of(const Genesis& genesis, std::uint64_t time, std::uint64_t slot)
{
    InherentData out;
    out.put(kTimestampInherent, time);
    out.put(kAuraSlotInherent, slot);
    out.put(inherent_id("babeslot"), slot);
    out.put(inherent_id("uncles00"), std::vector<Header>{});
    out.put(inherent_id("newheads"), std::vector<Bytes>{}); // parachn0 of 2019
    out.put(inherent_id("finalnum"), BlockNumber{0});
    const Bytes empty_lists(3, 0); // bitfields, candidates, disputes
    out.data[inherent_id("parachn0")] = concat(empty_lists, genesis.header());
    return out;
}

/// The header of block 1 as its author begins it; nothing for parachains, which cannot begin without a relay chain.
std::optional<std::pair<Header, InherentData>> begin_block_1(const Genesis& genesis)
{
    if (genesis.runtime().exports("CollectCollationInfo_collect_collation_info")
        || genesis.runtime().exports("validate_block"))
        return std::nullopt;
    const bool aura = genesis.runtime().exports("AuraApi_slot_duration");
    const auto told = genesis.call(aura ? "AuraApi_slot_duration" : "BabeApi_configuration");
    if (!told || told->size() < 8)
        return std::nullopt;
    const auto duration = from_le<std::uint64_t>(ByteView{*told}.first<8>());
    constexpr std::uint64_t kTime = 1'700'000'006'000;
    const std::uint64_t slot = kTime / duration;
    Header header{.parent_hash = {genesis.hash()}, .number = 1, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    constexpr std::uint8_t kSecondaryPlain = 2;
    header.digest.logs.push_back(
        {aura ? digest::PreRuntime{engine_id("aura"), scale::encode(slot)}
              : digest::PreRuntime{engine_id("BABE"), scale::encode(kSecondaryPlain, std::uint32_t{0}, slot)}});
    return std::pair{header, inherents_of(genesis, slot * duration, slot)};
}

void build_and_execute(const Genesis& genesis, const Header& begun, const InherentData& data, const std::string& name)
{
    BlockBuilder block{genesis.runtime(), genesis.state()};
    const auto opened = block.call("Core_initialize_block", scale::encode(begun));
    ASSERT_TRUE(opened) << opened.error().message();
    const auto inherents = block.ask("BlockBuilder_inherent_extrinsics", scale::encode(data));
    ASSERT_TRUE(inherents) << inherents.error().message();
    for (const auto& inherent : scale::decode<std::vector<Bytes>>(*inherents).value()) {
        const auto applied = block.apply(scale::encode(inherent));
        ASSERT_TRUE(applied) << applied.error().message();
        EXPECT_EQ(applied->at(0), 0) << to_hex(*applied);
    }
    const auto finished = block.finish();
    ASSERT_TRUE(finished) << finished.error().message();
    const Header header = scale::decode<Header>(*finished).value();
    EXPECT_EQ(header.state_root.bytes, block.overlay().root(genesis.version()).value());
    const auto executed =
        execute(genesis.runtime(), genesis.state(), concat(*finished, block.body()), genesis.version());
    ASSERT_TRUE(executed) << executed.error().message();
    EXPECT_EQ(*executed, header.state_root.bytes);
    std::printf("[ BLOCK 1  ] %s: %s\n", name.c_str(), to_hex0x(crypto::blake2_256(*finished)).c_str());
}

TEST_F(Runtimes, BuildAndExecuteBlock1)
{
    for (const auto& known : *section("genesis").array()) {
        if (member(known, "entries").is_null())
            continue;
        const auto map = load_spec(text(known, "path"));
        if (!map)
            continue;
        const Genesis genesis{engine(), *map};
        const std::string name =
            genesis.runtime().version()->spec_name + " " + std::to_string(genesis.runtime().version()->spec_version);
        SCOPED_TRACE(text(known, "path") + " " + name);
        if (const auto begun = begin_block_1(genesis))
            build_and_execute(genesis, begun->first, begun->second, name);
        else
            std::printf("[ NO BLOCK ] %s: a parachain, or of an unknown consensus\n", name.c_str());
    }
}

/// The known answers of one runtime; each is used once, and unused ones are told.
class Answers {
public:
    explicit Answers(std::string_view runtime)
    {
        for (const auto& known : list(section("runtimeCallAnswers"), "cases"))
            if (text(known, "runtime") == runtime)
                all_.emplace(text(known, "call"), &known);
    }
    const Value& take(std::string_view call)
    {
        const auto found = all_.find(call);
        if (found == all_.end()) {
            ADD_FAILURE() << "no known answer: " << call;
            std::abort();
        }
        const Value& out = *found->second;
        all_.erase(found);
        return out;
    }
    [[nodiscard]] std::size_t left() const { return all_.size(); }

private:
    std::map<std::string, const Value*, std::less<>> all_;
};

TEST_F(Runtimes, NodeTemplateAnswersAsItDoesElsewhere)
{
    const auto& block1 = section("realRuntimeBlock1").array()->at(1);
    const auto map = load_source(text(block1, "source"));
    if (!map)
        GTEST_SKIP() << "PHALA_SPEC_DIR does not hold " << text(block1, "source");
    const Genesis genesis{engine(), *map};
    Answers answers{"node-template"};
    const Bytes timestamp = bytes(list(block1, "extrinsics").at(0));
    const Bytes transfer = bytes(list(block1, "extrinsics").at(1));
    const Bytes genesis_hash = bytes(block1, "genesisHash");
    const auto begin = [&](BlockBuilder& block) {
        ASSERT_TRUE(block.call("Core_initialize_block", bytes(block1, "initHeader")));
        ASSERT_EQ(to_hex(block.apply(timestamp).value()), "0000");
    };
    const auto validate = [&](ByteView extrinsic) {
        constexpr std::uint8_t kExternal = 2;
        return genesis.call("TaggedTransactionQueue_validate_transaction",
                            concat(ByteArray<1>{kExternal}, extrinsic, genesis_hash));
    };
    EXPECT_EQ(to_hex(validate(transfer).value()), text(block1, "validateTxAtGenesis"));

    BlockBuilder twice{genesis.runtime(), genesis.state()};
    begin(twice);
    for (const auto& output :
         list(answers.take("BlockBuilder_apply_extrinsic twice with the same signed transfer"), "outputs"))
        EXPECT_EQ(to_hex(twice.apply(transfer).value()), to_hex(bytes(output)));

    answers.take("BlockBuilder_apply_extrinsic(timestamp.set) twice");
    BlockBuilder again{genesis.runtime(), genesis.state()};
    begin(again);
    const auto trapped = again.apply(timestamp);
    ASSERT_FALSE(trapped);
    EXPECT_TRUE(trapped.error().is(host::HostError::Trap));

    EXPECT_EQ(
        validate(timestamp).value(),
        bytes(answers.take("TaggedTransactionQueue_validate_transaction(External, timestamp inherent)"), "output"));
    Bytes forged = transfer;
    forged[2 + 1 + 33 + 1 + 5] ^= 1; // inside the signature
    EXPECT_EQ(validate(forged).value(),
              bytes(answers.take("validate_transaction with one signature bit flipped"), "output"));
    answers.take("validate_transaction with undecodable bytes");
    expect_has(last_error_of(validate(Bytes{0x10, 1, 2, 3, 4})), "Bad input data provided to validate_transaction");

    // ed25519 and ecdsa: the same call signed by accounts without money
    const Bytes unwrapped_call = to_bytes(ByteView{transfer}.last(2 + 33 + 7));
    const auto& unfunded = answers.take("validate_transaction from unfunded ed25519/ecdsa //Alice");
    for (const auto scheme : {crypto::Scheme::Ed25519, crypto::Scheme::Ecdsa}) {
        const auto pair = crypto::KeyPair::from_uri("//Alice", scheme).value();
        const Bytes extra(3, 0); // immortal, nonce 0, tip 0
        const auto& version = *genesis.runtime().version();
        const Bytes payload = concat(unwrapped_call, extra, scale::encode(version.spec_version),
                                     scale::encode(version.transaction_version), genesis_hash, genesis_hash);
        const Bytes body =
            concat(Bytes{0x84, 0x00}, pair.account(), scale::encode(pair.sign(payload, {})), extra, unwrapped_call);
        EXPECT_EQ(to_hex(validate(scale::encode(body)).value()), to_hex(bytes(unfunded, "output")));
    }

    const Bytes length = scale::encode(static_cast<std::uint32_t>(transfer.size()));
    EXPECT_EQ(to_hex(genesis.call("TransactionPaymentApi_query_info", concat(transfer, length)).value()),
              to_hex(bytes(answers.take("TransactionPaymentApi_query_info(block1 transfer, len)"), "output")));
    EXPECT_EQ(to_hex(genesis.call("TransactionPaymentApi_query_fee_details", concat(transfer, length)).value()),
              to_hex(bytes(answers.take("TransactionPaymentApi_query_fee_details"), "output")));
    EXPECT_EQ(genesis.call("AuraApi_slot_duration").value(), bytes(answers.take("AuraApi_slot_duration"), "output"));

    // whole blocks
    const Bytes header = bytes(block1, "finalizedHeader");
    const auto body_of = [](std::initializer_list<Bytes> extrinsics) {
        Bytes out = scale::encode(scale::Compact<std::uint32_t>{static_cast<std::uint32_t>(extrinsics.size())});
        for (const auto& extrinsic : extrinsics)
            append(out, extrinsic);
        return out;
    };
    const Bytes block = concat(header, body_of({timestamp, transfer}));
    const Bytes data = bytes(block1, "inherentData");
    EXPECT_EQ(to_hex(genesis.call("BlockBuilder_check_inherents", concat(block, data)).value()),
              to_hex(bytes(answers.take("BlockBuilder_check_inherents(block1, correct inherent data)"), "output")));
    InherentData earlier = scale::decode<InherentData>(data).value();
    earlier.put(kTimestampInherent, number(block1, "timestamp") - 60'000);
    EXPECT_EQ(to_hex(genesis.call("BlockBuilder_check_inherents", concat(block, scale::encode(earlier))).value()),
              to_hex(bytes(answers.take("BlockBuilder_check_inherents(block1, timestamp 60 s earlier)"), "output")));
    answers.take("Core_execute_block with wrong state root / extrinsics root / signed xt before inherent / missing "
                 "inherent");
    const auto expect_trap = [&](ByteView bad) {
        const auto refused = execute(genesis.runtime(), genesis.state(), bad, genesis.version());
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().is(host::HostError::Trap)) << refused.error().message();
    };
    EXPECT_TRUE(execute(genesis.runtime(), genesis.state(), block, genesis.version()));
    for (const std::size_t at : {std::size_t{40}, std::size_t{72}}) { // state root, extrinsics root
        Bytes wrong = block;
        wrong[at] ^= 1;
        expect_trap(wrong);
    }
    expect_trap(concat(header, body_of({transfer, timestamp})));
    expect_trap(concat(header, body_of({transfer})));
    EXPECT_EQ(answers.left(), 0u);
}

TEST_F(Runtimes, RococoAnswersAsItDoesElsewhere)
{
    const auto& block1 = section("realRuntimeBlock1").array()->at(0);
    const auto map = load_source(text(block1, "source"));
    if (!map)
        GTEST_SKIP() << "PHALA_SPEC_DIR does not hold " << text(block1, "source");
    const Genesis genesis{engine(), *map};
    Answers answers{"rococo_dev"};
    const auto expect_answer = [&](std::string_view call, std::string_view function, ByteView arguments) {
        const auto answer = genesis.call(function, arguments);
        ASSERT_TRUE(answer) << answer.error().message();
        EXPECT_EQ(to_hex(*answer), to_hex(bytes(answers.take(call), "output"))) << call;
    };
    expect_answer("GenesisBuilder_preset_names", "GenesisBuilder_preset_names", {});
    expect_answer("SessionKeys_decode_session_keys(5 zero bytes)", "SessionKeys_decode_session_keys",
                  scale::encode(Bytes(5, 0)));
    expect_answer("AccountNonceApi_account_nonce(//Alice)", "AccountNonceApi_account_nonce",
                  crypto::KeyPair::from_uri("//Alice")->account());
    expect_answer("TransactionPaymentApi_query_length_to_fee(100)", "TransactionPaymentApi_query_length_to_fee",
                  scale::encode(std::uint32_t{100}));
    expect_answer("TransactionPaymentApi_query_weight_to_fee(ref_time 1e9, proof 0)",
                  "TransactionPaymentApi_query_weight_to_fee",
                  scale::encode(scale::Compact<std::uint64_t>{1'000'000'000}, scale::Compact<std::uint64_t>{0}));
    Answers core{"rococo_dev (Core v5)"};
    Header header{.parent_hash = {genesis.hash()}, .number = 1, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    EXPECT_EQ(genesis.call("Core_initialize_block", scale::encode(header)).value(),
              bytes(core.take("Core_initialize_block(block 1 header, no digest)"), "output"));
}

TEST_F(Runtimes, GenesisBuilderMakesThePublishedState)
{
    const auto& block1 = section("realRuntimeBlock1").array()->at(0);
    const auto map = load_source(text(block1, "source"));
    if (!map)
        GTEST_SKIP() << "PHALA_SPEC_DIR does not hold " << text(block1, "source");
    const Genesis genesis{engine(), *map};
    Answers answers{"rococo_dev"};
    const auto call_empty = [&](host::Overlay& overlay, std::string_view function, ByteView arguments) {
        host::CallContext context{.overlay = overlay};
        return genesis.runtime().call(function, arguments, context);
    };
    const auto preset = [&](const std::optional<std::string>& name) {
        host::Overlay nothing{host::empty_state()};
        const auto told = call_empty(nothing, "GenesisBuilder_get_preset", scale::encode(name)).value();
        return json::parse(text_of(scale::decode<std::optional<Bytes>>(told).value().value())).value();
    };
    const auto build = [&](host::Overlay& overlay, const Value& config) {
        return call_empty(overlay, "GenesisBuilder_build_state", scale::encode(json::dump(config))).value();
    };
    const Value development = preset("development");
    Value config = preset(std::nullopt);
    json::merge_patch(config, development);

    host::Overlay state{host::empty_state()};
    const auto& known = answers.take("GenesisBuilder_build_state(deep-merge(get_preset(None), get_preset(Some "
                                     "development)))");
    EXPECT_EQ(to_hex(build(state, config)), to_hex(bytes(known, "output")));
    EXPECT_EQ(state.changes(genesis.version()).value().storage.size(), number(known, "stateKeys"));
    state.set(bytes_of(":code"), map->at(to_bytes(":code")));
    EXPECT_EQ(to_hex(state.root(genesis.version()).value()), to_hex(bytes(known, "stateRootV1AfterAddingCode")));

    host::Overlay incomplete{host::empty_state()};
    const Bytes refused = build(incomplete, development);
    EXPECT_TRUE(starts_with(
        refused, bytes(answers.take("GenesisBuilder_build_state(development preset alone)"), "outputPrefix")));
    expect_has(std::string{text_of(refused)}, "missing field");
}

} // namespace
} // namespace phala::vectors
