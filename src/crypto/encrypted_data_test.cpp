#include "crypto/encrypted_data.hpp"

#include "base/hex.hpp"
#include "crypto/error.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;
using namespace phala::literals;

sr25519::KeyPair seeded(std::uint8_t byte)
{
    ByteArray<32> seed;
    seed.fill(byte);
    return sr25519::KeyPair{Secret<32>{seed}};
}

AeadIv iv_of(std::uint8_t byte)
{
    AeadIv iv;
    iv.fill(byte);
    return iv;
}

// spec phala-sdk-wire V06
TEST(Aead, known_answer)
{
    Aes256Gcm cipher{
        Secret<32>{*array_from_hex<32>("b6a0aee1b695e526de762a1cf5c96926af04c12e07f100f18d237719156d2c18")}};
    const auto sealed = cipher.seal(iv_of(0x55), bytes_of("hello phala"));
    EXPECT_EQ(to_hex(sealed), "1c38579922ea8c4143069705a9cf408b3f6ab208f9300ab294c5e9");
    EXPECT_EQ(cipher.open(iv_of(0x55), sealed), to_bytes("hello phala"));
}

TEST(Aead, one_context_serves_many_messages_and_survives_a_failure)
{
    Aes256Gcm cipher{Secret<32>{ByteArray<32>{7}}};
    for (std::size_t size = 0; size < 70; ++size) {
        const Bytes text(size, static_cast<std::uint8_t>(size));
        const auto iv = iv_of(static_cast<std::uint8_t>(size));
        auto sealed = cipher.seal(iv, text, bytes_of("about"));
        EXPECT_EQ(cipher.open(iv, sealed, bytes_of("about")), text);
        EXPECT_TRUE(cipher.open(iv, sealed, bytes_of("other")).error().is(CryptoError::AeadDecryptError));
        EXPECT_TRUE(cipher.open(iv_of(200), sealed, bytes_of("about")).error().is(CryptoError::AeadDecryptError));
        for (auto& byte : sealed) {
            byte ^= 1;
            EXPECT_TRUE(cipher.open(iv, sealed, bytes_of("about")).error().is(CryptoError::AeadDecryptError));
            byte ^= 1;
        }
    }
    EXPECT_TRUE(cipher.open({}, Bytes(15)).error().is(CryptoError::AeadDecryptError));
}

struct Envelope {
    std::string_view name;
    std::uint8_t sender, receiver, iv;
    std::string_view text, encoded;
};

// spec phala-sdk-wire V18, V20, V22, V23, V24, V27, made by the published SDK
constexpr Envelope kEnvelopes[] = {
    {"V18 query", 0x11, 0x22, 0x55,
     "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c06666666666666666666666666666666666666666666666666666666666666666"
     "0010e5fe2fee000000000000000000000000000000000000000000000000000000000000000000",
     "55555555555555555555555550780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db19859dd01b49dfb358d0a3ce9e2aa36711bd500d4b0c1"
     "b3cda28ac4a417177d6f71a12d01369467c5510903eb8f69126d2572c23f4de96e9409be8927a3ddd4307c426a50f39316ab9cebd8110407b53ee0a6a73d645f"
     "b91c6cbd7fbb73c679217b862dc3bee1868c1d947426a5f353c2a8d6df196a7a0d59ea4274"},
    {"V20 answer", 0x22, 0x11, 0x77,
     "666666666666666666666666666666666666666666666666666666666666666600009402093d000002127a000001e80300000000000000000000000000000000"
     "0000000008000000",
     "777777777777777777777777a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c046101b00f812d34f7c35825900b0436f9496bc51b"
     "ef5f6052e2e869dc3d468fc0d312946ea5ba3bafbde5993279e59d7daf865b9e919b86bab46541c582f88ed90e5e06586b463986e2f778351ba17fe76bc532e6"
     "abc5105a87e5"},
    {"V22 estimate", 0x11, 0x22, 0x55,
     "c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c06666666666666666666666666666666666666666666666666666666666666666"
     "0028e777292d1468656c6c6f0010a5d4e800000000000000000000000500000000000000000000000000000001",
     "55555555555555555555555550780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db19859f501b49dfb358d0a3ce9e2aa36711bd500d4b0c1"
     "b3cda28ac4a417177d6f71a12d01369467c5510903eb8f69126d2572c23f4de96e9409be8927a3ddd4307c426a50f3ab14229a28cc79616bd951e0b602e98c5f"
     "b91c6cbd7fbb73c679217e862dc3bee1868c1d9474dedd27629689c2e469d1c4a224cd24ce00c7521aa9e9"},
    {"V23 logger", 0x11, 0x22, 0x55,
     "77777777777777777777777777777777777777777777777777777777777777776666666666666666666666666666666666666666666666666666666666666666"
     "01e5017b22616374696f6e223a224765744c6f67222c2266726f6d223a2d31302c22636f756e74223a31302c22636f6e7472616374223a223078633063306330"
     "63306330633063306330633063306330633063306330633063306330633063306330633063306330633063306330633063306330633063306330227d",
     "55555555555555555555555550780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db198593103032a4c823abd8b5e551d81c6ac62b7630776"
     "047a153d7313a0a0cad8c6169ab6369467c5510903eb8f69126d2572c23f4de96e9409be8927a3ddd4307c426a50f266f22e9164bb656d68db1cda84e0581013"
     "d67b4e915ddd01a9140341ab1cf392c3e5e368fa00fce71652baaa2f795956c29ab486a12203ec189cce904141d103fc6a136670c16f9669a448a5f79f58a290"
     "8225b331dadc548cc15ce7bdedd26578e49ba9e8532259b0c7661727522d500084511eb7f674428d35d451082582caed226d97b4770aa6442e36"},
    {"V24 instantiation", 0x11, 0x22, 0x55,
     "c24efa61876124ed180c5702dbb86f8540eeee8bdba2d2afcc185ab2794b016e6666666666666666666666666666666666666666666666666666666666666666"
     "02b23e106975d2e77f69869520d1cdf2955019a455fc805e1d2764c0afb0ed2a9c20646561646265656610ed4b9d1b0000000000000000000000000000000000"
     "000000000000000000000000000000",
     "55555555555555555555555550780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db198597d02b613c194caabd8c43a66a1b300adaf9130ef"
     "9d86b9e8d6cb1bcfe71dc82aecaf369467c5510903eb8f69126d2572c23f4de96e9409be8927a3ddd4307c426a50f131cd45da700af67b6e33abc0776acff10f"
     "a0b83941ffe56ee11de1d436c0e922c1e2e97cf016bbb841727bc3d10d3722b0fbd7f2831821dc60fffef37122e160cc09230540a25ff559c778c6c7fc6186e0"
     "85d34e99710532ed278392e920"},
    {"V27 command", 0x11, 0x44, 0x99,
     "0080abababababababababababababababababababababababababababababababab28e777292d1468656c6c6f0000000000000000000000000000000080841e"
     "000000000000",
     "99999999999999999999999950780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db198595901070755821c9bb3f7ee54b54b61bf37735128"
     "4f022cf3ae60b0e428c24b9e59bc2128ae5226c81880eb5214b73183afa5caf792b8e88fed9c66da4287e7dd948640129c742fe0d1e42387d27838fd05b38f26"
     "6226e6a4"},
};

