#include "cli/execution.hpp"

#include "cli/abi_test_bundle.hpp"
#include "cli/completion.hpp"
#include "cli/key_file.hpp"
#include "cli/logs.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace phala::cli {
namespace {

using worker::engine::BadOrigin;
using worker::engine::ContractExecResult;
using worker::engine::ContractsError;
using worker::engine::DispatchError;
using worker::engine::ModuleError;

DispatchError contracts_error(ContractsError error)
{
    return ModuleError{4, {static_cast<std::uint8_t>(error)}};
}

TEST(Execution, NamesWhatFailed)
{
    EXPECT_NE(failure_text(contracts_error(ContractsError::ContractTrapped)).find("ContractTrapped (trap"),
              std::string::npos);
    EXPECT_NE(failure_text(contracts_error(ContractsError::OutOfGas)).find("OutOfGas (out of gas"), std::string::npos);
    EXPECT_NE(failure_text(contracts_error(ContractsError::CodeInUse)).find("CodeInUse"), std::string::npos);
    EXPECT_NE(failure_text(ModuleError{5, {3}}).find("KeySeedMissing"), std::string::npos);
    EXPECT_NE(failure_text(BadOrigin{}).find("permission"), std::string::npos);
    EXPECT_NE(failure_text(ModuleError{4, {200}}).find("contracts error 200"), std::string::npos);
    EXPECT_NE(refusal_text({worker::InkQueryError::BadOrigin{}}).find("permission"), std::string::npos);
    EXPECT_NE(refusal_text({worker::InkQueryError::Timeout{}}).find("Timeout"), std::string::npos);
}

class Outcomes : public ::testing::Test {
protected:
    Outcome<json::Value> of(std::uint32_t flags, Bytes data)
    {
        ContractExecResult result;
        result.result = worker::engine::ExecReturn{flags, std::move(data)};
        return outcome_of(abi, **abi.message("supply"), result);
    }
    Abi abi = *Abi::parse(testing::kBundle);
};

TEST_F(Outcomes, AValueAndErrorsByTheirNames)
{
    Bytes five(17);
    five[1] = 5;
    EXPECT_EQ(*of(0, five), json::Value{5});
    const auto undecoded = of(1, {1, 1});
    ASSERT_FALSE(undecoded);
    EXPECT_NE(undecoded.error().message().find("CouldNotReadInput (decode"), std::string::npos);
    EXPECT_FALSE(of(1, five)) << "a revert is no success";
    EXPECT_FALSE(of(0, {7}));
}

TEST(LogLines, TellEachKindOfRecord)
{
    const auto line = [](std::string_view text) { return log_line(*json::parse(text)); };
    EXPECT_EQ(line(R"({"sequence":1,"type":"QueryIn","user":"0x0102"})"), "#1 somebody asked: 0x0102");
    EXPECT_EQ(line(R"({"sequence":2,"type":"TooLarge"})"), "#2 a record that was too large to keep");
    EXPECT_EQ(
        line(
            R"({"sequence":3,"type":"Log","blockNumber":9,"contract":"0xaa","execMode":"query","level":2,"message":"hm"})"),
        "#3 block 9 0xaa query warn: hm");
    EXPECT_EQ(line(R"({"sequence":4,"type":"Event","blockNumber":9,"contract":"0xaa","payload":"0x01"})"),
              "#4 block 9 0xaa event 0x01");
    EXPECT_EQ(
        line(
            R"({"sequence":5,"type":"MessageOutput","blockNumber":9,"contract":"0xaa","nonce":"0x02","output":"0x03"})"),
        "#5 block 9 0xaa command 0x02 gave 0x03");
}

TEST(Completion, OffersWhatMayFollow)
{
    const std::vector<CommandWords> commands{{"contract call", {}, {{"--plain", "in the open"}}},
                                             {"contract", {"call"}, {}},
                                             {"logs", {}, {{"--type", "one kind", true, {"Log", "Event"}}}},
                                             {"", {"contract", "logs"}, {{"--json", ""}, {"--node", "", true}}}};
    const auto bash = completion_script("bash", commands);
    const auto has = [](const std::string& script, std::string_view text) { return script.find(text) != script.npos; };
    EXPECT_TRUE(has(bash, "'contract call') path='contract call'"));
    EXPECT_TRUE(has(bash, "'contract call') words=' --plain --json --node'")) << "its own, and everybody's";
    EXPECT_TRUE(has(bash, "'logs --type') words='Log Event'")) << bash;
    EXPECT_TRUE(has(bash, "complete -o default -F _phala phala"));
    EXPECT_TRUE(has(completion_script("zsh", commands), "bashcompinit\n_phala() {"));
    const auto fish = completion_script("fish", commands);
    EXPECT_TRUE(has(fish, "complete -c phala -n '__fish_seen_subcommand_from contract; and __fish_seen_subcommand_from "
                          "call' -l plain -d 'in the open'"))
        << fish;
    EXPECT_TRUE(has(fish, "-l type -r -f -a 'Log Event'"));
    EXPECT_TRUE(has(fish, "complete -c phala -l node -r")) << "behind every command";
}

class KeyFiles : public ::testing::Test {
protected:
    void SetUp() override
    {
        std::string name = (std::filesystem::temp_directory_path() / "phala-key-XXXXXX").string();
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::filesystem::path folder;
};

TEST_F(KeyFiles, AreWrittenOnceAndReadByTheirOwnerAlone)
{
    const auto path = (folder / "key").string();
    ASSERT_TRUE(save_secret(path, "//Bob"));
    EXPECT_FALSE(save_secret(path, "//Eve")) << "it might hold a key";
    const auto pair = signer_of("file:" + path);
    ASSERT_TRUE(pair) << pair.error().message();
    EXPECT_EQ(pair->account(), crypto::KeyPair::from_uri("//Bob")->account());
    std::filesystem::permissions(path, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    const auto exposed = signer_of("file:" + path);
    ASSERT_FALSE(exposed);
    EXPECT_NE(exposed.error().message().find("chmod 600"), std::string::npos);
    EXPECT_FALSE(signer_of("file:" + (folder / "none").string()));
    EXPECT_TRUE(signer_of("//Bob"));
}

} // namespace
} // namespace phala::cli
