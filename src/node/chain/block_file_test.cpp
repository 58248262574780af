#include "node/chain/block_file.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>
#include <sstream>

namespace phala::node {
namespace {

SignedBlock sample(BlockNumber number)
{
    SignedBlock out{};
    out.block.header = {.parent_hash = {}, .number = number, .state_root = {}, .extrinsics_root = {}, .digest = {}};
    out.block.header.parent_hash.bytes.fill(0x11);
    out.block.header.digest.logs.push_back({digest::PreRuntime{engine_id("aura"), Bytes{1, 2, 3}}});
    out.block.extrinsics = {Bytes{4, 5}, Bytes(100, 6), {}};
    return out;
}

std::string written(const std::vector<SignedBlock>& blocks, BlockFormat format)
{
    std::ostringstream out;
    BlockWriter writer{out, format, blocks.size()};
    for (const auto& block : blocks)
        EXPECT_TRUE(writer.write(block));
    EXPECT_TRUE(writer.finish());
    return out.str();
}

/// The blocks of a file, and the error it ends with.
std::pair<std::vector<SignedBlock>, std::optional<Error>> read(const std::string& file, BlockFormat format)
{
    std::istringstream in{file};
    BlockReader reader{in, format};
    std::vector<SignedBlock> out;
    for (;;) {
        auto next = reader.next();
        if (!next)
            return {out, next.error()};
        if (!*next)
            return {out, std::nullopt};
        out.push_back(std::move(**next));
    }
}

TEST(BlockFile, HasTheFormsOfTheEcosystem)
{
    auto block = sample(300);
    block.block.extrinsics = {Bytes{4, 5}};
    const std::string zeros(64, '0');
    EXPECT_EQ(to_hex(bytes_of(written({block}, BlockFormat::Binary))),
              "0100000000000000" + std::string(64, '1') + "b104" + zeros + zeros + "0406617572610c010203" + "04080405"
                  + "00");
    EXPECT_EQ(
        written({block}, BlockFormat::Json),
        R"({"block":{"header":{"parentHash":"0x)" + std::string(64, '1') + R"(","number":"0x12c","stateRoot":"0x)"
            + zeros + R"(","extrinsicsRoot":"0x)" + zeros
            + R"(","digest":{"logs":["0x06617572610c010203"]}},"extrinsics":["0x080405"]},"justifications":null})");
}

TEST(BlockFile, ReadsWhatItWrites)
{
    std::vector<SignedBlock> blocks;
    for (BlockNumber number : {0U, 1U, 16U, 0xffff'ffffU})
        blocks.push_back(sample(number));
    blocks[1].justifications = {{engine_id("FRNK"), Bytes{1, 255}}};
    blocks[2].block.extrinsics.emplace_back(Bytes(3'000'000, 9)); // larger than one piece of a file
    for (auto format : {BlockFormat::Binary, BlockFormat::Json}) {
        const auto [again, error] = read(written(blocks, format), format);
        EXPECT_FALSE(error) << error->message();
        EXPECT_EQ(again, blocks);
    }
    EXPECT_EQ(read(written({}, BlockFormat::Binary), BlockFormat::Binary).first.size(), 0U);
    EXPECT_FALSE(read("", BlockFormat::Binary).second);
    EXPECT_FALSE(read(" \n", BlockFormat::Json).second);
}

TEST(BlockFile, SaysWhereItIsBroken)
{
    for (auto format : {BlockFormat::Binary, BlockFormat::Json}) {
        const auto whole = written({sample(1), sample(2)}, format);
        const auto [before, error] = read(whole.substr(0, whole.size() - 3), format);
        EXPECT_EQ(before, std::vector{sample(1)});
        ASSERT_TRUE(error && error->is(BlockFileError::Malformed));
        EXPECT_NE(error->message().find("the block at byte "), std::string::npos) << error->message();
    }
    // the other format, and lengths beyond the file
    EXPECT_TRUE(read(written({sample(1)}, BlockFormat::Json), BlockFormat::Binary).second);
    EXPECT_TRUE(read(written({sample(1)}, BlockFormat::Binary), BlockFormat::Json).second);
    EXPECT_TRUE(read(std::string(100, '\xff'), BlockFormat::Binary).second);
    EXPECT_TRUE(read(R"({"block":{}})", BlockFormat::Json).second);
    EXPECT_TRUE(read("{\"a\":\"" + std::string(100, '{'), BlockFormat::Json).second);
}

TEST(BlockFile, SaysWhenItCannotWrite)
{
    std::ostringstream out;
    out.setstate(std::ios::badbit);
    BlockWriter writer{out, BlockFormat::Binary, 1};
    EXPECT_TRUE(writer.write(sample(1)).error().is(BlockFileError::CannotWrite));
}

} // namespace
} // namespace phala::node
