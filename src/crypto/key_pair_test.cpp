#include "crypto/key_pair.hpp"

#include "base/hex.hpp"
#include "crypto/error.hpp"
#include "crypto/mnemonic.hpp"
#include "crypto/ss58.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;

struct Derivation {
    Scheme scheme;
    std::string_view uri;
    std::string_view public_key;
    std::string_view account = public_key;
};

// spec vectors `keys.derivations`, `keys.fromRawSeed`
constexpr Derivation kDerivations[] = {
    {Scheme::Sr25519, "", "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a"},
    {Scheme::Sr25519, "//Alice", "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"},
    {Scheme::Sr25519, "//Bob", "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"},
    {Scheme::Sr25519, "//Charlie", "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22"},
    {Scheme::Sr25519, "//Dave", "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20"},
    {Scheme::Sr25519, "//Eve", "e659a7a1628cdd93febc04a4e0646ea20e9f5f0ce097d9a05290d4a9e054df4e"},
    {Scheme::Sr25519, "//Ferdie", "1cbd2d43530a44705ad088af313e18f80b53ef16b36177cd4b77b846f2a5f07c"},
    {Scheme::Sr25519, "//Alice//stash", "be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f"},
    {Scheme::Sr25519, "//Alice/soft", "02cfd83074aefc9955af4034d19b3780d47a52e158ababec8ec012b2295f1c5b"},
    {Scheme::Sr25519, "/soft", "84aedc0aba19f398f70dbcbc94b318e1e8d4eab5854e4d8de569bc4890afa45e"},
    {Scheme::Sr25519, "//0//1", "22989c834eeaa509b5a141502224d848b1dc0192224f13e394ea583fc42bf954"},
    {Scheme::Sr25519, "//foo/bar///pw", "f007d771bcdbf90d37a7fa2829eeadc92242f42e463e21d16021812e9221324d"},
    {Scheme::Ed25519, "", "345071da55e5dccefaaa440339415ef9f2663338a38f7da0df21be5ab4e055ef"},
    {Scheme::Ed25519, "//Alice", "88dc3417d5058ec4b4503e0c12ea1a0a89be200fe98922423d4334014fa6b0ee"},
    {Scheme::Ed25519, "//Bob", "d17c2d7823ebf260fd138f2d7e27d114c0145d968b5ff5006125f2414fadae69"},
    {Scheme::Ed25519, "//Charlie", "439660b36c6c03afafca027b910b4fecf99801834c62a5e6006f27d978de234f"},
    {Scheme::Ed25519, "//Dave", "5e639b43e0052c47447dac87d6fd2b6ec50bdd4d0f614e4299c665249bbd09d9"},
    {Scheme::Ed25519, "//Eve", "1dfe3e22cc0d45c70779c1095f7489a8ef3cf52d62fbd8c2fa38c9f1723502b5"},
    {Scheme::Ed25519, "//Ferdie", "568cb4a574c6d178feb39c27dfc8b3f789e5f5423e19c71633c748b9acf086b5"},
    {Scheme::Ed25519, "//Alice//stash", "451781cd0c5504504f69ceec484cc66e4c22a2b6a9d20fb1a426d91ad074a2a8"},
    {Scheme::Ed25519, "//0//1", "b1233786434fd4e520425022f1e02e72589aac38db3eb6d85dc0a7e27fc8cf28"},
    {Scheme::Ecdsa, "", "035b26108e8b97479c547da4860d862dc08ab2c29ada449c74d5a9a58a6c46a8c4",
     "bc9539b36a87a586b1aa20fbe23a1db3ef3edcd65b44a2dc4444cc552687633f"},
    {Scheme::Ecdsa, "//Alice", "020a1091341fe5664bfa1782d5e04779689068c916b04cb365ec3153755684d9a1",
     "01e552298e47454041ea31273b4b630c64c104e4514aa3643490b8aaca9cf8ed"},
    {Scheme::Ecdsa, "//Bob", "0390084fdbf27d2b79d26a4f13f0ccd982cb755a661969143c37cbc49ef5b91f27",
     "3f6eaf1be5add88d84ca8b02d350074935dbf04f53f4287cb6abfd6b33413f8f"},
    {Scheme::Ecdsa, "//Charlie", "0389411795514af1627765eceffcbd002719f031604fadd7d188e2dc585b4e1afb",
     "6672035dd6010e55e08eb707d171b5ec790bfea44f93ea8b1d22503033de45cd"},
    {Scheme::Ecdsa, "//Dave", "03bc9d0ca094bd5b8b3225d7651eac5d18c1c04bf8ae8f8b263eebca4e1410ed0c",
     "2452e6b66a46450f6858ef72934278407eb42de707c9abe67b8cb41707565ef3"},
    {Scheme::Ecdsa, "//Eve", "031d10105e323c4afce225208f71a6441ee327a65b9e646e772500c74d31f669aa",
     "b71a0812a1edaa236625ba525279201448be05f3a97c02f796db63944bf29895"},
    {Scheme::Ecdsa, "//Ferdie", "0291f1217d5a04cb83312ee3d88a6e6b33284e053e6ccfc3a90339a0299d12967c",
     "fb5ead485f2af13bc4ad5ec43055c15cfe893ed543f8052f2db45cc5c73d0a30"},
    {Scheme::Ecdsa, "//Alice//stash", "03c6a1c2194fa966d30bc4b9c4d5140e9a899d456372dae0e4ef230fd7d2197e72",
     "0dcdff87f204fcf502c4cdd417ca73df9d06bf640d2f50af5fbe8225fe026b4b"},
    {Scheme::Ecdsa, "//0//1", "03b9d04f7d2ae2936e95e8bb1b3aa408f597c3212e501d619a5d3b985a1471ebe1",
     "429b02b7d8459eb47c13604abce324ac71652f00b5a216d111c21ee80e2f6160"},
    {Scheme::Sr25519, "0x01756996e32ae7b5fba3fb429d58c78a894a8d14751ac71cf5eeff4b543780b0",
     "a25953d7680c2f9b7be03ad0d8fc5611be46c8d49eb4d48a0a97eb9c7072ab70"},
    {Scheme::Ed25519, "0x01756996e32ae7b5fba3fb429d58c78a894a8d14751ac71cf5eeff4b543780b0",
     "8de307d7158923e03eba4bd15928d2a2e034657d2d0fbe051ae1d24d58077562"},
    {Scheme::Ecdsa, "0x01756996e32ae7b5fba3fb429d58c78a894a8d14751ac71cf5eeff4b543780b0",
     "03ee211b9b73924b7ccf239f6466e35c195e81110614c85b7e212767e567a59624",
     "39b38a75391d52359368243c7480d63c66eeefa8ab5040eabff54253a9a197a5"},
};