TEST(EncryptedData, known_envelopes_both_ways)
{
    for (const auto& vector : kEnvelopes) {
        const auto sender = seeded(vector.sender);
        const auto receiver = seeded(vector.receiver);
        const auto made = encrypt(sender, receiver.public_key(), iv_of(vector.iv), *from_hex(vector.text));
        ASSERT_TRUE(made) << vector.name;
        EXPECT_EQ(to_hex(scale::encode(*made)), vector.encoded) << vector.name;
        const auto read = scale::decode<EncryptedData>(*from_hex(vector.encoded));
        ASSERT_TRUE(read) << vector.name;
        EXPECT_EQ(to_hex(*decrypt(receiver, *read)), vector.text) << vector.name;
        // whoever else has the envelope learns nothing
        EXPECT_TRUE(decrypt(seeded(0x77), *read).error().is(CryptoError::AeadDecryptError)) << vector.name;
    }
}

TEST(EncryptedData, no_changed_byte_goes_unnoticed)
{
    // spec phala-sdk-wire V43: V18 with the last bit changed
    const auto changed_tag = scale::decode<EncryptedData>(*from_hex(
        "55555555555555555555555550780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db19859dd01b49dfb358d0a3ce9e2aa36711bd500d4b0c1"
        "b3cda28ac4a417177d6f71a12d01369467c5510903eb8f69126d2572c23f4de96e9409be8927a3ddd4307c426a50f39316ab9cebd8110407b53ee0a6a73d645f"
        "b91c6cbd7fbb73c679217b862dc3bee1868c1d947426a5f353c2a8d6df196a7a0d59ea4275"));
    ASSERT_TRUE(changed_tag);
    EXPECT_TRUE(decrypt(seeded(0x22), *changed_tag).error().is(CryptoError::AeadDecryptError));

    auto encoded = *from_hex(kEnvelopes[0].encoded);
    for (std::size_t at = 0; at < encoded.size(); ++at) {
        encoded[at] ^= 0x40;
        const auto read = scale::decode<EncryptedData>(encoded);
        EXPECT_FALSE(read && decrypt(seeded(0x22), *read)) << at;
        encoded[at] ^= 0x40;
        EXPECT_FALSE(scale::decode<EncryptedData>(ByteView{encoded}.first(at))) << at;
    }
}

TEST(EncryptedData, refuses_keys_that_are_no_points)
{
    EXPECT_TRUE(encrypt(seeded(1), {}, {}, {}).error().is(CryptoError::BadPublicKey));
    EXPECT_TRUE(decrypt(seeded(1), EncryptedData{}).error().is(CryptoError::BadPublicKey));
}

} // namespace
