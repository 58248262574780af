#include "host/allocator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace phala::host {
namespace {

class VectorMemory final : public LinearMemory {
public:
    VectorMemory(std::uint32_t pages, std::uint32_t max_pages)
        : bytes_(std::size_t{pages} * kPageSize), max_pages_{max_pages}
    {
    }
    std::span<std::uint8_t> bytes() override { return bytes_; }
    bool grow(std::uint32_t pages) override
    {
        if (bytes_.size() / kPageSize + pages > max_pages_)
            return false;
        bytes_.resize(bytes_.size() + std::size_t{pages} * kPageSize);
        return true;
    }

private:
    Bytes bytes_;
    std::uint32_t max_pages_;
};

TEST(Allocator, BlocksNeverOverlapAndComeBack)
{
    std::mt19937_64 random{3};
    VectorMemory memory{1, 400};
    Allocator allocator{1001};
    std::map<std::uint32_t, std::uint32_t> live; // address to size
    for (int step = 0; step < 20'000; ++step) {
        if (live.size() > 50 || (!live.empty() && random() % 2 == 0)) {
            const auto at = std::next(live.begin(), static_cast<std::ptrdiff_t>(random() % live.size()));
            ASSERT_TRUE(allocator.free(memory, at->first));
            live.erase(at);
            continue;
        }
        const auto size = static_cast<std::uint32_t>(random() % (random() % 10 == 0 ? 100'000 : 200));
        const auto pointer = allocator.allocate(memory, size);
        ASSERT_TRUE(pointer) << pointer.error().message();
        ASSERT_EQ(*pointer % 8, 0u);
        ASSERT_LE(std::uint64_t{*pointer} + size, memory.bytes().size());
        const auto [at, added] = live.emplace(*pointer, size);
        ASSERT_TRUE(added);
        if (at != live.begin())
            ASSERT_LE(std::prev(at)->first + std::prev(at)->second + 8, *pointer);
        if (std::next(at) != live.end())
            ASSERT_LE(*pointer + size + 8, std::next(at)->first);
        std::memset(memory.bytes().data() + *pointer, 0xee, size);
    }
}

TEST(Allocator, AddressesAreThoseOfTheReference)
{
    VectorMemory memory{1, 1};
    Allocator allocator{13};
    EXPECT_EQ(allocator.allocate(memory, 1).value(), 24u); // base 16, header 8
    EXPECT_EQ(allocator.allocate(memory, 9).value(), 40u); // 16 bytes
    EXPECT_EQ(allocator.allocate(memory, 0).value(), 64u); // 8 bytes
    ASSERT_TRUE(allocator.free(memory, 24));
    ASSERT_TRUE(allocator.free(memory, 64));
    EXPECT_EQ(allocator.allocate(memory, 8).value(), 64u); // last freed, first taken
    EXPECT_EQ(allocator.allocate(memory, 8).value(), 24u);
    EXPECT_EQ(allocator.allocate(memory, 8).value(), 80u);
}

TEST(Allocator, GrowsUpToTheLimitAndThenFailsForGood)
{
    VectorMemory memory{1, 5};
    Allocator allocator{0};
    int count = 0;
    auto last = allocator.allocate(memory, 32 * 1024);
    for (; last; last = allocator.allocate(memory, 32 * 1024))
        ++count;
    EXPECT_EQ(count, 9); // of ten halves of a page, less their headers
    EXPECT_EQ(memory.bytes().size(), std::size_t{5} * kPageSize);
    EXPECT_TRUE(last.error().is(AllocatorError::OutOfMemory));
    EXPECT_TRUE(allocator.allocate(memory, 1).error().is(AllocatorError::Poisoned));
    EXPECT_TRUE(allocator.free(memory, 8).error().is(AllocatorError::Poisoned));
}

TEST(Allocator, RefusesWhatIsTooLarge)
{
    VectorMemory memory{1, 65'536};
    EXPECT_TRUE(Allocator{0}.allocate(memory, 32 * 1024 * 1024 + 1).error().is(AllocatorError::TooLarge));
    EXPECT_TRUE(Allocator{0}.allocate(memory, 0xffff'ffff).error().is(AllocatorError::TooLarge));
}

TEST(Allocator, CorruptHeapsAreErrors)
{
    for (const std::uint32_t pointer : {0u, 7u, 8u, 12u, 65'536u, 65'537u, 0xffff'ffffu}) {
        VectorMemory memory{1, 1};
        Allocator allocator{64};
        EXPECT_TRUE(allocator.free(memory, pointer).error().is(AllocatorError::BadPointer)) << pointer;
    }
    for (const auto link :
         {std::uint64_t{0xffff'fff0}, std::uint64_t{65'530}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        VectorMemory memory{1, 1};
        Allocator allocator{64};
        const auto pointer = allocator.allocate(memory, 8).value();
        ASSERT_TRUE(allocator.free(memory, pointer));
        EXPECT_TRUE(allocator.free(memory, pointer).error().is(AllocatorError::BadPointer)); // freed twice
        Allocator other{64};
        const auto again = other.allocate(memory, 8).value();
        ASSERT_TRUE(other.free(memory, again));
        const auto bytes = le_bytes(link);
        std::memcpy(memory.bytes().data() + again - 8, bytes.data(), bytes.size());
        auto taken = other.allocate(memory, 8); // the overwritten header is read here, or as the next link
        if (taken)
            taken = other.allocate(memory, 8);
        EXPECT_TRUE(taken.error().is(AllocatorError::BadPointer)) << link;
    }
}

} // namespace
} // namespace phala::host