KeyPair pair_of(std::string_view uri, Scheme scheme = Scheme::Sr25519)
{
    auto pair = KeyPair::from_uri(uri, scheme);
    EXPECT_TRUE(pair) << uri;
    return std::move(*pair);
}

sr25519::KeyPair seeded(std::uint8_t byte)
{
    ByteArray<32> seed;
    seed.fill(byte);
    return sr25519::KeyPair{Secret<32>{seed}};
}

TEST(KeyPair, derives_the_known_keys)
{
    for (const auto& vector : kDerivations) {
        const auto pair = pair_of(vector.uri, vector.scheme);
        EXPECT_EQ(pair.scheme(), vector.scheme);
        EXPECT_EQ(to_hex(pair.public_key()), vector.public_key) << vector.uri;
        EXPECT_EQ(to_hex(pair.account()), vector.account) << vector.uri;
    }
}

TEST(KeyPair, only_sr25519_has_soft_junctions)
{
    for (const auto scheme : {Scheme::Ed25519, Scheme::Ecdsa})
        for (const std::string_view uri : {"//Alice/soft", "/soft", "//foo/bar///pw"})
            EXPECT_TRUE(KeyPair::from_uri(uri, scheme).error().is(CryptoError::SoftJunction)) << uri;
}

TEST(KeyPair, the_same_secret_written_in_three_ways)
{
    const std::string seed = to_hex0x(phrase_to_seed(kDevPhrase)->expose());
    EXPECT_EQ(pair_of(seed + "//Alice").public_key(), pair_of("//Alice").public_key());
    EXPECT_EQ(pair_of(std::string{kDevPhrase} + "//Alice").public_key(), pair_of("//Alice").public_key());
}

