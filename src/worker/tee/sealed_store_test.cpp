#include "worker/tee/sealed_store.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace phala::worker::tee {
namespace {

struct Folder {
    std::string path = [] {
        std::string name = (std::filesystem::temp_directory_path() / "phala-sealed-XXXXXX").string();
        return std::string{mkdtemp(name.data())};
    }();
    Folder() = default;
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
};

const Secret<32> kKey{ByteArray<32>{1}};

std::vector<RecordChange> changes(std::string_view key, std::string_view value)
{
    std::vector<RecordChange> out;
    out.push_back({to_bytes(key), to_bytes(value)});
    return out;
}

TEST(SealedStore, KeepsSealedWhatWasCommitted)
{
    const Folder folder;
    {
        auto store = SealedStore::open(folder.path, kKey);
        ASSERT_TRUE(store) << store.error().message();
        ASSERT_TRUE((*store)->commit(changes("balance-of-alice", "MARKER-1234567")));
        std::vector<RecordChange> removal;
        removal.push_back({to_bytes("gone"), std::nullopt});
        ASSERT_TRUE((*store)->commit(changes("gone", "x")));
        ASSERT_TRUE((*store)->commit(std::move(removal)));
    }
    {
        const auto store = SealedStore::open(folder.path, kKey).value();
        EXPECT_EQ(store->get(bytes_of("balance-of-alice")).value(), to_bytes("MARKER-1234567"));
        EXPECT_EQ(store->get(bytes_of("gone")).value(), std::nullopt);
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder.path}) {
        std::ifstream file{entry.path(), std::ios::binary};
        const std::string content{std::istreambuf_iterator<char>{file}, {}};
        EXPECT_EQ(content.find("MARKER"), std::string::npos) << entry.path();
        EXPECT_EQ(content.find("alice"), std::string::npos) << entry.path();
    }
}

TEST(SealedStore, RefusesAnotherKey)
{
    const Folder folder;
    ASSERT_TRUE(SealedStore::open(folder.path, kKey));
    const auto other = SealedStore::open(folder.path, Secret<32>{ByteArray<32>{2}});
    ASSERT_FALSE(other);
    EXPECT_TRUE(other.error().is(StoreError::WrongKey)) << other.error().message();
}

/// Not a test by itself: what the child of the next one runs, with a fault point in its environment.
TEST(SealedStore, DISABLED_CommitInAChild)
{
    const auto store = SealedStore::open(std::getenv("SEALED_STORE"), kKey).value();
    std::vector<RecordChange> batch = changes("a", "new");
    batch.push_back({to_bytes("b"), to_bytes("new")});
    ASSERT_TRUE(store->commit(std::move(batch)));
}

/// Runs that child in a process of its own and returns the signal that ended it.
int killed_at(const std::string& folder, const std::string& point)
{
    const pid_t child = fork();
    if (child == 0) {
        setenv("PHALA_FAULT", point.c_str(), 1);
        setenv("SEALED_STORE", folder.c_str(), 1);
        execl("/proc/self/exe", "child", "--gtest_also_run_disabled_tests",
              "--gtest_filter=SealedStore.DISABLED_CommitInAChild", nullptr);
        _exit(127);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(SealedStore, SurvivesBeingKilledAroundACommit)
{
    for (const std::string point : {"worker-before-commit", "worker-inside-commit", "worker-after-commit"}) {
        const Folder folder;
        {
            const auto store = SealedStore::open(folder.path, kKey).value();
            ASSERT_TRUE(store->commit(changes("a", "old")));
            ASSERT_TRUE(store->commit(changes("b", "old")));
        }
        ASSERT_EQ(killed_at(folder.path, point), SIGKILL) << point << " was not hit";
        const auto store = SealedStore::open(folder.path, kKey).value();
        const auto expected = to_bytes(point == "worker-after-commit" ? "new" : "old");
        EXPECT_EQ(store->get(bytes_of("a")).value(), expected);
        EXPECT_EQ(store->get(bytes_of("b")).value(), expected);
    }
}

} // namespace
} // namespace phala::worker::tee
