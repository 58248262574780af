#pragma once
#include "base/bytes.hpp"

#include <algorithm>

namespace phala::trie {

/// A borrowed run of half bytes, high half first: a key, or the part of one that a node stands for.
class Nibbles {
public:
    Nibbles() = default;
    explicit Nibbles(ByteView bytes) : data_{bytes.data()}, end_{2 * bytes.size()} {}

    /// Half bytes from the one with index `begin` to the end.
    Nibbles(ByteView bytes, std::size_t begin) : data_{bytes.data()}, begin_{begin}, end_{2 * bytes.size()} {}

    [[nodiscard]] std::size_t size() const { return end_ - begin_; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }

    std::uint8_t operator[](std::size_t i) const
    {
        const std::size_t at = begin_ + i;
        return at % 2 == 0 ? data_[at / 2] >> 4 : data_[at / 2] & 0x0f;
    }

    [[nodiscard]] Nibbles drop(std::size_t count) const { return {data_, begin_ + count, end_}; }
    [[nodiscard]] Nibbles take(std::size_t count) const { return {data_, begin_, begin_ + count}; }

    /// The bytes of an even number of half bytes that starts and ends on a byte, else nothing to rely on.
    [[nodiscard]] ByteView whole_bytes() const { return {data_ + begin_ / 2, size() / 2}; }
    [[nodiscard]] bool is_whole_bytes() const { return begin_ % 2 == 0 && end_ % 2 == 0; }

    friend std::size_t common_prefix(Nibbles a, Nibbles b)
    {
        const std::size_t limit = std::min(a.size(), b.size());
        std::size_t i = 0;
        if (a.begin_ % 2 == b.begin_ % 2) {
            if (limit != 0 && a.begin_ % 2 == 1 && a[0] == b[0])
                i = 1;
            if (a.begin_ % 2 == 0 || i == 1) {
                const auto* left = a.data_ + (a.begin_ + i) / 2;
                const auto* right = b.data_ + (b.begin_ + i) / 2;
                const std::size_t whole = (limit - i) / 2;
                const std::size_t same =
                    static_cast<std::size_t>(std::mismatch(left, left + whole, right).first - left);
                i += 2 * same;
            }
        }
        while (i < limit && a[i] == b[i])
            ++i;
        return i;
    }

private:
    Nibbles(const std::uint8_t* data, std::size_t begin, std::size_t end) : data_{data}, begin_{begin}, end_{end} {}

    const std::uint8_t* data_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

} // namespace phala::trie
