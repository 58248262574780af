#include "node/options/options.hpp"

#include <gtest/gtest.h>

namespace phala::node {
namespace {

Options parse(std::vector<std::string> arguments)
{
    auto parsed = parse_options(std::move(arguments), "1.2.3");
    if (const auto* print = std::get_if<Print>(&parsed))
        ADD_FAILURE() << print->text;
    return std::get<Options>(std::move(parsed));
}

Print refused(std::vector<std::string> arguments)
{
    auto parsed = parse_options(std::move(arguments), "1.2.3");
    if (const auto* print = std::get_if<Print>(&parsed))
        return *print;
    ADD_FAILURE() << "not refused";
    return {};
}

template <class T>
T command(std::vector<std::string> arguments)
{
    return std::get<T>(parse(std::move(arguments)).command);
}

TEST(Options, RunsWithoutACommand)
{
    const auto options = parse({"--dev",
                                "--name",
                                "mine",
                                "--rpc-port",
                                "0",
                                "--rpc-external",
                                "--rpc-cors",
                                "a,b",
                                "--rpc-max-connections",
                                "7",
                                "--rpc-methods",
                                "safe",
                                "--rpc-rate-limit",
                                "60",
                                "--rpc-disable-batch-requests",
                                "--prometheus-port",
                                "1",
                                "--prometheus-external",
                                "--pool-limit",
                                "9",
                                "--pool-kbytes",
                                "10",
                                "--bob",
                                "--sealing",
                                "instant",
                                "--keystore-path",
                                "k",
                                "--password",
                                "p",
                                "-l",
                                "rpc=debug,warn",
                                "--log",
                                "pool=off",
                                "--detailed-log-output",
                                "--disable-log-color"});
    EXPECT_TRUE(options.chain.dev);
    EXPECT_FALSE(options.chain.temporary);
    EXPECT_EQ(options.log.filters, (std::vector<std::string>{"rpc=debug", "warn", "pool=off"}));
    EXPECT_TRUE(options.log.detailed && options.log.no_color);
    const auto& run = std::get<RunOptions>(options.command);
    EXPECT_EQ(run.name, "mine");
    EXPECT_EQ(run.author, "//Bob");
    EXPECT_EQ(run.sealing, "instant");
    EXPECT_EQ(run.rpc.port, 0);
    EXPECT_TRUE(run.rpc.external);
    EXPECT_EQ(run.rpc.cors, "a,b");
    EXPECT_EQ(run.rpc.max_connections, 7U);
    EXPECT_EQ(run.rpc.methods, "safe");
    EXPECT_EQ(run.rpc.rate_limit, 60U);
    EXPECT_TRUE(run.rpc.no_batch);
    EXPECT_EQ(run.prometheus.port, 1);
    EXPECT_EQ(run.pool.limit, 9U);
    EXPECT_EQ(run.pool.kbytes, 10U);
    EXPECT_EQ(run.keystore.path, "k");
    EXPECT_EQ(run.keystore.password.password, "p");
}

TEST(Options, TellsTheCommandsApart)
{
    EXPECT_TRUE(command<RunOptions>({}).author.empty());
    EXPECT_FALSE(command<RunOptions>({}).rpc.rate_limit);
    EXPECT_TRUE(command<BuildSpecOptions>({"build-spec", "--chain", "dev", "--raw"}).raw);
    EXPECT_EQ(parse({"build-spec", "--chain", "dev"}).chain.chain, "dev");
    EXPECT_EQ(parse({"--chain", "dev", "build-spec"}).chain.chain, "dev");
    const auto out = command<ExportBlocksOptions>({"export-blocks", "file", "--from", "2", "--to", "7", "--binary"});
    EXPECT_EQ(out.file, "file");
    EXPECT_EQ(out.from, 2U);
    EXPECT_EQ(out.to, 7U);
    EXPECT_TRUE(out.binary);
    EXPECT_EQ(command<ImportBlocksOptions>({"import-blocks", "-d", "x", "--state-pruning", "9"}).pruning.state, "9");
    EXPECT_EQ(command<CheckBlockOptions>({"check-block", "5"}).block, "5");
    EXPECT_EQ(command<RevertOptions>({"revert"}).count, 256U);
    EXPECT_EQ(command<RevertOptions>({"revert", "3"}).count, 3U);
    EXPECT_TRUE(command<PurgeOptions>({"purge-chain", "-y", "-d", "x"}).yes);
    EXPECT_EQ(command<KeyGenerateOptions>({"key", "generate", "--scheme", "ecdsa", "--words", "24"}).words, 24U);
    const auto inspect =
        command<KeyInspectOptions>({"key", "inspect", "//Alice", "--network", "42", "--output-type", "json"});
    EXPECT_EQ(inspect.uri, "//Alice");
    EXPECT_EQ(inspect.form.network, 42);
    EXPECT_TRUE(inspect.form.json);
    const auto insert = command<KeyInsertOptions>(
        {"key", "insert", "--suri", "//Alice", "--key-type", "aura", "--base-path", "x", "--password-interactive"});
    EXPECT_EQ(insert.key_type, "aura");
    EXPECT_TRUE(insert.keystore.password.interactive);
    EXPECT_EQ(command<GenerateNodeKeyOptions>({"key", "generate-node-key", "--file", "f"}).file, "f");
    EXPECT_TRUE(command<InspectNodeKeyOptions>({"key", "inspect-node-key", "--bin"}).binary);
}

TEST(Options, SaysWhatIsWrongAndHelps)
{
    EXPECT_EQ(refused({"--version"}).text, "1.2.3\n");
    EXPECT_EQ(refused({"--version"}).exit_code, 0);
    const auto help = refused({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const auto* word : {"--rpc-port", "--prometheus-port", "build-spec", "JSON-RPC:", "purge-chain"})
        EXPECT_NE(help.text.find(word), std::string::npos) << word << " in\n" << help.text;
    EXPECT_EQ(refused({"key", "--help"}).exit_code, 0);

    for (const auto& wrong : {std::vector<std::string>{"--nonsense"},
                              {"nonsense"},
                              {"key"},
                              {"--rpc-port", "70000"},
                              {"--rpc-methods", "some"},
                              {"--rpc-max-connections", "0"},
                              {"--rpc-rate-limit", "-1"},
                              {"--rpc-port"},
                              {"--no-prometheus", "--prometheus-port", "1"},
                              {"--password", "a", "--password-interactive"},
                              {"key", "insert"},
                              {"key", "generate", "--words", "13"},
                              {"key", "generate", "--scheme", "rsa"},
                              {"--pool-limit", "0"},
                              {"--blob", "/nowhere"},
                              {"build-spec", "purge-chain"},
                              {"check-block"},
                              {"revert", "-1"}}) {
        const auto print = refused(wrong);
        EXPECT_EQ(print.exit_code, 2) << wrong[0];
        EXPECT_FALSE(print.text.empty()) << wrong[0];
    }
}

} // namespace
} // namespace phala::node