TEST(KeyPair, refuses_what_is_no_secret_uri_and_never_repeats_it)
{
    const std::pair<std::string, CryptoError> cases[] = {
        {"bottom drive obey", CryptoError::BadPhrase},
        {"bottom drive obey lake curtain smoke basket hold race lonely fit wall", CryptoError::BadPhrase},
        {"not any words at all", CryptoError::BadPhrase},
        {"0x1234", CryptoError::BadSecretUri},
        {"0x" + std::string(64, 'z'), CryptoError::BadSecretUri},
        {"//", CryptoError::BadSecretUri},
        {"//Alice/", CryptoError::BadSecretUri},
        {std::string(5000, 'a'), CryptoError::BadSecretUri},
        {"0x" + std::string(64, '1') + "//Alice///pw", CryptoError::PasswordWithoutPhrase},
    };
    for (const auto& [uri, error] : cases) {
        const auto outcome = KeyPair::from_uri(uri);
        ASSERT_FALSE(outcome) << uri;
        EXPECT_TRUE(outcome.error().is(error)) << uri << ": " << outcome.error().message();
        if (uri.size() > 5)
            EXPECT_EQ(outcome.error().message().find(uri.substr(2, 10)), std::string::npos)
                << outcome.error().message();
    }
    EXPECT_TRUE(KeyPair::from_uri("0x" + std::string(64, '0'), Scheme::Ecdsa).error().is(CryptoError::BadSecretKey));
    EXPECT_TRUE(KeyPair::from_uri("0x" + std::string(64, 'f'), Scheme::Ecdsa).error().is(CryptoError::BadSecretKey));
}

TEST(KeyPair, chain_codes_of_junction_names)
{
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"Alice", "14416c6963650000000000000000000000000000000000000000000000000000"},
        {"foo", "0c666f6f00000000000000000000000000000000000000000000000000000000"},
        {"1", "0100000000000000000000000000000000000000000000000000000000000000"},
        {"0", "0000000000000000000000000000000000000000000000000000000000000000"},
        {"4294967296", "0000000001000000000000000000000000000000000000000000000000000000"},
        {"a very long junction name that exceeds thirty-two bytes in SCALE form",
         "8be522cd4d46f1803320bda966bd1a693e832d3bea3c67d74c6e9cc5039078a6"},
    };
    for (const auto& [name, code] : cases)
        EXPECT_EQ(to_hex(chain_code_of(name)), code) << name;
    // one more than 64 bits hold is a text
    EXPECT_EQ(to_hex(chain_code_of("18446744073709551616")).substr(0, 8), "50313834");
}

TEST(KeyPair, password_is_everything_behind_three_slashes)
{
    EXPECT_EQ(pair_of("///a/b//c").public_key(), pair_of(std::string{kDevPhrase} + "///a/b//c").public_key());
    EXPECT_NE(pair_of("///a").public_key(), pair_of("").public_key());
}

TEST(KeyPair, signs_for_the_chain)
{
    for (const auto scheme : {Scheme::Ed25519, Scheme::Sr25519, Scheme::Ecdsa}) {
        const auto pair = pair_of("//Alice", scheme);
        const auto message = to_bytes("a transfer");
        const auto signature = pair.sign(message, {});
        EXPECT_EQ(signature.scheme.index(), static_cast<std::uint8_t>(scheme));
        EXPECT_TRUE(verify(signature, message, pair.account()));
        EXPECT_FALSE(verify(signature, to_bytes("another"), pair.account()));
        EXPECT_FALSE(verify(signature, message, pair_of("//Bob", scheme).account()));

        const auto encoded = scale::encode(signature);
        EXPECT_EQ(encoded.size(), scheme == Scheme::Ecdsa ? 66U : 65U);
        EXPECT_EQ(scale::decode<MultiSignature>(encoded), signature);
        for (std::size_t at = 1; at < encoded.size(); ++at) {
            auto changed = encoded;
            changed[at] ^= 0x10;
            EXPECT_FALSE(verify(*scale::decode<MultiSignature>(changed), message, pair.account())) << at;
        }
    }
}

TEST(Mnemonic, phrase_entropy_and_seed)
{
    const auto entropy = phrase_to_entropy(kDevPhrase);
    ASSERT_TRUE(entropy);
    EXPECT_EQ(to_hex(entropy->expose()), "1a486a5fbe53639984cb64b070755f7b");
    EXPECT_EQ(text_of(entropy_to_phrase(entropy->expose())->expose()), kDevPhrase);
    EXPECT_EQ(to_hex(phrase_to_seed(kDevPhrase)->expose()),
              "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e");
    EXPECT_EQ(to_hex(phrase_to_seed(kDevPhrase, "Substrate")->expose()),
              "254867d4c1786589c24851dde5d29e027f36101541ed4e8251672549d1f8fe2c");
    for (const std::size_t size : {16, 20, 24, 28, 32}) {
        const Bytes bytes(size, 0xff);
        const auto phrase = entropy_to_phrase(bytes);
        ASSERT_TRUE(phrase);
        EXPECT_TRUE(equal(phrase_to_entropy(text_of(phrase->expose()))->expose(), bytes));
    }
    for (const std::size_t size : {0, 15, 17, 33, 64})
        EXPECT_TRUE(entropy_to_phrase(Bytes(size)).error().is(CryptoError::BadPhrase));
}

