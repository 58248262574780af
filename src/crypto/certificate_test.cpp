#include "crypto/certificate.hpp"

#include "base/hex.hpp"
#include "crypto/ecdsa.hpp"
#include "crypto/key_pair.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;
using namespace phala::literals;

constexpr std::uint32_t kForever = 2147483647;

// spec phala-sdk-wire V07, V19
const Bytes kLeafBody = *from_hex("80e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f625502ffffff7f00000000");
const Bytes kRootBody = *from_hex("80d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27dffffff7f00000000");
const Bytes kQuery = *from_hex(
    "55555555555555555555555550780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db19859dd01b49dfb358d0a3ce9e2aa36711bd500d4b0c1"
    "b3cda28ac4a417177d6f71a12d01369467c5510903eb8f69126d2572c23f4de96e9409be8927a3ddd4307c426a50f39316ab9cebd8110407b53ee0a6a73d645f"
    "b91c6cbd7fbb73c679217b862dc3bee1868c1d947426a5f353c2a8d6df196a7a0d59ea4274");
const Bytes kQuerySignature = *from_hex(
    "66647fd7be307c478adb09ffab378e3c9648396d736858d73363d3ea92dedc4d6963a1007a6c9dcc71383861819afd29f4bda4d8ae9f838d9d1ac7485fc22784");

struct Signed {
    std::string_view name;
    SignatureType type;
    std::string_view root_body, signature, account;
};

