#include "crypto/ss58.hpp"

#include "base/hex.hpp"
#include "crypto/base58.hpp"
#include "crypto/error.hpp"

#include <gtest/gtest.h>

namespace {

using namespace phala;
using namespace phala::crypto;
using namespace phala::literals;

struct Case {
    std::uint16_t prefix;
    std::string_view payload, address;
};

// spec vectors `ss58`
constexpr Case kCases[] = {
    {0, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"},
    {2, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F"},
    {30, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "45R2pfjQUW2s9PQRHU48HQKLKHVMaDja7N3wpBtmF28UYDs2"},
    {42, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"},
    {63, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "7NPoMQbiA6trJKkjB35uk96MeJD4PGWkLQLH7k7hXEkZpiba"},
    {64, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "cEaNSpz4PxFcZ7nT1VEKrKewH67rfx6MfcM6yKojyyPz7qaqp"},
    {255, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "yGHXkYLYqxijLKKfd9Q2CB9shRVu8rPNBS53wvwGTutYg4zTg"},
    {1284, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "VdvKmYJfD4VXA9fzz1SbmCo2eYHSzUFbaDCZSuaNKJAe8YNg6"},
    {2254, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "stB4S14whneyomiEa22Fu2PzVoibMB7n5PvBFUwafbCbRkC1K"},
    {16383, "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
     "yNa8JpqfFB3q8A29rCwSgxvdU94ufJw2yKKxDgznS5m1PoFvn"},
    {30, "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
     "43qsYbZGLn2xzNuurY6BY4QNDSUU7gLEcXuckpm6B3DEmEx9"},
    {42, "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48",
     "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"},
    {30, "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22",
     "43tXcmhJfmvbczKaPKgWXirf3a9r6zD63KAxHq4CTSPm4DRf"},
    {42, "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22",
     "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"},
    {30, "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20",
     "41iFgxEGsnyGv5Abdo6Uq6n6BjoLS3p1UMKv9GvwMVuY5er7"},
    {42, "01", "F7NZ"},
    {42, "0102", "25GpW4"},
    {42, "01020304", "MvAtmUea"},
    {42, "0102030405060708", "3MsZWNhRvzMGK9"},
    {42, "021111111111111111111111111111111111111111111111111111111111111111",
     "KW3K2dF255GeTHXDvdMy2fZ9XTLJqAESpkPgyipymjWvGV4CU"},
};

TEST(Ss58, known_addresses_both_ways)
{
    for (const auto& vector : kCases) {
        const auto payload = *from_hex(vector.payload);
        EXPECT_EQ(ss58_encode(payload, vector.prefix), vector.address);
        const auto decoded = ss58_decode(vector.address);
        ASSERT_TRUE(decoded) << vector.address;
        EXPECT_EQ(*decoded, (Ss58Address{vector.prefix, payload}));
    }
}

TEST(Ss58, every_prefix_round_trips_and_the_reserved_ones_are_refused)
{
    const Bytes payload(32, 7);
    for (unsigned prefix = 0; prefix < 20000; prefix += 1 + prefix / 100) {
        const auto address = ss58_encode(payload, static_cast<std::uint16_t>(prefix));
        if (prefix > 16383) {
            EXPECT_TRUE(address.error().is(CryptoError::BadAddressPrefix)) << prefix;
        } else if (prefix != 46 && prefix != 47) {
            EXPECT_EQ(ss58_decode(*address)->prefix, prefix);
        }
    }
    EXPECT_TRUE(ss58_encode(payload, 46).error().is(CryptoError::BadAddressPrefix));
    EXPECT_TRUE(ss58_encode(payload, 47).error().is(CryptoError::BadAddressPrefix));
    EXPECT_TRUE(ss58_encode(Bytes(31), 30).error().is(CryptoError::BadAddress));
}

TEST(Ss58, refuses_bad_addresses_with_a_reason)
{
    const std::pair<std::string, CryptoError> cases[] = {
        {"15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Spz", CryptoError::BadAddressChecksum},
        {"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKut", CryptoError::BadAddress},
        {"", CryptoError::BadAddress},
        {"1", CryptoError::BadAddress},
        {"5Grwva0F5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", CryptoError::BadAddress},
        {std::string(1000, '5'), CryptoError::BadAddress},
        {base58_encode(Bytes(35, 200)), CryptoError::BadAddress},
        // prefix 30 spelled in two bytes
        {base58_encode(concat("4780"_hex, Bytes(34))), CryptoError::BadAddress},
        {base58_encode(concat("2e"_hex, Bytes(34))), CryptoError::BadAddressPrefix},
    };
    for (const auto& [address, error] : cases) {
        const auto outcome = ss58_decode(address);
        ASSERT_FALSE(outcome) << address;
        EXPECT_TRUE(outcome.error().is(error)) << address << ": " << outcome.error().message();
    }
}

TEST(Ss58, no_mistyped_character_goes_unnoticed)
{
    const std::string address = "45R2pfjQUW2s9PQRHU48HQKLKHVMaDja7N3wpBtmF28UYDs2";
    for (std::size_t i = 0; i < address.size(); ++i) {
        auto typed = address;
        typed[i] = typed[i] == 'a' ? 'b' : 'a';
        EXPECT_FALSE(ss58_decode(typed)) << typed;
    }
}

TEST(Ss58, an_account_is_named_by_address_or_hex)
{
    const auto alice = *array_from_hex<32>("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d");
    const std::string_view on_phala = "45R2pfjQUW2s9PQRHU48HQKLKHVMaDja7N3wpBtmF28UYDs2";
    const std::string_view generic = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    const std::string_view on_polkadot = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5";
    EXPECT_EQ(address_of(alice), on_phala);
    for (const auto text : {on_phala, generic, on_polkadot})
        EXPECT_EQ(parse_account(text), alice);
    EXPECT_EQ(parse_account(on_phala, kPhalaPrefix), alice);
    EXPECT_EQ(parse_account(generic, kPhalaPrefix), alice);
    EXPECT_EQ(parse_account(to_hex0x(alice), kPhalaPrefix), alice);
    EXPECT_TRUE(parse_account(on_polkadot, kPhalaPrefix).error().is(CryptoError::WrongAddressPrefix));
    EXPECT_TRUE(parse_account("F7NZ").error().is(CryptoError::BadAddress));
    EXPECT_TRUE(parse_account("0x1234").error().is(HexError::WrongLength));
}

TEST(Base58, keeps_leading_zeros)
{
    EXPECT_EQ(base58_encode("0000287fb4cd"_hex), "11233QC4");
    EXPECT_EQ(base58_decode("11233QC4"), "0000287fb4cd"_hex);
    EXPECT_EQ(base58_encode({}), "");
    EXPECT_EQ(base58_decode(""), Bytes{});
    EXPECT_FALSE(base58_decode("I"));
}

} // namespace
