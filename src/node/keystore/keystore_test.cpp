#include "node/keystore/keystore.hpp"

#include "base/hex.hpp"
#include "node/keystore/private_file.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace phala::node {
namespace {

namespace fs = std::filesystem;

constexpr host::KeyType kAura{'a', 'u', 'r', 'a'};
constexpr std::string_view kAlice = "//Alice";
constexpr std::string_view kAliceKey = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

Bytes public_key(std::string_view uri, crypto::Scheme scheme = crypto::Scheme::Sr25519)
{
    return crypto::KeyPair::from_uri(uri, scheme)->public_key();
}

class KeystoreTest : public testing::Test {
protected:
    fs::path folder;

    void SetUp() override
    {
        std::string name = (fs::temp_directory_path() / "phala-keystore-XXXXXX").string();
        folder = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder); }

    [[nodiscard]] std::unique_ptr<Keystore> open(std::string_view password = {}) const
    {
        auto keystore = try_open(password);
        EXPECT_TRUE(keystore) << keystore.error().message();
        return std::move(*keystore);
    }
    [[nodiscard]] Outcome<std::unique_ptr<Keystore>> try_open(std::string_view password) const
    {
        return Keystore::open(folder, password.empty() ? std::nullopt : std::optional{SecretBytes{to_bytes(password)}});
    }
    [[nodiscard]] std::string content(std::string_view name) const
    {
        std::ifstream file{folder / name, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }
    void put(std::string_view name, std::string_view text) const { std::ofstream{folder / name} << text; }
};

const std::string kAliceFile = "61757261" + std::string{kAliceKey}; // "aura" in hex, then the key

TEST_F(KeystoreTest, FilesAreThoseOfTheEcosystem)
{
    auto keystore = open();
    ASSERT_TRUE(keystore->insert(kAura, kAlice, public_key(kAlice)));
    EXPECT_EQ(content(kAliceFile), "\"//Alice\"");
    struct stat status{};
    ASSERT_EQ(stat((folder / kAliceFile).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    put("README", "no key");
    put("61757261" + to_hex(public_key("//Bob")), "\"//Bob\"");
    put("6772616e" + to_hex(public_key("//Bob", crypto::Scheme::Ed25519)), "\"//Bob\"");
    EXPECT_EQ(keystore->keys(kAura).value(), (std::vector<Bytes>{public_key("//Bob"), public_key(kAlice)}));
    EXPECT_EQ(keystore->keys(*parse_key_type("gran")).value(),
              (std::vector<Bytes>{public_key("//Bob", crypto::Scheme::Ed25519)}));
    EXPECT_TRUE(keystore->keys(*parse_key_type("babe"))->empty());
}

TEST_F(KeystoreTest, GivesBackTheKeysOfEveryScheme)
{
    for (const std::string_view password : {"", "correct horse"}) {
        auto keystore = open(password);
        for (const auto& [scheme, host_scheme] : {std::pair{crypto::Scheme::Sr25519, host::KeyScheme::Sr25519},
                                                  {crypto::Scheme::Ed25519, host::KeyScheme::Ed25519},
                                                  {crypto::Scheme::Ecdsa, host::KeyScheme::Ecdsa}}) {
            const auto type = *parse_key_type("test");
            const auto named = keystore->generate(host_scheme, type, "//Alice//stash");
            ASSERT_TRUE(named) << named.error().message();
            EXPECT_EQ(*named, public_key("//Alice//stash", scheme));
            const auto fresh = keystore->generate(host_scheme, type, std::nullopt).value();
            EXPECT_NE(fresh, *named);
            EXPECT_TRUE(keystore->has(type, fresh));
            EXPECT_EQ(keystore->load(type, fresh, scheme)->public_key(), fresh);
            const auto known = keystore->public_keys(host_scheme, type).value();
            EXPECT_TRUE(std::ranges::find(known, fresh) != known.end());

            const auto signature = keystore->sign(host_scheme, type, fresh, bytes_of("message")).value();
            ASSERT_TRUE(signature);
            EXPECT_EQ(signature->size(), scheme == crypto::Scheme::Ecdsa ? 65U : 64U);
            EXPECT_FALSE(keystore->sign(host_scheme, type, public_key("//Eve", scheme), bytes_of("message")).value());
        }
        const auto type = *parse_key_type("test");
        const auto key = public_key("//Alice//stash", crypto::Scheme::Ecdsa);
        const ByteArray<32> digest{7};
        const auto signature = keystore->sign_digest(type, key, digest).value();
        ASSERT_TRUE(signature);
        EXPECT_EQ(to_bytes(crypto::ecdsa::recover({array_of<65>(*signature)}, digest)->bytes), key);
        EXPECT_FALSE(keystore->sign_digest(type, public_key("//Eve", crypto::Scheme::Ecdsa), digest).value());
        fs::remove_all(folder);
    }
}

TEST_F(KeystoreTest, APasswordLocksIt)
{
    const auto first = open("correct horse")->generate(host::KeyScheme::Sr25519, kAura, "//Alice//secret").value();
    const std::string name = "61757261" + to_hex(first);
    EXPECT_EQ(content(name).find("Alice"), std::string::npos) << content(name);
    EXPECT_NE(content(name).find("argon2id"), std::string::npos);

    EXPECT_TRUE(try_open("").error().is(KeystoreError::PasswordNeeded));
    EXPECT_TRUE(try_open("battery staple").error().is(KeystoreError::WrongPassword));
    auto again = open("correct horse");
    EXPECT_EQ(again->load(kAura, first, crypto::Scheme::Sr25519)->public_key(), first);
    const auto second = again->generate(host::KeyScheme::Sr25519, kAura, std::nullopt).value();
    EXPECT_EQ(open("correct horse")->load(kAura, second, crypto::Scheme::Sr25519)->public_key(), second);

    // one file in another's place, and a changed one
    const std::string second_name = "61757261" + to_hex(second);
    const std::string second_content = content(second_name);
    put(second_name, content(name));
    EXPECT_TRUE(again->load(kAura, second, crypto::Scheme::Sr25519).error().is(KeystoreError::WrongPassword));
    std::string changed = second_content;
    const auto at = changed.find("sealed\": \"0x") + 14;
    changed[at] = changed[at] == '0' ? '1' : '0';
    put(second_name, changed);
    EXPECT_TRUE(again->load(kAura, second, crypto::Scheme::Sr25519).error().is(KeystoreError::WrongPassword));
}

TEST_F(KeystoreTest, ReadsKeysThatTheReferenceDerivedWithThePassword)
{
    const auto key = public_key("//Alice///correct horse");
    put("61757261" + to_hex(key), "\"//Alice\""); // the reference mixes the password in, and stores the rest in clear
    EXPECT_EQ(open("correct horse")->load(kAura, key, crypto::Scheme::Sr25519)->public_key(), key);
    EXPECT_TRUE(open()->load(kAura, key, crypto::Scheme::Sr25519).error().is(KeystoreError::WrongKey));
}

TEST_F(KeystoreTest, RefusesWhatIsWrong)
{
    auto keystore = open();
    EXPECT_TRUE(parse_key_type("aur").error().is(KeystoreError::BadKeyType));
    EXPECT_TRUE(keystore->insert(kAura, "//Bob", public_key(kAlice)).error().is(KeystoreError::WrongKey));
    const auto no_secret = keystore->insert(kAura, "no phrase", public_key(kAlice));
    ASSERT_FALSE(no_secret);
    EXPECT_EQ(no_secret.error().message().find("no phrase"), std::string::npos) << no_secret.error().message();
    EXPECT_FALSE(keystore->has(kAura, public_key(kAlice)));
    EXPECT_TRUE(keystore->load(kAura, public_key(kAlice), crypto::Scheme::Sr25519).error().is(KeystoreError::NotFound));

    for (
        const std::string_view bad :
        {"", "//Alice", "{}", "7", R"({"version":1})",
         R"({"version":2,"kdf":"argon2id","operations":3,"memory":67108864,"salt":"0x00000000000000000000000000000000","cipher":"xchacha20-poly1305","nonce":"0x000000000000000000000000000000000000000000000000","sealed":"0x00000000000000000000000000000000"})",
         // it would take a terabyte to open
         R"({"version":1,"kdf":"argon2id","operations":3,"memory":1099511627776,"salt":"0x00000000000000000000000000000000","cipher":"xchacha20-poly1305","nonce":"0x000000000000000000000000000000000000000000000000","sealed":"0x00000000000000000000000000000000"})"}) {
        put(kAliceFile, bad);
        EXPECT_TRUE(try_open("password").error().is(KeystoreError::Malformed)) << bad;
        EXPECT_TRUE(
            keystore->load(kAura, public_key(kAlice), crypto::Scheme::Sr25519).error().is(KeystoreError::Malformed))
            << bad;
    }
    put(kAliceFile, std::string(100'000, ' '));
    EXPECT_TRUE(try_open("").error().is(KeystoreError::Malformed));

    put("file", "");
    EXPECT_TRUE(Keystore::open(folder / "file", std::nullopt).error().is(KeystoreError::CannotWrite));
}

TEST(KeystoreFaultsChild, DISABLED_WritesKeys)
{
    auto keystore = Keystore::open(std::getenv("KEYSTORE_FOLDER"), SecretBytes{to_bytes("password")});
    ASSERT_TRUE(keystore) << keystore.error().message();
    ASSERT_TRUE((*keystore)->insert(kAura, kAlice, public_key(kAlice)));
    ASSERT_TRUE((*keystore)->insert(kAura, "//Bob", public_key("//Bob")));
}

TEST_F(KeystoreTest, AKillLeavesEveryKeyOldOrNew)
{
    const auto alice = public_key(kAlice);
    const auto bob = public_key("//Bob");
    for (const auto& [fault, kept] : {std::pair{"keystore-inside:1", 0U},
                                      {"keystore-written:1", 0U},
                                      {"keystore-renamed:1", 1U},
                                      {"keystore-inside:1", 1U}, // over the key that is there
                                      {"keystore-written:2", 1U},
                                      {"keystore-renamed:2", 2U}}) {
        const pid_t child = fork();
        if (child == 0) {
            setenv("PHALA_FAULT", fault, 1);
            setenv("KEYSTORE_FOLDER", folder.c_str(), 1);
            execl("/proc/self/exe", "node_keystore_test", "--gtest_also_run_disabled_tests",
                  "--gtest_filter=KeystoreFaultsChild.*", "--gtest_brief=1", nullptr);
            _exit(3);
        }
        int status = 0;
        waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << fault;
        auto keystore = open("password");
        const auto keys = keystore->keys(kAura).value();
        EXPECT_EQ(keys.size(), kept) << fault;
        for (const auto& key : keys)
            EXPECT_TRUE(keystore->load(kAura, key, crypto::Scheme::Sr25519)) << fault;
        for (const auto& file : fs::directory_iterator{folder})
            EXPECT_FALSE(is_unfinished(file.path())) << fault;
    }
}

} // namespace
} // namespace phala::node
