#include "base/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_pair.hpp"
#include "crypto/sr25519_batch.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;
using namespace phala::literals;

struct Case {
    Scheme scheme;
    std::string_view key, signature;
    bool valid;
};

// spec vectors `signatures`, all of this message
constexpr std::string_view kMessage = "hello substrate";
constexpr Case kCases[] = {
    {Scheme::Sr25519, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "42957de549f94b8e21ec6220ff3d85ab87d922ee3a4ee7abf8589dafbba7cc35"
     "31afaae9ed8d34af0dcfc17c8d21b8419d3e05cddfb2a28695675839cb65f085",
     true},
    {Scheme::Sr25519, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "43957de549f94b8e21ec6220ff3d85ab87d922ee3a4ee7abf8589dafbba7cc35"
     "31afaae9ed8d34af0dcfc17c8d21b8419d3e05cddfb2a28695675839cb65f085",
     false},
    {Scheme::Sr25519, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "42957de549f94b8e21ec6220ff3d85ab87d922ee3a4ee7abf8589dafbba7cc35"
     "31afaae9ed8d34af0dcfc17c8d21b8419d3e05cddfb2a28695675839cb65f005",
     false},
    {Scheme::Sr25519, "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
     "42957de549f94b8e21ec6220ff3d85ab87d922ee3a4ee7abf8589dafbba7cc35"
     "31afaae9ed8d34af0dcfc17c8d21b8419d3e05cddfb2a28695675839cb65f085",
     false},
    {Scheme::Ed25519, "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee",
     "c37b5a9024a0c8f3ae38eda3f4712e45f3220868c3bceeb3c63c9ab3f015754f"
     "e656878580239c8a86eeb5bfdcbf87160e6baa5e0798b5394b46b23d3d875c0b",
     true},
    {Scheme::Ed25519, "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee",
     "c37b5a9024a0c8f3ae38eda3f4712e45f3220868c3bceeb3c63c9ab3f015754f"
     "e656878580239c8a87eeb5bfdcbf87160e6baa5e0798b5394b46b23d3d875c0b",
     false},
};

bool holds(const Case& vector)
{
    const auto key = *array_from_hex<32>(vector.key);
    const auto signature = *array_from_hex<64>(vector.signature);
    return vector.scheme == Scheme::Sr25519 ? sr25519::verify({signature}, bytes_of(kMessage), {key})
                                            : ed25519::verify({signature}, bytes_of(kMessage), {key});
}

TEST(Signature, known_answers)
{
    for (const auto& vector : kCases)
        EXPECT_EQ(holds(vector), vector.valid) << vector.signature;
}

TEST(Signature, ed25519_is_deterministic)
{
    const auto alice = KeyPair::from_uri("//Alice", Scheme::Ed25519);
    for (const auto& vector : kCases)
        if (vector.scheme == Scheme::Ed25519 && vector.valid)
            EXPECT_EQ(to_hex(scale::encode(alice->sign(bytes_of(kMessage), {}))), "00" + std::string{vector.signature});
}

TEST(Signature, the_old_sr25519_check_also_takes_a_marked_signature)
{
    const auto key = *array_from_hex<32>(kCases[0].key);
    const auto signature = *array_from_hex<64>(kCases[0].signature);
    EXPECT_TRUE(sr25519::verify_deprecated({signature}, bytes_of(kMessage), {key}));
    EXPECT_FALSE(sr25519::verify_deprecated({signature}, bytes_of("another"), {key}));
}

TEST(Signature, bad_points_and_scalars_verify_as_false)
{
    ByteArray<32> no_point;
    no_point.fill(0xff);
    ByteArray<64> no_scalar;
    no_scalar.fill(0xff);
    const auto key = *array_from_hex<32>(kCases[0].key);
    const auto signature = *array_from_hex<64>(kCases[0].signature);
    EXPECT_FALSE(sr25519::verify({signature}, {}, {no_point}));
    EXPECT_FALSE(sr25519::verify({no_scalar}, {}, {key}));
    EXPECT_FALSE(ed25519::verify({signature}, {}, {no_point}));
    EXPECT_FALSE(ed25519::verify({no_scalar}, {}, {key}));
}

TEST(Signature, a_batch_of_sr25519_holds_where_each_one_does)
{
    const auto pair = [](std::uint8_t seed) { return sr25519::KeyPair{Secret<32>{ByteArray<32>{seed}}}; };
    std::vector<Bytes> messages;
    for (std::uint8_t i = 0; i < 70; ++i)
        messages.push_back(Bytes(i, i)); // an empty one too
    std::vector<sr25519::Claim> claims;
    for (std::uint8_t i = 0; i < 70; ++i)
        claims.push_back({pair(i % 5).sign(messages[i], {}), messages[i], pair(i % 5).public_key()});
    EXPECT_TRUE(sr25519::verify_all({}));
    EXPECT_TRUE(sr25519::verify_all(claims));
    for (const std::size_t i : {0U, 33U, 69U}) {
        auto tampered = claims;
        tampered[i].signature.bytes[3] ^= 1;
        EXPECT_FALSE(sr25519::verify_all(tampered)) << i;
        tampered[i] = claims[i];
        tampered[i].key = pair(9).public_key();
        EXPECT_FALSE(sr25519::verify_all(tampered)) << i;
        tampered[i] = claims[i];
        tampered[i].message = bytes_of("another");
        EXPECT_FALSE(sr25519::verify_all(tampered)) << i;
        tampered[i] = claims[i];
        tampered[i].key.bytes.fill(0xff); // no point
        EXPECT_FALSE(sr25519::verify_all(tampered)) << i;
        tampered[i] = claims[i];
        tampered[i].signature.bytes[63] &= 0x7f; // without the mark of schnorrkel 0.8
        EXPECT_FALSE(sr25519::verify_all(tampered)) << i;
    }
}

