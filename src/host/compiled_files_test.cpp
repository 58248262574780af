#include "host/compiled_files.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace phala::host {
namespace {

namespace fs = std::filesystem;

class CompiledFilesTest : public ::testing::Test {
protected:
    void TearDown() override { fs::remove_all(directory); }

    [[nodiscard]] CompiledFiles open(std::uint8_t key = 1, std::optional<std::uint64_t> max_bytes = {}) const
    {
        ByteArray<32> bytes{};
        bytes.fill(key);
        return CompiledFiles{{directory, Secret<32>{bytes}, max_bytes}};
    }

    [[nodiscard]] fs::path path_of(const std::string& name) const { return directory / (name + ".cwasm"); }

    static Bytes read(const fs::path& path)
    {
        std::ifstream file{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    static void write(const fs::path& path, ByteView bytes)
    {
        std::ofstream file{path, std::ios::binary | std::ios::trunc};
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }

    const fs::path directory = fs::path{::testing::TempDir()} / ("phala-compiled-" + std::to_string(::getpid()));
    const Bytes code = Bytes(3000, 0xab);
};

TEST_F(CompiledFilesTest, KeepsCodeForTheNextRun)
{
    EXPECT_EQ(open().find("one"), std::nullopt);
    EXPECT_TRUE(open().store("one", code));
    EXPECT_EQ(open().find("one"), code);
    EXPECT_EQ(open().find("two"), std::nullopt);
    EXPECT_TRUE(open().store("one", Bytes{7}));
    EXPECT_EQ(open().find("one"), Bytes{7});
}

TEST_F(CompiledFilesTest, TakesNothingThatItsKeyDidNotSealUnderThatName)
{
    ASSERT_TRUE(open().store("one", code));
    const Bytes good = read(path_of("one"));
    for (const std::size_t at : {std::size_t{0}, std::size_t{12}, good.size() / 2, good.size() - 1}) {
        Bytes changed = good;
        changed[at] ^= 1;
        write(path_of("one"), changed);
        EXPECT_EQ(open().find("one"), std::nullopt) << "byte " << at;
    }
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{11}, std::size_t{12}, std::size_t{27}, good.size() - 1}) {
        write(path_of("one"), ByteView{good}.first(length));
        EXPECT_EQ(open().find("one"), std::nullopt) << length << " bytes";
    }
    write(path_of("one"), concat(good, Bytes{0}));
    EXPECT_EQ(open().find("one"), std::nullopt);

    write(path_of("other"), good); // of another code or another compiler
    EXPECT_EQ(open().find("other"), std::nullopt);
    write(path_of("one"), good);
    EXPECT_EQ(open(2).find("one"), std::nullopt);
    EXPECT_EQ((CompiledFiles{{directory}}).find("one"), std::nullopt);
    EXPECT_EQ(open().find("one"), code);
}

TEST_F(CompiledFilesTest, TakesNoCodeOfWhoeverHasNoKey)
{
    ASSERT_TRUE((CompiledFiles{{directory}}).store("one", code));
    EXPECT_EQ((CompiledFiles{{directory}}).find("one"), code);
    EXPECT_EQ(open().find("one"), std::nullopt);
}

TEST_F(CompiledFilesTest, WhatWasUsedLongestAgoMakesRoom)
{
    using namespace std::chrono_literals;
    const auto files = open(1, 10'000);
    const auto age = [&](const std::string& name, std::chrono::seconds by) {
        fs::last_write_time(path_of(name), fs::file_time_type::clock::now() - by);
    };
    for (const auto* name : {"a", "b", "c"})
        ASSERT_TRUE(files.store(name, code));
    age("a", 300s);
    age("b", 200s);
    age("c", 100s);
    EXPECT_TRUE(files.find("a")); // used now
    ASSERT_TRUE(files.store("d", code));
    EXPECT_TRUE(files.find("a"));
    EXPECT_FALSE(files.find("b"));
    EXPECT_TRUE(files.find("c"));
    EXPECT_TRUE(files.find("d"));
    EXPECT_FALSE(files.store("large", Bytes(10'000, 1)));
    EXPECT_TRUE(files.find("d")); // nothing went for what does not fit
}

// Whenever a process is killed, what is there is whole.
TEST_F(CompiledFilesTest, AKillLeavesNoHalfFile)
{
    using namespace std::chrono_literals;
    const Bytes large(300'000, 1);
    for (int round = 0; round < 10; ++round) {
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0)
            for (const auto files = open(1, 2'000'000);;)
                (void)files.store("one", large);
        std::this_thread::sleep_for(10ms + 1ms * round);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const auto found = open().find("one");
        if (fs::exists(path_of("one")))
            EXPECT_EQ(found, large);
        else
            EXPECT_EQ(found, std::nullopt);
    }
    std::uint64_t total = 0;
    ASSERT_TRUE(open(1, 2'000'000).store("two", large));
    for (const auto& entry : fs::directory_iterator{directory})
        total += entry.file_size();
    EXPECT_LE(total, 2'000'000u); // what the killed left unfinished is counted too
}

} // namespace
} // namespace phala::host
