// The injected metering takes exactly the fuel that the reference's interpreter takes (decisions §5.5), frame by frame,
// on every contract built from this tree: each constructor and message, with arguments good and bad, with gas enough
// and not. tools/build_wasmi_oracle.sh and tools/build_ink_contracts.sh print what the variables need.
#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "host/wasm/instructions.hpp"
#include "worker/core/engine/contracts_testing.hpp"
#include "worker/core/engine/engine_testing.hpp"
#include "worker/core/engine/oracle_testing.hpp"
#include "worker/core/engine/program_testing.hpp"

#include <filesystem>
#include <fstream>
#include <random>
#include <set>

namespace phala::worker::engine {
namespace {

using namespace testing;
namespace fs = std::filesystem;

class FuelOracle : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (Oracle::shared() == nullptr)
            GTEST_SKIP() << "PHALA_WASMI_ORACLE is not set: run tools/build_wasmi_oracle.sh";
        runner.emplace(*Oracle::shared());
        cluster.state = test_engine().deposit({}, kAlice, ~Balance{0} / 2);
        cluster.context.runner = &*runner;
    }

    H256 upload(const Bytes& code)
    {
        auto uploaded = test_engine().upload_code(cluster.state, kAlice, code, Determinism::Enforced);
        EXPECT_TRUE(uploaded.result) << uploaded.result.error() << " " << uploaded.reason;
        cluster.state = uploaded.state;
        return uploaded.result.value_or(H256{});
    }

    Cluster cluster;
    std::optional<ComparingRunner> runner;
};

TEST_F(FuelOracle, AgreesOnAContractInText)
{
    const auto probe = cluster.instantiate(upload(wat(kProbe)), {}, {}).result.value().account_id;
    const auto proxy = cluster.instantiate(upload(wat(kProxy)), {}, {}).result.value().account_id;
    const Bytes rest(80, 0);
    for (std::uint8_t what = 0; what <= static_cast<std::uint8_t>(Probe::Storage); ++what) {
        if (static_cast<Probe>(what) == Probe::Terminate || static_cast<Probe>(what) == Probe::LoopForever)
            continue;
        cluster.execute(probe, concat(Bytes{what}, rest));
        const auto through = concat(le_bytes(0u), probe, le_bytes(Balance{0}), le_bytes(std::uint64_t{0}));
        cluster.execute(proxy, concat(through, Bytes{what}, rest));
    }
    cluster.arguments.gas_limit = 10'000'000'000;
    cluster.execute(probe, Bytes{static_cast<std::uint8_t>(Probe::LoopForever)});
    EXPECT_GT(runner->frames, 60u);
}

// Where gas ends, both end at the same place.
TEST_F(FuelOracle, AgreesOnWhereGasEnds)
{
    const auto code = wat(kProbe);
    const auto probe = cluster.instantiate(upload(code), {}, {}).result.value().account_id;
    std::mt19937_64 random{7};
    const std::uint64_t load = price::kCodeLoad.of(code.size()).ref_time;
    for (int i = 0; i < 200; ++i) {
        cluster.arguments.gas_limit = load + random() % 700'000'000;
        cluster.execute(probe, Bytes{static_cast<std::uint8_t>(i % 2 == 0 ? Probe::Increment : Probe::GrowMemory)});
    }
    EXPECT_GT(runner->frames, 190u);
}

TEST_F(FuelOracle, AgreesOnRandomPrograms)
{
    std::mt19937_64 random{11};
    for (int i = 0; i < 300; ++i) {
        Bytes source(random() % 600);
        std::ranges::generate(source, [&] { return static_cast<std::uint8_t>(random()); });
        const auto module = Program{source}.module();
        const auto code = build(module);
        ASSERT_TRUE(code) << code.error().message() << " of program " << i;
        for (const std::uint64_t fuel : {100'000u, 1'000u, 100u}) {
            NoHost host;
            EXPECT_EQ(answer_of(run(**code, fuel, host), 0), Oracle::shared()->run(module, Entry::Call, fuel, {}))
                << "program " << i << " with " << fuel << " fuel";
        }
    }
}

