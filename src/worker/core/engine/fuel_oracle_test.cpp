// The injected metering takes exactly the fuel that the reference's interpreter takes (decisions §5.5), on contracts
// built from this tree. tools/build_wasmi_oracle.sh and tools/build_ink_contracts.sh print what the two variables need.
#include "base/hex.hpp"
#include "worker/core/engine/contracts_testing.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace phala::worker::engine {
namespace {

using namespace testing;
using namespace literals;

/// The least that contracts need of a host: the same as tests/wasmi_oracle has.
class LeastHost final : public HostCalls {
public:
    Bytes input;
    bool returned = false;

    Next on_host_call(HostFunction function, std::span<const std::uint64_t> p, std::uint64_t& result,
                      Instance& instance) override
    {
        const auto memory = instance.memory();
        const auto bytes_at = [&](std::uint64_t at, std::uint64_t size) {
            return to_bytes(ByteView{memory}.subspan(at, size));
        };
        const auto output = [&](std::uint64_t at, std::uint64_t size_at, ByteView bytes) {
            std::ranges::copy(bytes, memory.begin() + static_cast<std::ptrdiff_t>(at));
            std::ranges::copy(le_bytes(static_cast<std::uint32_t>(bytes.size())),
                              memory.begin() + static_cast<std::ptrdiff_t>(size_at));
        };
        result = 0;
        switch (function) {
        case HostFunction::Input: output(p[0], p[1], input); break;
        case HostFunction::Return: returned = true; return Next::Stop;
        case HostFunction::ValueTransferred: output(p[0], p[1], Bytes(16)); break;
        case HostFunction::Caller: output(p[0], p[1], Bytes(32, 1)); break;
        case HostFunction::GetStorage1:
            if (const auto at = storage_.find(bytes_at(p[0], p[1])); at != storage_.end())
                output(p[2], p[3], at->second);
            else
                result = 3;
            break;
        case HostFunction::SetStorage2: {
            const auto [at, is_new] = storage_.try_emplace(bytes_at(p[0], p[1]));
            result = is_new ? 0xffffffff : at->second.size();
            at->second = bytes_at(p[2], p[3]);
            break;
        }
        default: break;
        }
        return Next::Resume;
    }

private:
    std::map<Bytes, Bytes> storage_;
};

std::vector<std::string> ask_oracle(const std::string& module, const std::vector<std::pair<Entry, Bytes>>& steps)
{
    std::string command = std::string{std::getenv("PHALA_WASMI_ORACLE")} + " '" + module + "'";
    for (const auto& [entry, input] : steps)
        command += std::string{entry == Entry::Call ? " call:" : " deploy:"} + to_hex(input);
    FILE* pipe = popen(command.c_str(), "r");
    std::string text;
    for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe)) != EOF;)
        text.push_back(static_cast<char>(c));
    EXPECT_EQ(pipe == nullptr ? -1 : pclose(pipe), 0) << command;
    std::vector<std::string> lines;
    std::istringstream in{text};
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

void compare(const Bytes& wasm, const std::vector<std::pair<Entry, Bytes>>& steps)
{
    const auto path = std::filesystem::path{::testing::TempDir()} / "fuel_oracle.wasm";
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(wasm.data()),
                                                static_cast<std::streamsize>(wasm.size()));
    const auto expected = ask_oracle(path.string(), steps);
    ASSERT_EQ(expected.size(), steps.size());
    const auto code = build(wasm);
    ASSERT_TRUE(code) << code.error().message();
    LeastHost host;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        constexpr std::uint64_t kFuel = std::uint64_t{1} << 40;
        host.input = steps[i].second;
        host.returned = false;
        RunResult ran;
        machine().on_large_stack([&] { ran = machine().run(**code, steps[i].first, kFuel, host); });
        const bool fine = ran.ending == Ending::Returned || host.returned;
        EXPECT_EQ(std::to_string(kFuel - ran.fuel_left) + (fine ? " returned" : " trapped"), expected[i])
            << "step " << i;
    }
}

class FuelOracle : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (std::getenv("PHALA_WASMI_ORACLE") == nullptr)
            GTEST_SKIP() << "PHALA_WASMI_ORACLE is not set: run tools/build_wasmi_oracle.sh";
    }
};

TEST_F(FuelOracle, AgreesOnAContractInText)
{
    std::vector<std::pair<Entry, Bytes>> steps{{Entry::Deploy, {}}};
    for (const auto what : {Probe::Get, Probe::Increment, Probe::IncrementAndTrap, Probe::GrowMemory,
                            Probe::RecurseForever, Probe::FillDebug, Probe::Get})
        steps.push_back({Entry::Call, Bytes{static_cast<std::uint8_t>(what)}});
    compare(wat(kProbe), steps);
}

TEST_F(FuelOracle, AgreesOnInk)
{
    const char* folder = std::getenv("PHALA_INK_CONTRACTS");
    if (folder == nullptr)
        GTEST_SKIP() << "PHALA_INK_CONTRACTS is not set: run tools/build_ink_contracts.sh";
    std::ifstream file{std::string{folder} + "/ink4_flipper.wasm", std::ios::binary};
    const Bytes wasm{std::istreambuf_iterator<char>{file}, {}};
    compare(wasm, {{Entry::Deploy, "9bae9d5e01"_hex},
                   {Entry::Call, "2f865bd9"_hex},
                   {Entry::Call, "633aa551"_hex},
                   {Entry::Call, "633aa551"_hex},
                   {Entry::Call, "2f865bd9"_hex},
                   {Entry::Call, "ffffffff"_hex}});
}

} // namespace
} // namespace phala::worker::engine
