#pragma once
// Data that depends only on a name, so that another implementation can be measured on the same bytes.
#include "crypto/hash.hpp"

#include <set>
#include <string>

namespace phala::bench {

/// Block i is BLAKE2b-256 of the name and of i in 8 little-endian bytes, i from 0; the stream is all blocks in a row.
class Stream {
public:
    explicit Stream(std::string_view name) : name_{name} {}

    Bytes take(std::size_t count)
    {
        Bytes out;
        out.reserve(count);
        while (out.size() < count) {
            if (used_ == block_.size()) {
                block_ = crypto::blake2_256(concat(bytes_of(name_), le_bytes(next_++)));
                used_ = 0;
            }
            const std::size_t more = std::min(count - out.size(), block_.size() - used_);
            append(out, ByteView{block_}.subspan(used_, more));
            used_ += more;
        }
        return out;
    }

    template <std::size_t N>
    ByteArray<N> array()
    {
        return array_of<N>(take(N));
    }

    /// The next 8 bytes, little-endian.
    std::uint64_t number() { return from_le<std::uint64_t>(array<8>()); }

    /// The first `count` different numbers modulo `below`.
    std::vector<std::uint64_t> distinct(std::size_t count, std::uint64_t below)
    {
        std::vector<std::uint64_t> out;
        std::set<std::uint64_t> seen;
        while (out.size() < count)
            if (const auto n = number() % below; seen.insert(n).second)
                out.push_back(n);
        return out;
    }

private:
    std::string name_;
    std::uint64_t next_ = 0;
    ByteArray<32> block_{};
    std::size_t used_ = 32;
};

} // namespace phala::bench