Bytes read_file(const fs::path& path)
{
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Every contract that was built, and the reference's where they are given.
std::vector<fs::path> contracts()
{
    std::vector<fs::path> folders{fs::path{PHALA_WASM_DIR} / "contracts"};
    for (const char* variable : {"PHALA_INK_FLIPPER", "PHALA_INK_CONTRACTS", "PHALA_PINK_FIXTURES"})
        if (const char* folder = std::getenv(variable))
            folders.emplace_back(folder);
    std::vector<fs::path> out;
    for (const auto& folder : folders)
        for (const auto& entry : fs::directory_iterator{folder})
            if (entry.path().extension() == ".wasm" && entry.path().stem().extension().empty())
                out.push_back(entry.path());
    std::ranges::sort(out);
    return out;
}

/// What the metadata beside a contract names, and the constants of the code that may be selectors: as it compares them,
/// least byte first.
std::set<Bytes> selectors(const fs::path& path, const Bytes& code)
{
    using namespace host::wasm;
    std::set<Bytes> out;
    const auto metadata = read_file(fs::path{path}.replace_extension(".contract"));
    const auto text = text_of(metadata);
    constexpr std::string_view kKey = "\"selector\"";
    for (auto at = text.find(kKey); at != text.npos; at = text.find(kKey, at + 1))
        if (const auto number = text.find("0x", at); number != text.npos)
            if (auto selector = from_hex(text.substr(number + 2, 8)))
                out.insert(std::move(*selector));
    for (const std::string_view label : {"new", "get", "flip", "set", "turns_of"}) // of tests/ink_flipper
        out.insert(to_bytes(ByteView{crypto::blake2_256(bytes_of(label))}.first(4)));
    const auto module = read_module(code).value();
    for (const auto& body : module.bodies) {
        InstructionReader in{body.code};
        Instruction instruction;
        while (!in.at_end() && in.next(instruction)) {
            if (instruction.opcode != op::kI32Const)
                continue;
            std::uint32_t value = 0;
            unsigned shift = 0;
            for (const auto byte : instruction.raw.subspan(1)) {
                value |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
                shift += 7;
                if ((byte & 0x80) == 0 && (byte & 0x40) != 0 && shift < 32)
                    value |= ~std::uint32_t{0} << shift;
            }
            if (value >> 16 != 0 && value >> 16 != 0xffff)
                out.insert(to_bytes(le_bytes(value)));
        }
    }
    return out;
}

/// Whether the contract knew the message and could read its arguments: there is an answer for where not.
bool is_understood(const Dispatched<ExecReturn>& result)
{
    return !result || result->data != Bytes{1, 1};
}

constexpr std::array<std::size_t, 27> kSizes{0,  1,  2,  3,  4,  5,  8,  9,  16, 17, 18, 20, 24, 32,
                                             33, 34, 36, 40, 48, 49, 52, 64, 65, 68, 80, 96, 112};

/// How many zeros the arguments of a message are, where so many make sense: `attempt` tries an input.
template <class Attempt>
std::optional<std::size_t> arguments_of(const Bytes& selector, Attempt attempt)
{
    for (const auto size : kSizes)
        if (is_understood(attempt(concat(selector, Bytes(size, 0)))))
            return size;
    return std::nullopt;
}

constexpr std::array<std::uint8_t, 4> kFillings{0, 1, 4, 0xff}; // of the arguments; 4: lists of one item

TEST_F(FuelOracle, AgreesOnEveryContractAndMessage)
{
    const auto flipper = upload(read_file(fs::path{PHALA_WASM_DIR} / "contracts" / "flipper.wasm"));
    for (const auto& path : contracts()) {
        const auto code = read_file(path);
        const auto candidates = selectors(path, code);
        const auto is_given = path.parent_path() != fs::path{PHALA_WASM_DIR} / "contracts";
        if (!build(code)) { // a side program, or code with floats, which no transaction runs
            EXPECT_TRUE(is_given || build(code, Determinism::Relaxed)) << path;
            continue;
        }
        const auto hash = upload(code);
        std::uint16_t salt = 0;
        const auto make = [&](Bytes input) {
            return cluster.instantiate(hash, std::move(input), to_bytes(le_bytes(++salt)));
        };
        const auto in_private = [&](auto what) { // without comparison, and nothing is kept
            cluster.context.mode = Mode::Estimating;
            cluster.context.runner = nullptr;
            auto result = what();
            cluster.context.mode = Mode::Transaction;
            cluster.context.runner = &*runner;
            return result;
        };
        std::optional<AccountId> contract;
        const auto keep = [&](const ContractInstantiateResult& made) {
            if (made.result && !made.result->result.did_revert())
                contract = made.result->account_id;
        };
        for (const auto& selector : candidates) {
            const auto size = arguments_of(selector, [&](Bytes input) -> Dispatched<ExecReturn> {
                const auto made = in_private([&] { return make(std::move(input)); });
                if (!made.result)
                    return std::unexpected{made.result.error()};
                return made.result->result;
            });
            for (const auto filling : kFillings)
                if (const auto made = make(concat(selector, Bytes(size.value_or(0), filling))); size)
                    keep(made);
        }
        // one that makes another wants to know of which code, and to hand something on
        cluster.arguments.transfer = 1'000'000'000'000;
        for (auto at = candidates.begin(); !contract && at != candidates.end(); ++at)
            keep(make(concat(*at, flipper, Bytes{1})));
        cluster.arguments.transfer = 0;
        ASSERT_TRUE(contract) << path << ": no constructor ran";
        const auto state = cluster.state;
        std::size_t messages = 0;
        for (const auto& selector : candidates) {
            const auto size = arguments_of(selector, [&](Bytes input) {
                return in_private([&] { return cluster.execute(*contract, input).result; });
            });
            messages += size.has_value();
            for (const auto filling : kFillings)
                for (const auto mode : {Mode::Query, Mode::Transaction}) {
                    cluster.context.mode = mode;
                    cluster.execute(*contract, concat(selector, Bytes(size.value_or(0), filling)));
                }
            if (!Engine::code_hash(cluster.state, *contract))
                cluster.state = state; // it has ended
        }
        std::printf("%s: %zu messages\n", path.filename().c_str(), messages);
        EXPECT_GT(messages, 0u) << path;
    }
    std::printf("%zu frames, %llu units of fuel compared\n", runner->frames,
                static_cast<unsigned long long>(runner->fuel_compared));
}

} // namespace
} // namespace phala::worker::engine
