// Kills: at the commits of blocks, and at any moment of authoring, import and pruning. Nothing final is lost, and what
// is left is whole. PHALA_KILL_ROUNDS sets how often the process is killed at any moment.
#include "node/chain/maintenance.hpp"
#include "node/test_chain.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace phala::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSmallestCode = 100'000; // bytes; no other extrinsic here is as large

class Folder {
public:
    Folder()
    {
        std::string name = (fs::temp_directory_path() / "phala-faults-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path path;
};

/// Starts this program again to run one test that is else disabled.
pid_t start_child(const char* filter, const fs::path& folder, const std::string& mode, const char* fault)
{
    const pid_t child = fork();
    if (child == 0) {
        setenv("PHALA_FAULT", fault, 1);
        setenv("CHAIN_FOLDER", folder.c_str(), 1);
        setenv("CHAIN_MODE", mode.c_str(), 1);
        execl("/proc/self/exe", "node_test", "--gtest_also_run_disabled_tests", filter, "--gtest_brief=1", nullptr);
        _exit(3);
    }
    return child;
}

bool was_killed(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/// What a killed node left: every block of the best chain imports elsewhere to the same roots.
void expect_whole(const fs::path& folder, BlockNumber at_least)
{
    TestChain survivor{folder};
    TestChain replay;
    const auto heads = survivor.chain->heads();
    EXPECT_GE(heads.best.number, at_least);
    EXPECT_EQ(heads.best, heads.finalized);
    Nonce transfers = 0;
    for (BlockNumber number = 1; number <= heads.best.number; ++number) {
        const auto block = survivor.block(survivor.chain->hash_at(number).value().value());
        transfers += static_cast<Nonce>(block.extrinsics.size() - 1);
        auto imported = replay.chain->import(block, Finality::WithImport);
        ASSERT_TRUE(imported) << number << ": " << imported.error().message();
    }
    EXPECT_FALSE(survivor.chain->hash_at(heads.best.number + 1).value());
    EXPECT_EQ(replay.chain->heads().best, heads.best);
    EXPECT_EQ(survivor.nonce_of("//Alice", heads.best.hash), transfers);
}

std::uint32_t spec_version(const TestChain& node, const H256& at)
{
    return need(node.chain->version_at(at), "version").spec_version;
}

/// The chain goes on from where the kill left it, with the code that is in force there: nothing replaces it twice.
void expect_right_code(TestChain& node)
{
    const auto best = node.chain->heads().best;
    BlockNumber replaced = 0; // the block that brought the new code
    for (BlockNumber number = 1; number <= best.number && replaced == 0; ++number) {
        const auto hash = need(node.chain->hash_at(number), "hash").value();
        for (const auto& extrinsic : node.block(hash).extrinsics)
            if (extrinsic.size() > kSmallestCode)
                replaced = number;
    }
    for (BlockNumber number = 0; number <= best.number; ++number) {
        const auto hash = need(node.chain->hash_at(number), "hash").value();
        const bool is_new = replaced != 0 && number >= replaced;
        EXPECT_EQ(spec_version(node, hash), is_new ? 2U : 1U) << number << ", replaced in " << replaced;
        const auto code = need(need(node.chain->state_at(hash), "state")->get(bytes_of(":code")), "code");
        EXPECT_EQ(code, built_runtime(is_new ? "khala_runtime_next" : "khala_runtime")) << number;
        const auto migrated = need(need(node.chain->state_at(hash), "state")->get(bytes_of(":migrated")), "mark");
        EXPECT_EQ(migrated.has_value(), replaced != 0 && number > replaced) << number;
        if (migrated)
            EXPECT_EQ(*migrated, (Bytes{4, 1})) << "each migration once, " << number;
    }
    const auto next = node.grow(best.hash, 2, 1, Finality::WithImport).back();
    EXPECT_EQ(spec_version(node, next.hash), replaced != 0 ? 2U : 1U);
}

TEST(NodeFaultsChild, DISABLED_SealsBlocks)
{
    TestChain node{std::getenv("CHAIN_FOLDER")};
    Nonce nonce = node.nonce_of("//Alice", node.chain->heads().best.hash);
    for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(node.pool->submit(TransactionSource::External, node.transfer("//Alice", "//Bob", nonce++)));
        node.seal();
    }
}

TEST(NodeFaults, AKillAtACommitLosesNothing)
{
    const Folder folder;
    BlockNumber expected = 0;
    // the first commit of the first run is the genesis state
    for (const auto& [fault, blocks] : {std::pair{"before-commit:4", 2U}, {"inside:3", 2U}, {"after-commit:3", 3U}}) {
        ASSERT_TRUE(was_killed(start_child("--gtest_filter=NodeFaultsChild.*SealsBlocks", folder.path, "", fault)))
            << fault;
        expected += blocks;
        expect_whole(folder.path, expected);
    }
}

/// Block 1, then one with new code, then those that the new code makes.
TEST(NodeFaultsChild, DISABLED_Upgrades)
{
    TestChain node{std::getenv("CHAIN_FOLDER")};
    node.seal();
    const auto best = node.chain->heads().best.hash;
    const auto replacing = node.make(best, 1, {node.set_code(0, built_runtime("khala_runtime_next"))});
    ASSERT_TRUE(node.chain->import(replacing, Finality::WithImport));
    node.grow(node.chain->heads().best.hash, 3, 1, Finality::WithImport);
}

TEST(NodeFaults, AKillAtACommitOfAnUpgradeLeavesTheRightCode)
{
    // commits: genesis, block 1, the new code, its first block
    for (const auto& [fault, blocks] : {std::pair{"before-commit:3", 1U},
                                        {"inside:3", 1U},
                                        {"after-commit:3", 2U},
                                        {"before-commit:4", 2U},
                                        {"inside:4", 2U},
                                        {"after-commit:4", 3U}}) {
        const Folder folder;
        ASSERT_TRUE(was_killed(start_child("--gtest_filter=NodeFaultsChild.*Upgrades", folder.path, "", fault)))
            << fault;
        SCOPED_TRACE(fault);
        {
            TestChain node{folder.path};
            EXPECT_EQ(node.chain->heads().best.number, blocks);
            expect_right_code(node);
        }
        TestChain survivor{folder.path};
        const TestChain replay;
        for (BlockNumber number = 1; number <= survivor.chain->heads().best.number; ++number)
            ASSERT_TRUE(replay.chain->import(survivor.block(survivor.chain->hash_at(number).value().value()),
                                             Finality::WithImport))
                << number;
        EXPECT_EQ(replay.chain->heads().best, survivor.chain->heads().best);
    }
}

ChainOptions options_of(const std::string& mode)
{
    if (mode == "prune")
        return {.state_pruning = Pruning::last(2), .blocks_pruning = Pruning::last(3)};
    return {.state_pruning = Pruning::last(1000), .blocks_pruning = Pruning::archive_canonical()};
}

fs::path blocks_file(const fs::path& folder)
{
    return folder / "blocks";
}

/// Where a child writes down what is final, once it is.
fs::path log_file(const fs::path& folder)
{
    return folder / "final";
}

/// Does what the mode says until it is killed; tells of each finalized block.
TEST(NodeFaultsChild, DISABLED_WorksUntilKilled)
{
    const fs::path folder = std::getenv("CHAIN_FOLDER");
    const std::string mode = std::getenv("CHAIN_MODE");
    TestChain node{folder, options_of(mode)};
    std::ofstream log{log_file(folder), std::ios::app};
    const auto tell = [&] {
        const auto final = node.chain->heads().finalized;
        log << final.number << ' ' << to_hex0x(final.hash) << std::endl; // through to the file
    };
    tell();
    if (mode == "import") {
        std::ifstream file{blocks_file(folder), std::ios::binary};
        const auto done =
            import_blocks(*node.chain, file, BlockFormat::Binary, Finality::WithImport, [&](BlockNumber number) {
                if (number == node.chain->heads().finalized.number)
                    tell();
            });
        ASSERT_TRUE(done) << done.error().message();
        pause();
    }
    for (std::uint64_t step = 0;; ++step) {
        const auto best = node.chain->heads().best;
        const auto nonce = node.nonce_of("//Alice", best.hash);
        const auto extrinsic = mode == "upgrade" && step == 0
                                   ? node.set_code(nonce, built_runtime("khala_runtime_next"))
                                   : node.transfer("//Alice", "//Bob", nonce);
        need(node.chain->import(node.make(best.hash, 1, {extrinsic}), Finality::Later), "import");
        if (mode == "prune") { // something to discard
            const auto side = node.grow(best.hash, 1 + step % 2, 2);
            if (step % 3 == 0)
                node.grow(side[0].hash, 1, 5);
        }
        need(node.chain->finalize(*need(node.chain->hash_at(best.number + 1), "number")), "finalize");
        tell();
    }
}

/// All states that must be there are, node by node, and no node besides.
void expect_states_whole(const TestChain& node)
{
    const auto snapshot = node.chain->snapshot();
    std::vector<H256> live;
    for (const auto& block : snapshot.unfinalized)
        live.push_back(block.block.hash);
    const auto mode = node.chain->state_pruning();
    const BlockNumber final = snapshot.heads.finalized.number;
    const BlockNumber oldest = final > mode.count ? final - mode.count : 0;
    for (BlockNumber number = oldest; number <= final; ++number)
        live.push_back(need(node.chain->hash_at(number), "hash").value());
    std::set<Bytes> nodes;
    for (const auto& hash : live) {
        const auto state = need(node.chain->state_at(hash), "state");
        trie::Recorder recorder{state.nodes()};
        trie::Cursor cursor{recorder, state->root()};
        auto there = cursor.seek({});
        for (; there && *there; there = cursor.next())
            ASSERT_TRUE(cursor.value());
        ASSERT_TRUE(there) << there.error().message();
        for (const auto& bytes : recorder.nodes())
            nodes.insert(bytes);
    }
    if (node.count(Column::Tree) == snapshot.unfinalized.size()) // else a losing branch is still to be dropped
        EXPECT_EQ(node.count(Column::Nodes), nodes.size());
}

int rounds()
{
    const char* wanted = std::getenv("PHALA_KILL_ROUNDS");
    return wanted == nullptr ? 20 : std::atoi(wanted);
}

TEST(NodeFaults, KillsAtAnyMomentLoseNothingFinal)
{
    constexpr std::size_t kBlocks = 300; // more than are imported in all rounds
    const std::array<std::string, 4> modes{"author", "import", "prune", "upgrade"};
    std::map<std::string, Folder> folders;
    {
        TestChain source;
        source.grow(source.chain->heads().genesis, kBlocks, 1, Finality::WithImport);
        std::ofstream file{blocks_file(folders["import"].path), std::ios::binary};
        need(export_blocks(*source.chain, file, 1, {}, BlockFormat::Binary), "export");
    }
    std::mt19937 random{11};
    std::chrono::milliseconds slowest{0};
    int upgraded = 0;
    for (int round = 0; round < rounds(); ++round) {
        const auto& mode = modes[static_cast<std::size_t>(round) % modes.size()];
        const fs::path folder = folders[mode].path;
        if (mode == "upgrade") // a chain upgrades once
            for (const auto& entry : fs::directory_iterator{folder})
                fs::remove_all(entry);
        std::ofstream{log_file(folder), std::ios::app};
        const auto size = fs::file_size(log_file(folder));
        const pid_t child = start_child("--gtest_filter=NodeFaultsChild.*WorksUntilKilled", folder, mode, "");
        while (fs::file_size(log_file(folder)) == size && waitpid(child, nullptr, WNOHANG) == 0)
            usleep(1000);
        usleep(random() % 200'000);
        kill(child, SIGKILL);
        ASSERT_TRUE(was_killed(child)) << mode << ", round " << round;

        const auto started = std::chrono::steady_clock::now();
        TestChain node{folder, options_of(mode)};
        slowest = std::max(
            slowest, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started));
        std::ifstream log{log_file(folder)};
        BlockNumber number = 0;
        BlockNumber last = 0;
        std::string hash;
        while (log >> number >> hash) {
            EXPECT_EQ(to_hex0x(need(node.chain->hash_at(number), "hash").value()), hash) << mode << ' ' << number;
            last = number;
        }
        EXPECT_GE(node.chain->heads().finalized.number, last) << mode;
        expect_states_whole(node);
        if (mode == "upgrade") {
            upgraded += spec_version(node, node.chain->heads().best.hash) == 2 ? 1 : 0;
            expect_right_code(node);
        }
    }
    std::printf("%d kills, %d of them behind an upgrade; the slowest start behind one took %lld ms\n", rounds(),
                upgraded, static_cast<long long>(slowest.count()));
}

} // namespace
} // namespace phala::node