TEST(Signature, a_batch_that_is_put_off_has_a_bound)
{
    const sr25519::KeyPair pair{Secret<32>{ByteArray<32>{1}}};
    const Bytes large(sr25519::Batch::kMostBytes - 200, 1);
    sr25519::Batch batch;
    EXPECT_FALSE(batch.add({}, Bytes(sr25519::Batch::kMostBytes, 1), {}));
    EXPECT_TRUE(batch.add(pair.sign(large, {}), large, pair.public_key()));
    EXPECT_TRUE(batch.add(pair.sign({}, {}), {}, pair.public_key()));
    EXPECT_FALSE(batch.add(pair.sign({}, {}), {}, pair.public_key()));
    EXPECT_EQ(batch.size(), 2u);
    EXPECT_TRUE(batch.verify());
}

TEST(Signature, ed25519_takes_the_small_order_points_of_zip_215)
{
    // A and R are the identity and s is 0: the equation holds for every message; RFC 8032 libraries refuse it
    const ed25519::PublicKey identity{ByteArray<32>{1}};
    const ed25519::Signature signature{ByteArray<64>{1}};
    EXPECT_TRUE(ed25519::verify(signature, bytes_of("anything"), identity));
    // the same point in an encoding that is not canonical: y = p + 1
    ByteArray<32> spelled_otherwise;
    spelled_otherwise.fill(0xff);
    spelled_otherwise[0] = 0xee;
    spelled_otherwise[31] = 0x7f;
    EXPECT_TRUE(ed25519::verify(signature, bytes_of("anything"), {spelled_otherwise}));
}

// spec vectors `signatures`, scheme ecdsa
TEST(Signature, ecdsa_recovers_the_signer)
{
    const auto alice = *array_from_hex<33>("020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1");
    const ecdsa::Signature signature{*array_from_hex<65>(
        "29826d169811b51b5d09b1da9df557e4ee4f70189c282001f74cba6b79cac36f2ac4389a0bfab8e4045435d65ec47f2a5620ace2289b7bdb95dc38586cd4912100")};
    EXPECT_EQ(ecdsa::recover(signature, blake2_256(bytes_of(kMessage))), ecdsa::PublicKey{alice});
    EXPECT_TRUE(ecdsa::verify(signature, bytes_of(kMessage), {alice}));
    EXPECT_FALSE(ecdsa::verify(signature, bytes_of("another"), {alice}));
    EXPECT_EQ(scale::encode(KeyPair::from_uri("//Alice", Scheme::Ecdsa)->sign(bytes_of(kMessage), {})),
              concat("02"_hex, signature));

    const auto other = *array_from_hex<33>("03ee211b9b73924b7ccf239f6466e35c195e81110614c85b7e212767e567a59624");
    ecdsa::Signature keccak{*array_from_hex<65>(
        "36e9e52c9897ddbabc2a827e0f44a21d7506ffec2ce7f69679a9e124ef351d707420a8b53ad9d19de3cde2ef62a1ad6da35ab3a733b7f5ed322c139e5906859601")};
    const auto digest = keccak_256(bytes_of(kMessage));
    EXPECT_EQ(ecdsa::recover(keccak, digest), ecdsa::PublicKey{other});
    EXPECT_EQ(ecdsa::recover_uncompressed(keccak, digest), ecdsa::uncompress({other}));
    keccak.bytes[64] = static_cast<std::uint8_t>(keccak.bytes[64] + 27);
    EXPECT_EQ(ecdsa::recover(keccak, digest), ecdsa::PublicKey{other});
}

TEST(Signature, ecdsa_refuses_numbers_out_of_range)
{
    const auto digest = blake2_256(bytes_of(kMessage));
    ecdsa::Signature signature{};
    EXPECT_FALSE(ecdsa::recover(signature, digest));
    signature.bytes.fill(0xff);
    signature.bytes[64] = 0;
    EXPECT_FALSE(ecdsa::recover(signature, digest));
    const auto alice = ecdsa::KeyPair::from_seed(Secret<32>{ByteArray<32>{1}});
    signature = alice->sign_digest(digest);
    for (const int recovery : {4, 26, 31, 255}) {
        signature.bytes[64] = static_cast<std::uint8_t>(recovery);
        EXPECT_FALSE(ecdsa::recover(signature, digest)) << recovery;
    }
    EXPECT_FALSE(ecdsa::uncompress({}));
    EXPECT_FALSE(ecdsa::evm_address_of({}));
}

} // namespace