// spec vectors `sr25519Deterministic`: signed by //Alice with randomness of 32 zero bytes
TEST(Sr25519, signs_as_known_with_given_randomness)
{
    const std::pair<std::string, std::string_view> cases[] = {
        {"", "5c3d21f3e193907dd380092eecf731fa9581d0a5f162c0285abaa8b233ab3d5c"
             "37b314e44ff7e15e60553d729b2e3681c77af514cda325a56a7eede010824386"},
        {"a", "b643a8901a4c0857d1a77e815e478f00ed07168ecf3a4fdcfb737af87aa6784d"
              "fa7c30cd0ab223acdfbc93f35f881e572f098816c921147028cf08908988ab8b"},
        {"hello substrate", "cea0256273797ed90abce21cb900d0199280f06b9298b50276baf1e775f07c62"
                            "7503bea3ba2ce0d0456496c5508ee39db398046b3c7d7dfb6d50c280432a0181"},
        {std::string(300, 'x'), "40d7298b015cc26a0ef5159ec1cc001b982de4f4c1c6962e584987468dc76907"
                                "345f4f06c8b76e9a354953ee0c079d20ca113991d9d1e70180caeb411ae1848d"},
    };
    const auto alice = pair_of("//Alice");
    for (const auto& [message, signature] : cases) {
        const auto made = alice.sr25519()->sign(to_bytes(message), {});
        EXPECT_EQ(to_hex(made), signature);
        EXPECT_TRUE(sr25519::verify(made, to_bytes(message), alice.sr25519()->public_key()));
    }
    EXPECT_NE(alice.sr25519()->sign({}, ByteArray<32>{1}), alice.sr25519()->sign({}, {}));
}

struct Expansion {
    std::uint8_t seed_byte;
    std::string_view secret, public_key;
};

// spec phala-sdk-wire V01; the last of trust-and-keys §2.1
constexpr Expansion kExpansions[] = {
    {0x11,
     "704b72419b89bab3a4632685428901bf5715b44e40ec0df50f01fdc1553bf60b"
     "092539815e61663c7f9c4c9c377346f5d2936875bd760f0ac5c5f4f6e78a6d76",
     "50780547322a1ceba67ea8c552c9bc6c686f8698ac9a8cafab7cd15a1db19859"},
    {0x22,
     "6d789dc37abb1be0a67ac0bc4c2a054a61909ecc574cb96ee71f916908ef100f"
     "04e2cc143b6bb09094c635c03ad520f7984bd31a0784d345fc0ae92bd32a2dc4",
     "a63d1427fd44c2e8876a2d724abc93fee5cff849ca7cdc4a906e381a189c8c04"},
    {0x33,
     "30b9d11c7012c740baf77c188d8077c20834ba8c11afcadf8cf82ea8a505cf0e"
     "80c0320f4ad8b1ac79c08b84d7a7719618eaf5b014d8a7b8edad6cf8ee910850",
     "e2717db1170eb082174cc611998c8dd2b510b037854a3b0cbd3d35e53f625502"},
    {0x44,
     "51cd97d4b513e463ecc767f842098198ee8eb0440e06b71f5ab6509155ee0c0f"
     "ad9dcf76d9c2b778f29479607d1423ae3a63f8cee2b43ff51e5a2e5aaf6f757a",
     "98eb422c44ae7f2effe51fc271514ca3d5b6ce61d00c26d43f23944d8e38a454"},
    {0x88,
     "18114fbd08b4db54511d116dac85857fa6f721e8d1766cee406b061818c2fd0e"
     "0762a5f483c767d7f074f025cbcf8cd69fcb2710dafcbc24027afef0a3230b98",
     "42542b8fd331782b8dc0b34cacf545a9a649119dee7dcde934215d8208ab937b"},
    {0x01,
     "0bdd6dbf4edf8925e8c128bc2ddd9ed555e36240ca30ca7633d80e18d177de0d"
     "b17a2a2cf3d4a41a8e4e18cc45c8656d558eceddb0adb46bfa088a5f53bed252",
     "189dac29296d31814dc8c56cf3d36a0543372bba7538fa322a4aebfebc39e056"},
};

