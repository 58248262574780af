// What the published SDK writes and reads inside envelopes, byte by byte (spec phala-sdk-wire §5).
#include "base/hex.hpp"
#include "scale/codec.hpp"
#include "worker/core/engine/gas.hpp"
#include "worker/core/engine/types.hpp"
#include "worker/core/query.hpp"

#include <gtest/gtest.h>

namespace phala::cli {
namespace {

using namespace worker;
using namespace worker::engine;

constexpr std::string_view kNonce = "6666666666666666666666666666666666666666666666666666666666666666";

template <class T>
std::string hex_of(const T& value)
{
    return to_hex(scale::encode(value));
}

ByteArray<32> filled(std::uint8_t byte)
{
    ByteArray<32> out;
    out.fill(byte);
    return out;
}

InkQuery::Head head(std::uint8_t contract)
{
    return {H256{filled(contract)}, filled(0x66)};
}

TEST(SdkVectors, Queries) // V17, V22, V23, V24
{
    const std::string begin = to_hex(filled(0xc0)) + std::string{kNonce};
    EXPECT_EQ(hex_of(InkQuery{head(0xc0), InkQuery::InkMessage{*from_hex("e5fe2fee"), 0, 0, false}}),
              begin + "0010e5fe2fee" + std::string(66, '0'));
    EXPECT_EQ(hex_of(InkQuery{head(0xc0),
                              InkQuery::InkMessage{*from_hex("e777292d1468656c6c6f"), 1'000'000'000'000, 5, true}}),
              begin + "0028e777292d1468656c6c6f0010a5d4e8000000000000000000000005000000000000000000000000000000"
                  + "01");
    EXPECT_EQ(hex_of(InkQuery{head(0xc0), InkQuery::SidevmMessage{{'{', '}'}}}), begin + "01087b7d");
    EXPECT_EQ(hex_of(InkQuery{head(0xc0), InkQuery::InkInstantiate{H256{filled(0xb2)}, to_bytes("deadbeef"),
                                                                   *from_hex("ed4b9d1b"), 0, 0}}),
              begin + "02" + to_hex(filled(0xb2)) + "20646561646265656610ed4b9d1b" + std::string(64, '0'));
}

TEST(SdkVectors, Answers) // V20, V21
{
    const auto with = [](std::expected<InkQueryResponse, InkQueryError> result) {
        return hex_of(InkResponse{filled(0x66), std::move(result)});
    };
    const auto refused = [&](auto error) {
        return with(std::expected<InkQueryResponse, InkQueryError>{std::unexpected{InkQueryError{error}}});
    };
    const std::string nonce{kNonce};
    EXPECT_EQ(refused(InkQueryError::BadOrigin{}), nonce + "0100");
    EXPECT_EQ(refused(InkQueryError::RuntimeError{"boom"}), nonce + "010110626f6f6d");
    EXPECT_EQ(refused(InkQueryError::SidevmNotFound{}), nonce + "0102");
    EXPECT_EQ(refused(InkQueryError::NoResponse{}), nonce + "0103");
    EXPECT_EQ(refused(InkQueryError::ServiceUnavailable{}), nonce + "0104");
    EXPECT_EQ(refused(InkQueryError::Timeout{}), nonce + "0105");

    ContractExecResult result;
    result.gas_consumed = {1'000'000, 0};
    result.gas_required = {2'000'000, 0};
    result.storage_deposit = Charge{1'000};
    result.result = ExecReturn{0, {0, 0}};
    EXPECT_EQ(with(InkQueryResponse{InkQueryResponse::Payload{scale::encode(result)}}),
              nonce + "00009402093d000002127a000001e803000000000000000000000000000000000000000008000000");
}

TEST(SdkVectors, Instantiation) // V25
{
    ContractInstantiateResult result;
    result.gas_consumed = {77, 0};
    result.gas_required = {88, 0};
    result.storage_deposit = Charge{5};
    result.result = InstantiateReturn{
        {0, {}}, AccountId{*array_from_hex<32>("5d151aac2c7b75de49a469d57f5c447be5890568f4a19da9767a5783c831008f")}};
    EXPECT_EQ(hex_of(result), "350100610100010500000000000000000000000000000000000000000000"
                              "5d151aac2c7b75de49a469d57f5c447be5890568f4a19da9767a5783c831008f00");
}

TEST(SdkVectors, CoarseResults) // V42
{
    EXPECT_EQ(mask_gas(0), 0xfffffffU);
    EXPECT_EQ(mask_gas(1'000'000'000), 0x3fffffffU);
    EXPECT_EQ(mask_gas(0x1000000000), 0x100fffffffU);
    EXPECT_EQ(mask_gas(0x10000000000000), 0x100fffffffffffU);
    const auto deposit = [](Balance value, Balance per_byte) {
        return static_cast<std::uint64_t>(mask_deposit(value, per_byte));
    };
    EXPECT_EQ(deposit(0, 1), 0xffU);
    EXPECT_EQ(deposit(0, 10), 0xfffU);
    EXPECT_EQ(deposit(0x1000000000, 10), 0x100fffffffU);
    EXPECT_EQ(deposit(0, 0), 0U);
}

TEST(SdkVectors, OutputOfACommand) // V40
{
    const Bytes output = *from_hex("04000800010000000000000000000000000000000000000100000008010100e777292d");
    const auto result = scale::decode<ContractExecResult>(output, scale::Rest::Allow);
    ASSERT_TRUE(result);
    ASSERT_TRUE(result->result);
    EXPECT_TRUE(result->result->did_revert());
    EXPECT_EQ(to_hex(result->result->data), "0101");
    Bytes again = scale::encode(*result);
    append(again, *from_hex("e777292d"));
    EXPECT_EQ(again, output);
}

} // namespace
} // namespace phala::cli
