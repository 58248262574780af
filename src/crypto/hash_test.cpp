#include "crypto/hash.hpp"

#include "base/hex.hpp"
#include "crypto/hash_many.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;

struct Vector {
    std::string_view input;
    std::string_view blake2_128, blake2_256, blake2_512, twox_256, keccak_256, keccak_512, sha2_256;
};

// spec vectors `hash`
constexpr Vector kVectors[] = {
    {std::string_view("", 0), "cae66941d9efbd404e4d88758ea67670",
     "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
     "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce",
     "99e9d85137db46ef4bbea33613baafd56f963c64b1f3685a4eb4abd67ff6203a",
     "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
     "0eab42de4c3ceb9235fc91acffe746b29c29a8c366b7c60e4e67c466f36a4304c00fa9caf9d87976ba469bcbe06713b435f091ef2769fb160cdab33d3670680e",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {std::string_view("a", 1), "27c35e6e9373877f29e562464e46497e",
     "8928aae63c84d87ea098564d1e03ad813f107add474e56aedd286349c0c03ea4",
     "333fcb4ee1aa7c115355ec66ceac917c8bfd815bf7587d325aec1864edd24e34d5abe2c6b1b5ee3face62fed78dbef802f2a85cb91d455a8f5249d330853cb3c",
     "5b6e8ca9f1c44ed2c646cdc381bcc2de7b4c8d857a7c500bad2e6fc9b9ae1a53",
     "3ac225168df54212a25c1c01fd35bebfea408fdac2e31ddd6f80a4bbf9a5f1cb",
     "9c46dbec5d03f74352cc4a4da354b4e9796887eeb66ac292617692e765dbe400352559b16229f97b27614b51dbfbbb14613f2c10350435a8feaf53f73ba01c7c",
     "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
    {std::string_view("abc", 3), "cf4ab791c62b8d2b2109c90275287816",
     "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
     "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
     "990977adf52cbc440889329981caa9bef7da5770b2b8a05303b75d95360dd62b",
     "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
     "18587dc2ea106b9a1563e32b3312421ca164c7f1f07bc922a9c83d77cea3a1e5d0c69910739025372dc14ac9642629379540c17e2a65b19d77aa511a9d00bb96",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {std::string_view("System", 6), "789f1c09383940a7773420432ffd084a",
     "f72e3d99d040a28fb747e589243f3ecb618430419f121d07f6aa40e7a30a894b",
     "1f9b8cdb2088adb111298d5ccd1e9a7f5921db36d48d1cef66fb6d34143bb3970601e7398d4baaf5b5e934f4ad063e92fddfa0a7d94012b770a12d8c4f971425",
     "26aa394eea5630e07c48ae0c9558cef714355510e01e85b83bb4d561945dad84",
     "3e0088f7569aa3f509587e0cff44ff9e93a2d5ec0fee1f69401c2895d6e3dd79",
     "8ef978f97290ad01e4ed5885f7de97a49955b729db6342c3bf30060ab940cf190e1ce7c912f381294e63cf2b12e5da0a1e9eb33cb8bc3da1d43c0d67a45af12f",
     "6725e7bbcd28f3a8a586fa34bf191fd72dde8b61756932cd3237c17a6f196f1a"},
    {std::string_view("Account", 7), "4580725829b1723eb8335117a68c8c6b",
     "697fac9ff15d258e84ba5892eef63d17adc8262dc31d0ab188877774fd765b48",
     "b1c398d88d104cb01e6a799c9f3b62183fc82edc085786402b77124d3dfd5b89a0530a058fee859cf98a39219b5c35478af36470cb76d21aa100f69a48a7c989",
     "b99d880ec681799c0cf30e8886371da93f57d85ee2978802071b8b6ddc1f7a8a",
     "f0729608244859f656d32ae4cbc6b0367695d68d8e941a28f5e2d33c6d5182dd",
     "96f304820db5d3a88d2aca4c703b740acecd0f0231b3dd5c2370fd42aef5bd5a3197acec8c86b3f500cf4921d79e2e18b10f79006331ae85e6615e13c401c48a",
     "7e1b0d5641f2640ce9a953ec231eea2c27a2a7633f7d3c273e5735e2b30c10b7"},
    {std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32),
     "ff0f22492f44bac4c4b30ae58d0e8daa", "89eb0d6a8a691dae2cd15ed0369931ce0a949ecafa5c3f93f8121833646e15c3",
     "9ab7a73a97a1a3031406b6c169634a9c06cfb81dec3323bb4de5ce6f4b7ca107de534442a7eaeafbaf366ccfdde1cb97d7c884e4344cd0a23039de71a56d630a",
     "f52c63705dbee9f662feb0158a25e879884937df1256290a33eb27a47a751342",
     "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563",
     "0f6f7226432c21d4dfa2a1538a1fdc72ee1faf405a60e5f408b344a2f5aab2ddff0f9c172b6f7e2259b7929bce06388ecf84a51605bc48cd0b3c51d0eb12e3fa",
     "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"},
    {std::string_view("The quick brown fox jumps over the lazy dog", 43), "249df9a49f517ddcd37f5c897620ec73",
     "01718cec35cd3d796dd00020e0bfecb473ad23457d063b75eff29c0ffa2e58a9",
     "a8add4bdddfd93e4877d2746e62817b116364a1fa7bc148d95090bc7333b3673f82401cf7aa2e4cb1ecd90296e3f14cb5413f8ed77be73045b13914cdcd6a918",
     "bc71da1f362d240bdbc6d2dab69150df786427f796af4be431ece8620e0df188",
     "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15",
     "d135bb84d0439dbac432247ee573a23ea7d3c9deb2a968eb31d47c4fb45f1ef4422d6c531b5b9bd6f449ebcc449ea94d0a8f05f62130fda612da53c79659f609",
     "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"},
};

TEST(Hash, known_answers)
{
    for (const auto& vector : kVectors) {
        const ByteView input = bytes_of(vector.input);
        EXPECT_EQ(to_hex(blake2_128(input)), vector.blake2_128);
        EXPECT_EQ(to_hex(blake2_256(input)), vector.blake2_256);
        EXPECT_EQ(to_hex(blake2_512(input)), vector.blake2_512);
        EXPECT_EQ(to_hex(twox_64(input)), vector.twox_256.substr(0, 16));
        EXPECT_EQ(to_hex(twox_128(input)), vector.twox_256.substr(0, 32));
        EXPECT_EQ(to_hex(twox_256(input)), vector.twox_256);
        EXPECT_EQ(to_hex(keccak_256(input)), vector.keccak_256);
        EXPECT_EQ(to_hex(keccak_512(input)), vector.keccak_512);
        EXPECT_EQ(to_hex(sha2_256(input)), vector.sha2_256);
    }
}

TEST(Hash, compile_time_twox_equals_run_time_at_every_length)
{
    std::string text;
    for (int size = 0; size < 100; ++size) {
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            const auto half = le_bytes(xxhash64(text, seed));
            EXPECT_TRUE(equal(half, ByteView{twox_128(bytes_of(text))}.subspan(8 * seed, 8))) << size;
        }
        text.push_back(static_cast<char>(size * 37 + 200));
    }
    static constexpr auto system = twox_128_const("System");
    EXPECT_EQ(system, twox_128(bytes_of("System")));
    static constexpr auto a = twox_64_const("a");
    EXPECT_EQ(to_hex(a), "5b6e8ca9f1c44ed2");
}

/// Of every size around a block's, in batches of every size around what is hashed at once.
TEST(Hash, of_many_messages_are_those_of_each)
{
    std::vector<Bytes> messages;
    for (std::size_t size = 0; size < 150; ++size)
        messages.emplace_back(size * 3, static_cast<std::uint8_t>(size));
    for (std::size_t count = 0; count <= messages.size(); ++count) {
        const std::vector<ByteView> views{messages.end() - static_cast<std::ptrdiff_t>(count), messages.end()};
        std::vector<ByteArray<32>> digests(count);
        blake2_256_all(views, digests);
        for (std::size_t i = 0; i < count; ++i)
            ASSERT_EQ(digests[i], blake2_256(views[i])) << views[i].size();
    }
}

} // namespace
