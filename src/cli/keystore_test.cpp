#include "cli/keystore.hpp"

#include "base/json.hpp"
#include "cli/key_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace phala::cli {
namespace {

// keys of "//Alice//stash" as @polkadot/keyring 13 writes them; the password is "a password", the last has none
constexpr std::string_view kSr25519 =
    R"({"encoded":"4Bn2HjGzO8d6FDEy6maSLhr0+U+gLCbtXv4iyZklxP4AgAAAAQAAAAgAAAAOG0wIWfAJiSrfTv+YW5Wjh1p+pudz8qO6md0kfQ8eATlqFmHrpQbiI16KcCr4uaCAp66gxZeetSAfD5yNMrMt6BhodPW0efylaslasBOd7fkvzK3i3WoTpmApVeOFWodsbrz6KlQxZew7zsHZuMEcBRFzj1U23EGACiAS4cPzJhdlAiYbgZh0QgLkGxyqWASUr+KNqFh68v8Cg3Qx","encoding":{"content":["pkcs8","sr25519"],"type":["scrypt","xsalsa20-poly1305"],"version":"3"},"address":"5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY","meta":{"name":"golden"}})";
constexpr std::string_view kEd25519 =
    R"({"encoded":"isG1mX7h1OxAGyFx+0OhMkrL2DU3HB9ssgt32UPO82IAgAAAAQAAAAgAAAAD95ohzyc1gUiHCB0WTg0B511iN+vLpMecBAyr29W1ZuSnBIe0PkRrepjIfEjydQyStdAQOS5+TXo/CiQgGz3eW82KfjsF1YWqCoUjMOtnHAy/Un0mdI7g0QRBTzOw1E+4Eyf8U79r5fjetbBQWH4DoUDKPyBUbpog0r3mIz1YNNBKquIYwGQ6lVfumyVijjPb9qSi0CBqvPRJeFaO","encoding":{"content":["pkcs8","ed25519"],"type":["scrypt","xsalsa20-poly1305"],"version":"3"},"address":"5DdJ9KX9gm9UvZpcpY6av29Q4uzbjuHdp5zEmV6FCh2FXiBc","meta":{"name":"golden"}})";
constexpr std::string_view kEcdsa =
    R"({"encoded":"MFMCAQEwBQYDK2VwBCIEIK3W/9DPJidT7zNpIJ3/uLMETZrtaTNAFR7nzSPs2FbboSMDIQADxqHCGU+pZtMLxLnE1RQOmomdRWNy2uDk7yMP19IZfnI=","encoding":{"content":["pkcs8","ecdsa"],"type":["none"],"version":"3"},"address":"0x03c6a1c2194fa966d30bc4b9c4d5140e9a899d456372dae0e4ef230fd7d2197e72","meta":{"name":"golden"}})";

crypto::KeyPair stash(crypto::Scheme scheme)
{
    return *crypto::KeyPair::from_uri("//Alice//stash", scheme);
}

TEST(Keystore, OpensWhatPolkadotJsWrote)
{
    const auto open = [](std::string_view text, std::string_view password) {
        auto pair = open_keystore(text, bytes_of(password));
        EXPECT_TRUE(pair) << pair.error().message();
        return pair ? pair->public_key() : Bytes{};
    };
    EXPECT_EQ(open(kSr25519, "a password"), stash(crypto::Scheme::Sr25519).public_key());
    EXPECT_EQ(open(kEd25519, "a password"), stash(crypto::Scheme::Ed25519).public_key());
    EXPECT_EQ(open(kEcdsa, ""), stash(crypto::Scheme::Ecdsa).public_key());
    EXPECT_TRUE(*needs_password(kSr25519));
    EXPECT_FALSE(*needs_password(kEcdsa));
}

TEST(Keystore, TheSecretIsTheOneAndNotOnlyItsPublicKey)
{
    const auto pair = open_keystore(kSr25519, bytes_of("a password"));
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->sr25519()->secret().expose(), stash(crypto::Scheme::Sr25519).sr25519()->secret().expose());
}

TEST(Keystore, OpensWhatItWrote)
{
    const auto pair = stash(crypto::Scheme::Sr25519);
    const auto text = make_keystore(pair, bytes_of("secret"), "savings");
    ASSERT_TRUE(text);
    EXPECT_NE(*text, *make_keystore(pair, bytes_of("secret"), "savings")) << "a new salt each time";
    const auto again = open_keystore(*text, bytes_of("secret"));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->sr25519()->secret().expose(), pair.sr25519()->secret().expose());
    EXPECT_FALSE(make_keystore(pair, {}, ""));
    EXPECT_FALSE(make_keystore(stash(crypto::Scheme::Ed25519), bytes_of("secret"), ""));
}

TEST(Keystore, SaysWhyItDoesNotOpen)
{
    const auto why = [](std::string_view text, std::string_view password = "a password") {
        const auto pair = open_keystore(text, bytes_of(password));
        return pair ? std::string{} : pair.error().message();
    };
    const auto changed = [](std::string_view what, std::string_view by) {
        std::string text{kSr25519};
        text.replace(text.find(what), what.size(), by);
        return text;
    };
    EXPECT_NE(why(kSr25519, "another").find("wrong password"), std::string::npos);
    EXPECT_NE(why(kSr25519, "").find("--password-file"), std::string::npos);
    EXPECT_NE(why("{}").find("no keystore"), std::string::npos);
    EXPECT_NE(why(changed("\"3\"", "\"4\"")).find("version 3"), std::string::npos);
    EXPECT_NE(why(changed("\"sr25519\"", "\"ethereum\"")).find("sr25519, ed25519 and ecdsa"), std::string::npos);
    EXPECT_NE(why(changed("\"scrypt\",", "")).find("neither plain nor"), std::string::npos);
    // a costlier scrypt: AIAA is 32768
    EXPECT_NE(why(changed("AgAAAAQAAAAgAAAA", "AgAAAAQAAAAgAAAB")), "");
    EXPECT_NE(why(changed("encoded\":\"", "encoded\":\"*")).find("base64"), std::string::npos);
    EXPECT_EQ(is_keystore("//Alice"), false);
    EXPECT_EQ(is_keystore(" {"), true);
}

TEST(Keystore, IsNamedLikeAnyFileAndOpenedByAFileWithItsPassword)
{
    std::string folder = (std::filesystem::temp_directory_path() / "phala-keystore-XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    const auto file = folder + "/key.json";
    const auto password = folder + "/password";
    std::ofstream{file} << kSr25519;
    ASSERT_TRUE(save_secret(password, "a password"));
    const auto pair = signer_of("file:" + file, password);
    EXPECT_TRUE(pair) << (pair ? "" : pair.error().message());
    std::filesystem::permissions(password, std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    EXPECT_FALSE(signer_of("file:" + file, password)) << "others can read the password";
    // without encryption the file itself must be private
    std::ofstream{folder + "/open.json"} << kEcdsa;
    std::filesystem::permissions(folder + "/open.json", std::filesystem::perms::others_read,
                                 std::filesystem::perm_options::add);
    EXPECT_FALSE(signer_of("file:" + folder + "/open.json"));
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace phala::cli
