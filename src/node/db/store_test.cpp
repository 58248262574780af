#include "node/db/offchain_storage.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace phala::node {
namespace {

class Folder {
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "phala-store-XXXXXX").string();
        path = mkdtemp(name.data());
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

Bytes number_key(std::uint32_t number)
{
    return {static_cast<std::uint8_t>(number >> 24U), static_cast<std::uint8_t>(number >> 16U),
            static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

/// One "block": a header, three nodes and the head, all in one batch.
Batch block(std::uint32_t number)
{
    Batch batch;
    batch.put(Column::Headers, number_key(number), Bytes(100, static_cast<std::uint8_t>(number)));
    for (std::uint8_t i = 0; i < 3; ++i)
        batch.put(Column::Nodes, concat(number_key(number), Bytes{i}), Bytes(5000, i));
    batch.put(Column::Meta, bytes_of("head"), number_key(number));
    return batch;
}

TEST(Store, KeepsWhatWasCommitted)
{
    const Folder folder;
    {
        auto store = Store::open(folder.path);
        ASSERT_TRUE(store) << store.error().message();
        Batch batch;
        batch.put(Column::Headers, bytes_of("a"), bytes_of("1"));
        batch.put(Column::Bodies, bytes_of("a"), {});
        batch.put(Column::Meta, bytes_of("gone"), bytes_of("x"));
        batch.remove(Column::Meta, bytes_of("gone"));
        ASSERT_TRUE((*store)->commit(std::move(batch)));
    }
    auto store = Store::open(folder.path);
    ASSERT_TRUE(store) << store.error().message();
    EXPECT_EQ((*store)->get(Column::Headers, bytes_of("a")).value(), to_bytes("1"));
    EXPECT_EQ((*store)->get(Column::Bodies, bytes_of("a")).value(), Bytes{});
    EXPECT_EQ((*store)->get(Column::Bodies, bytes_of("b")).value(), std::nullopt);
    EXPECT_EQ((*store)->get(Column::Meta, bytes_of("gone")).value(), std::nullopt);
}

TEST(Store, FindsTheLastEntryUpToAKey)
{
    const Folder folder;
    auto store = Store::open(folder.path).value();
    Batch batch;
    batch.put(Column::Lanes, number_key(5), bytes_of("five"));
    batch.put(Column::Lanes, number_key(9), bytes_of("nine"));
    ASSERT_TRUE(store->commit(std::move(batch)));
    EXPECT_FALSE(store->last_up_to(Column::Lanes, number_key(4)).value());
    EXPECT_EQ(store->last_up_to(Column::Lanes, number_key(8)).value()->value, to_bytes("five"));
    EXPECT_EQ(store->last_up_to(Column::Lanes, number_key(9)).value()->value, to_bytes("nine"));
    EXPECT_EQ(store->range(Column::Lanes, number_key(6), 10).value().size(), 1U);
}

TEST(Store, CommitsOnConditionInOneStep)
{
    const Folder folder;
    auto store = Store::open(folder.path).value();
    OffchainStorage storage{*store};
    const Bytes key = to_bytes("counter");
    EXPECT_EQ(storage.compare_and_set(key, Bytes{1}, Bytes{2}).value(), false);
    EXPECT_EQ(storage.get(key).value(), std::nullopt);
    EXPECT_EQ(storage.compare_and_set(key, std::nullopt, le_bytes(std::uint32_t{0})).value(), true);
    EXPECT_EQ(storage.compare_and_set(key, std::nullopt, Bytes{2}).value(), false);

    constexpr int kThreads = 4;
    constexpr int kTimes = 100;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i)
            threads.emplace_back([&] {
                for (int done = 0; done < kTimes;) {
                    const auto before = storage.get(key).value();
                    const auto value = from_le<std::uint32_t>(ByteView{*before}.first<4>());
                    done += storage.compare_and_set(key, before, le_bytes(value + 1)).value() ? 1 : 0;
                }
            });
        for (std::uint32_t i = 0; i < 20; ++i) // blocks come in meanwhile
            ASSERT_TRUE(store->commit(block(i)));
    }
    EXPECT_EQ(storage.get(key).value(), to_bytes(le_bytes(std::uint32_t{kThreads * kTimes})));
    ASSERT_TRUE(storage.clear(key));
    EXPECT_EQ(storage.get(key).value(), std::nullopt);
}

TEST(Store, KeepsOffchainValuesWhenTheProcessIsKilled)
{
    const Folder folder;
    const pid_t child = fork();
    ASSERT_NE(child, -1);
    if (child == 0) {
        auto store = Store::open(folder.path).value();
        OffchainStorage storage{*store};
        if (!storage.set(bytes_of("a"), bytes_of("1")) || !storage.compare_and_set(bytes_of("b"), {}, bytes_of("2")))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto store = Store::open(folder.path).value();
    const OffchainStorage storage{*store};
    EXPECT_EQ(storage.get(bytes_of("a")).value(), to_bytes("1"));
    EXPECT_EQ(storage.get(bytes_of("b")).value(), to_bytes("2"));
}

TEST(Store, RefusesASecondProcessAndOtherVersions)
{
    const Folder folder;
    for (const auto& [version, error] :
         {std::pair{Store::kVersion + 1, DbError::NewerVersion}, {Store::kVersion - 1, DbError::OlderVersion}}) {
        {
            auto store = Store::open(folder.path).value();
            auto again = Store::open(folder.path);
            ASSERT_FALSE(again);
            EXPECT_TRUE(again.error().is(DbError::Locked)) << again.error().message();
            Batch batch;
            batch.put(Column::Meta, bytes_of("version"), le_bytes(version));
            ASSERT_TRUE(store->commit(std::move(batch)));
        }
        auto other = Store::open(folder.path);
        ASSERT_FALSE(other);
        EXPECT_TRUE(other.error().is(error)) << other.error().message();
        EXPECT_NE(other.error().message().find("its version is " + std::to_string(version)), std::string::npos);
        std::filesystem::remove_all(folder.path);
    }
}

TEST(Store, SaysThatItIsDamaged)
{
    const Folder folder;
    {
        auto store = Store::open(folder.path).value();
        ASSERT_TRUE(store->commit(block(1)));
    }
    { // opening again moves the log into tables
        auto store = Store::open(folder.path).value();
    }
    const auto damage = [&](const std::string& ending) {
        for (const auto& file : std::filesystem::directory_iterator{folder.path})
            if (file.path().filename().string().starts_with(ending) || file.path().extension() == ending) {
                std::fstream bytes{file.path(), std::ios::in | std::ios::out | std::ios::binary};
                const auto size = std::filesystem::file_size(file.path());
                bytes.write(std::string(size / 2, 'x').data(), static_cast<std::streamsize>(size / 2));
            }
    };
    damage(".sst");
    if (auto store = Store::open(folder.path)) { // blocks of data are looked at when they are read
        auto read = (*store)->get(Column::Nodes, concat(number_key(1), Bytes{0}));
        ASSERT_FALSE(read);
        EXPECT_TRUE(read.error().is(DbError::Corrupt)) << read.error().message();
    } else {
        EXPECT_TRUE(store.error().is(DbError::Corrupt)) << store.error().message();
    }
    damage("MANIFEST");
    auto store = Store::open(folder.path);
    ASSERT_FALSE(store);
    EXPECT_TRUE(store.error().is(DbError::Corrupt)) << store.error().message();
    EXPECT_NE(store.error().message().find("purge-chain"), std::string::npos);
}

/// Starts this program again to run one test that is else disabled: RocksDB's threads do not survive a bare fork.
pid_t start_child(const std::filesystem::path& folder, const char* fault, std::uint32_t first, std::uint32_t blocks,
                  const char* filter = "--gtest_filter=*DISABLED_CommitsBlocks")
{
    const pid_t child = fork();
    if (child == 0) {
        setenv("PHALA_FAULT", fault, 1);
        setenv("STORE_FOLDER", folder.c_str(), 1);
        setenv("STORE_FIRST", std::to_string(first).c_str(), 1);
        setenv("STORE_BLOCKS", std::to_string(blocks).c_str(), 1);
        execl("/proc/self/exe", "node_db_test", "--gtest_also_run_disabled_tests", filter, "--gtest_brief=1", nullptr);
        _exit(3);
    }
    return child;
}

/// The signal that ended the child, or minus its exit code.
int end_of(pid_t child)
{
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

int run_child(const std::filesystem::path& folder, const char* fault, std::uint32_t first, std::uint32_t blocks)
{
    return end_of(start_child(folder, fault, first, blocks));
}

TEST(StoreChild, DISABLED_CommitsBlocks)
{
    auto store = Store::open(std::getenv("STORE_FOLDER"));
    ASSERT_TRUE(store) << store.error().message();
    const auto first = static_cast<std::uint32_t>(std::stoul(std::getenv("STORE_FIRST")));
    const auto blocks = static_cast<std::uint32_t>(std::stoul(std::getenv("STORE_BLOCKS")));
    for (std::uint32_t n = first; n < first + blocks; ++n)
        ASSERT_TRUE((*store)->commit(block(n)));
}

/// Every block up to the head is there in full, and nothing of the next one is.
std::uint32_t check(const std::filesystem::path& folder)
{
    auto store = Store::open(folder);
    EXPECT_TRUE(store) << store.error().message();
    auto head = (*store)->get(Column::Meta, bytes_of("head")).value();
    std::uint32_t number = 0;
    for (auto byte : head.value_or(Bytes{}))
        number = (number << 8U) | byte;
    for (std::uint32_t n = 1; n <= number + 1; ++n) {
        const bool expected = n <= number;
        EXPECT_EQ((*store)->has(Column::Headers, number_key(n)).value(), expected) << n;
        for (std::uint8_t i = 0; i < 3; ++i)
            EXPECT_EQ((*store)->has(Column::Nodes, concat(number_key(n), Bytes{i})).value(), expected) << n;
    }
    return number;
}

TEST(StoreFaults, ABatchIsWholeOrAbsentAfterKill)
{
    const Folder folder;
    ASSERT_EQ(run_child(folder.path, "before-commit:3", 1, 10), SIGKILL);
    EXPECT_EQ(check(folder.path), 2U);
    ASSERT_EQ(run_child(folder.path, "inside:2", 3, 10), SIGKILL);
    EXPECT_EQ(check(folder.path), 3U);
    ASSERT_EQ(run_child(folder.path, "after-commit:1", 4, 10), SIGKILL);
    EXPECT_EQ(check(folder.path), 4U);
    ASSERT_EQ(run_child(folder.path, "", 5, 3), 0);
    EXPECT_EQ(check(folder.path), 7U);
}

/// Commits blocks until the disk is full, and the others once it was opened again.
TEST(StoreChild, DISABLED_FindsTheDiskFull)
{
    const std::filesystem::path folder = std::getenv("STORE_FOLDER");
    std::uint32_t next = 1;
    {
        auto store = Store::open(folder).value();
        auto done = store->commit(block(next));
        for (; done; done = store->commit(block(next)))
            ASSERT_LT(++next, 10U);
        ASSERT_TRUE(done.error().is(DbError::Full)) << done.error().message();
        ASSERT_TRUE(store->commit(block(next)).error().is(DbError::Full));
        ASSERT_GT(next, 1U);
        ASSERT_TRUE(store->has(Column::Headers, number_key(next - 1)).value());
        ASSERT_FALSE(store->has(Column::Headers, number_key(next)).value());
    }
    ASSERT_EQ(check(folder), next - 1);
    auto store = Store::open(folder).value();
    for (; next <= 10; ++next)
        ASSERT_TRUE(store->commit(block(next)));
}

TEST(StoreFaults, AFullDiskLosesNothing)
{
    const Folder folder;
    const pid_t child = start_child(folder.path, "full-disk:9", 1, 10, "--gtest_filter=*DISABLED_FindsTheDiskFull");
    ASSERT_EQ(end_of(child), 0);
    EXPECT_EQ(check(folder.path), 10U);
}

TEST(StoreFaults, SurvivesKillsAtRandomTimes)
{
    const Folder folder;
    std::mt19937 random{7};
    std::uint32_t head = 0;
    for (int round = 0; round < 5; ++round) {
        const pid_t child = start_child(folder.path, "", head + 1, 1'000'000);
        usleep(50'000 + random() % 100'000);
        kill(child, SIGKILL);
        ASSERT_EQ(end_of(child), SIGKILL);
        const auto now = check(folder.path);
        EXPECT_GE(now, head);
        head = now;
    }
}

} // namespace
} // namespace phala::node