TEST(Sr25519, expands_seeds)
{
    for (const auto& vector : kExpansions) {
        const auto pair = seeded(vector.seed_byte);
        EXPECT_EQ(to_hex(pair.secret().expose()), vector.secret);
        EXPECT_EQ(to_hex(pair.public_key()), vector.public_key);
        EXPECT_EQ(sr25519::KeyPair::from_secret(pair.secret())->public_key(), pair.public_key());
    }
    ByteArray<64> not_canonical;
    not_canonical.fill(0xff);
    EXPECT_TRUE(sr25519::KeyPair::from_secret(Secret<64>{not_canonical}).error().is(CryptoError::BadSecretKey));
}

TEST(Sr25519, soft_junctions_work_on_public_keys)
{
    const auto alice = pair_of("//Alice");
    const auto code = chain_code_of("soft");
    const auto derived = sr25519::derive_soft(alice.sr25519()->public_key(), code);
    ASSERT_TRUE(derived);
    EXPECT_EQ(to_hex(*derived), "02cfd83074aefc9955af4034d19b3780d47a52e158ababec8ec012b2295f1c5b");
    EXPECT_EQ(alice.sr25519()->derive_soft(code).public_key(), *derived);
    ByteArray<32> bad;
    bad.fill(0xff);
    EXPECT_TRUE(sr25519::derive_soft({bad}, code).error().is(CryptoError::BadPublicKey));
}

// spec phala-sdk-wire V02
TEST(Sr25519, knows_the_accounts_of_development)
{
    // the scalar as it is, and the nonce behind it as polkadot.js has it
    const auto expect = [](std::string_view uri, std::string_view public_key, std::string_view scalar,
                           std::string_view nonce, std::string_view address) {
        const auto pair = pair_of(uri);
        EXPECT_EQ(to_hex(pair.public_key()), public_key);
        EXPECT_EQ(to_hex(pair.sr25519()->secret().expose()), std::string{scalar} + std::string{nonce});
        EXPECT_EQ(ss58_encode(pair.account(), 42).value(), address);
    };
    expect("//Alice", "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
           "33a6f3093f158a7109f679410bef1a0c54168145e0cecb4df006c1c2fffb1f09",
           "925a225d97aa00682d6a59b95b18780c10d7032336e88f3442b42361f4a66011",
           "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
    expect("//Bob", "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
           "e1c39e72cca724caa697d64a58e10bd95ffa63d1922962f7e27f8a09dda1370b",
           "41ae88f85d0c1bfc37be41c904e1dfc01de8c8067b0d6d5df25dd1ac0894a325",
           "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");
    EXPECT_EQ(ss58_encode(pair_of("//Alice").account(), 30).value(),
              "45R2pfjQUW2s9PQRHU48HQKLKHVMaDja7N3wpBtmF28UYDs2");
}

// spec phala-sdk-wire V03, V04, V05
TEST(Sr25519, agrees_on_the_known_secrets)
{
    const auto expect = [](const sr25519::KeyPair& a, const sr25519::KeyPair& b, std::string_view shared) {
        EXPECT_EQ(to_hex(a.agree(b.public_key())->expose()), shared);
        EXPECT_EQ(to_hex(b.agree(a.public_key())->expose()), shared);
    };
    expect(seeded(0x11), seeded(0x22), "b6a0aee1b695e526de762a1cf5c96926af04c12e07f100f18d237719156d2c18");
    const auto alice = pair_of("//Alice");
    const auto bob = pair_of("//Bob");
    expect(*alice.sr25519(), *bob.sr25519(), "bef705d2c12dc11985336a27fec73b2a1ee57d09a06c6ee4334d48512a404c67");
    const auto a = pair_of("0x98b3d305d5a5eace562387e47e59badd4d77e3f72cabfb10a60f8a197059f0a8");
    const auto b = pair_of("0x9732eea001851ff862d949a1699c9971f3a26edbede2ad7922cbbe9a0701f366");
    expect(*a.sr25519(), *b.sr25519(), "b03a0b198c34c16f35cae933d88b16341b4cef3e84e851f20e664c6a30527f4e");
    // the identity, and an encoding that is not canonical
    ByteArray<32> bad{};
    EXPECT_TRUE(seeded(0x11).agree({bad}).error().is(CryptoError::BadPublicKey));
    bad.fill(0xff);
    EXPECT_TRUE(seeded(0x11).agree({bad}).error().is(CryptoError::BadPublicKey));
}

} // namespace