// spec phala-sdk-wire V08 to V13: the leaf body, certified in each way that wallets have
constexpr Signed kCertified[] = {
    {"V08", SignatureType::Sr25519,
     "80d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27dffffff7f00000000",
     "3279a79a0ce054bbc975d7fc740d4713f3ad62360de4f94b88d3752b4cf1c4046f609f82d8c47a4b9093c85ff12b5e8648317fc9b96918410a2252d48d49448f",
     "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
    {"V09", SignatureType::Sr25519WrapBytes,
     "80d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27dffffff7f00000000",
     "fc120275b6f35aaab53157c3134eb74daa4067b28f1438747ee890ea09547935f8876cc320961d9293578af13ef220e0377ed2aed6e3bcb04621e8a69c9c1380",
     "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
    {"V10", SignatureType::Ed25519,
     "8088dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0eeffffff7f00000000",
     "1b6d3d9bb0f5ad4f3b6f48bc62fc8df9a3cbf8cd7cad3d4c69e3171f004a354e962598f696d46454a0c275a81c6d7e752845115334d0c7cc3d656b47fed9bc0c",
     "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee"},
    {"V11", SignatureType::Ed25519WrapBytes,
     "8088dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0eeffffff7f00000000",
     "c0f15f03d59442b8866aed5352f51bf5b6c7f569fc5e7661fce33577e4e0b0d7190b3f22dafcd30b354a20063ca83ec98afbee76ed5e03308347ededa0a2600a",
     "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee"},
    {"V12", SignatureType::Ecdsa,
     "84020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1ffffff7f00000000",
     "a774683f9a0a387629ca78bfef670f739621a732d480e239248e4206e76c1d9372af2c66ee3f4857d80ac60d6038c818a46af5566abf07dc2a531dcb737bb642"
     "01",
     "01e552298e47454041ea31273b4b630c64c104e4514aa3643490b8aaca9cf8ed"},
    {"V13", SignatureType::EcdsaWrapBytes,
     "84020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1ffffff7f00000000",
     "3c3444aa408d7eb3b0e1321976b1eaf8ac67f5c8e1e136170d0458db820eb69c2bba224b37508f648fbcb05b4b0b0d15ccecd59adeeda66611b37b2d6848d720"
     "01",
     "01e552298e47454041ea31273b4b630c64c104e4514aa3643490b8aaca9cf8ed"},
};

std::vector<CertifiedSignature> chain_of(const Signed& certified)
{
    return {
        {static_cast<std::uint32_t>(SignatureType::Sr25519), kQuerySignature, kLeafBody},
        {static_cast<std::uint32_t>(certified.type), *from_hex(certified.signature), *from_hex(certified.root_body)}};
}

std::string error_of(const std::vector<CertifiedSignature>& chain, ByteView query = kQuery, std::uint32_t block = 0)
{
    const auto outcome = verify_chain(chain, query, block);
    return outcome ? "accepted" : outcome.error().message();
}

TEST(Certificate, bodies)
{
    const CertificateBody leaf{"e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f625502"_hex, kForever, 0};
    EXPECT_EQ(scale::encode(leaf), kLeafBody);
    EXPECT_EQ(scale::decode<CertificateBody>(kLeafBody), leaf);
}

TEST(Certificate, wraps_bytes)
{
    EXPECT_EQ(
        wrap_bytes(kLeafBody),
        *from_hex(
            "3c42797465733e80e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f625502ffffff7f000000003c2f42797465733e"));
}

// spec phala-sdk-wire V19
TEST(Certificate, a_query_of_the_sdk_comes_from_the_root)
{
    for (const auto& certified : kCertified) {
        const auto signers = verify_chain(chain_of(certified), kQuery, kForever);
        ASSERT_TRUE(signers) << certified.name << ": " << signers.error().message();
        ASSERT_EQ(signers->size(), 2U);
        EXPECT_EQ(to_hex(signers->front()), certified.account) << certified.name;
        EXPECT_EQ(to_hex(signers->back()), "e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f625502");
    }
}

TEST(Certificate, one_level_is_enough)
{
    auto chain = chain_of(kCertified[0]);
    chain.pop_back();
    EXPECT_EQ(verify_chain(chain, kQuery, 0)->size(), 1U);
}

TEST(Certificate, each_type_checks_its_own_message)
{
    for (const auto& certified : kCertified) {
        for (std::uint32_t type = 0; type <= 8; ++type) {
            auto chain = chain_of(certified);
            chain[1].type = type;
            const auto signers = verify_chain(chain, kQuery, 0);
            const bool same_rule = type == static_cast<std::uint32_t>(certified.type)
                                   || (certified.type == SignatureType::Ecdsa
                                       && type == static_cast<std::uint32_t>(SignatureType::EvmEcdsa))
                                   || (certified.type == SignatureType::EcdsaWrapBytes
                                       && type == static_cast<std::uint32_t>(SignatureType::EvmEcdsaWrapBytes));
            EXPECT_EQ(signers.has_value(), same_rule) << certified.name << " as " << type;
        }
    }
}

TEST(Certificate, evm_types_name_the_evm_account)
{
    auto chain = chain_of(kCertified[4]);
    chain[1].type = static_cast<std::uint32_t>(SignatureType::EvmEcdsa);
    const auto key = *array_from_hex<33>("020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1");
    EXPECT_EQ(verify_chain(chain, kQuery, 0)->front(), account_of_evm_address(*ecdsa::evm_address_of({key})));
}

TEST(Certificate, errors_have_the_names_that_clients_know)
{
    const auto good = chain_of(kCertified[0]);
    EXPECT_EQ(error_of(good), "accepted");
    EXPECT_EQ(error_of({}), "CertificateMissing");
    EXPECT_EQ(error_of(good, kQuery, kForever + 1U), "CertificateExpired");

    auto chain = good;
    chain[0].type = 9;
    EXPECT_EQ(error_of(chain), "InvalidSignatureType");
    chain = good;
    chain[1].encoded_body = std::nullopt;
    EXPECT_EQ(error_of(chain), "CertificateMissing");
    chain = good;
    chain[1].encoded_body->pop_back();
    EXPECT_TRUE(error_of(chain).starts_with("DecodeFailed"));
    chain = good;
    chain.push_back(good[1]);
    EXPECT_EQ(error_of(chain), "TooLongCertificateChain");
    chain = good;
    chain[1].signature.pop_back();
    EXPECT_EQ(error_of(chain), "InvalidSignature");
    chain = good;
    chain[1].encoded_body = scale::encode(CertificateBody{Bytes(33, 2), kForever, 0});
    EXPECT_EQ(error_of(chain), "InvalidPublicKey");
    // what the SDK does for an ECDSA signer without its key: the account in place of the key
    chain = chain_of(kCertified[4]);
    chain[1].encoded_body = scale::encode(CertificateBody{*from_hex(kCertified[4].account), kForever, 0});
    EXPECT_EQ(error_of(chain), "InvalidPublicKey");
}

TEST(Certificate, both_levels_expire)
{
    const auto alice = KeyPair::from_uri("//Alice");
    const auto leaf = KeyPair::from_uri("//leaf");
    const auto chain_until = [&](std::uint32_t leaf_ttl, std::uint32_t root_ttl) {
        const auto leaf_body = scale::encode(CertificateBody{leaf->public_key(), leaf_ttl, 0});
        const auto root_body = scale::encode(CertificateBody{alice->public_key(), root_ttl, 0});
        return std::vector<CertifiedSignature>{
            {1, to_bytes(ByteView{leaf->sr25519()->sign(kQuery, {})}), leaf_body},
            {1, to_bytes(ByteView{alice->sr25519()->sign(leaf_body, {})}), root_body}};
    };
    EXPECT_EQ(error_of(chain_until(10, 10), kQuery, 10), "accepted");
    EXPECT_EQ(error_of(chain_until(9, 10), kQuery, 10), "CertificateExpired");
    EXPECT_EQ(error_of(chain_until(10, 9), kQuery, 10), "CertificateExpired");
}

TEST(Certificate, no_changed_bit_goes_unnoticed)
{
    for (const auto& certified : kCertified) {
        const auto good = chain_of(certified);
        for (std::size_t link = 0; link < 2; ++link) {
            for (std::size_t at = 0; at < good[link].signature.size(); ++at) {
                auto chain = good;
                chain[link].signature[at] ^= 0x04;
                EXPECT_NE(error_of(chain), "accepted") << certified.name << " signature " << link << " byte " << at;
            }
        }
        for (std::size_t at = 0; at < kLeafBody.size(); ++at) {
            auto chain = good;
            (*chain[0].encoded_body)[at] ^= 0x04;
            EXPECT_NE(error_of(chain), "accepted") << certified.name << " leaf byte " << at;
        }
        for (std::size_t at = 0; at < 33; ++at) { // behind the key nothing of the root is signed
            auto chain = good;
            (*chain[1].encoded_body)[at] ^= 0x04;
            EXPECT_NE(error_of(chain), "accepted") << certified.name << " root byte " << at;
        }
        auto query = kQuery;
        query.back() ^= 1;
        EXPECT_EQ(error_of(good, query), "InvalidSignature");
    }
}

TEST(Certificate, a_remembered_one_lets_nothing_else_through)
{
    CertificateCache cache{4};
    const auto result = [&](const std::vector<CertifiedSignature>& chain, std::uint32_t block = 1) {
        const auto signers = verify_chain(chain, kQuery, block, &cache);
        return signers ? "accepted" : signers.error().message();
    };
    for (int round = 0; round < 3; ++round)
        for (const auto& certified : kCertified) { // more than there is room for
            const auto good = chain_of(certified);
            EXPECT_EQ(result(good), "accepted");
            EXPECT_EQ(result(good), "accepted");
            EXPECT_EQ(verify_chain(good, kQuery, 1, &cache)->front(), *array_from_hex<32>(certified.account));
            for (const std::size_t link : {0U, 1U}) {
                auto chain = good;
                chain[link].signature[7] ^= 0x04;
                EXPECT_NE(result(chain), "accepted") << certified.name;
                chain = good;
                (*chain[link].encoded_body)[5] ^= 0x04;
                EXPECT_NE(result(chain), "accepted") << certified.name;
            }
            auto chain = good;
            chain[1].type = (chain[1].type + 1) % 6;
            EXPECT_NE(result(chain), "accepted") << certified.name;
            EXPECT_EQ(result(good, kForever), "accepted");
        }
    const auto good = chain_of(kCertified[0]);
    ASSERT_EQ(result(good), "accepted");
    EXPECT_EQ(result(good, kForever + 1U), "CertificateExpired");
}

// spec phala-sdk-wire V14, V15, V16
TEST(Certificate, eip712_digests_and_signers)
{
    const auto leaf = *from_hex("80e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f6255022a00000000000000");
    EXPECT_EQ(to_hex(eip712_digest({leaf, 42})), "9654252ce2c01fb1d46071f52b8094e1ba5e103093f0cfa0568ba4465a20771e");
    EXPECT_EQ(to_hex(eip712_digest({bytes_of("Hello"), std::nullopt})),
              "2f77da1de54e22c205842fcaf29b9c31c424d4701d6eb6b805fca23c937937d0");
    EXPECT_EQ(to_hex(eip712_digest({bytes_of("Hello"), 42})),
              "dab3c1073ec2a5ab6a4b98cd76051541d48672409bba6d23bb9eafc9b954c17a");

    const auto type = static_cast<std::uint32_t>(SignatureType::Eip712);
    const auto key = *from_hex("024bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382");
    const auto certificate = *from_hex(
        "e5e7b427fef4011dc6b48baa8c07622b362c9f58d6e005f01ee67c08e7813c0527849ac12203e46985ae4d5ddc9e0d43ac3c5734c451c33ff09e21f0d7cb6b4c"
        "1b");
    EXPECT_EQ(to_hex(*verify_signature(type, certificate, {leaf, 42}, key)),
              "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f4065766d5f61646472657373");
    EXPECT_FALSE(verify_signature(type, certificate, {leaf, 43}, key));
    EXPECT_FALSE(verify_signature(type, certificate, {leaf, std::nullopt}, key));
    const auto query = *from_hex(
        "06bcd8764f6ac917600346fe37e207273cc20ba3eb8046d6fc6748050335d3cd060b8a8026e69b5d3a9537450d654d4b223fa88131fb2c4c321ecbe69968140e"
        "1c");
    EXPECT_EQ(to_hex(*verify_signature(type, query, {bytes_of("Hello"), std::nullopt}, key)),
              "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f4065766d5f61646472657373");
    const auto other = *from_hex(
        "885074f9b49de7bb73d23a801a69fb160f7cfef50cbf710c7aaff70c5581d7ab63bb7a80e4d8b3983498a9ffb10130fdcb98d5d5c49b7f84e3f99f194c26dcdf"
        "1b");
    EXPECT_EQ(
        to_hex(*verify_signature(type, other, {bytes_of("Hello"), 42},
                                 *from_hex("029df1e69b8b7c2da2efe0069dc141c2cec0317bf3fd135abaeb69ee33801f5970"))),
        "77bb3d64ea13e4f0beafdd5d92508d4643bb09cb4065766d5f61646472657373");
}

// spec phala-sdk-wire V14 inside a whole chain: the leaf's ttl is what the wallet showed
TEST(Certificate, a_chain_certified_by_eip712)
{
    ByteArray<32> seed;
    seed.fill(0x33);
    const sr25519::KeyPair leaf{Secret<32>{seed}};
    const std::vector<CertifiedSignature> chain{
        {1, to_bytes(ByteView{leaf.sign(kQuery, {})}),
         *from_hex("80e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f6255022a00000000000000")},
        {6,
         *from_hex(
             "e5e7b427fef4011dc6b48baa8c07622b362c9f58d6e005f01ee67c08e7813c0527849ac12203e46985ae4d5ddc9e0d43ac3c5734c451c33ff09e21f0d7cb6b4c"
             "1b"),
         *from_hex("84024bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb4933822a00000000000000")}};
    EXPECT_EQ(to_hex(verify_chain(chain, kQuery, 42)->front()),
              "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f4065766d5f61646472657373");
    EXPECT_EQ(error_of(chain, kQuery, 43), "CertificateExpired");
}

} // namespace
