#pragma once
// Bits in SCALE's order: a compact count of bits, then bytes whose least significant bit comes first
// (BitVec<u8, Lsb0>, spec substrate-host §1.1).
#include "scale/codec.hpp"

namespace phala::scale {

struct BitVec {
    std::vector<bool> bits;
    friend bool operator==(const BitVec&, const BitVec&) = default;
};

template <>
struct Codec<BitVec> {
    static constexpr std::size_t min_size = 1;

    static std::size_t size(const BitVec& value)
    {
        return compact_size(value.bits.size()) + (value.bits.size() + 7) / 8;
    }
    static std::uint8_t* put(std::uint8_t* at, const BitVec& value)
    {
        Bytes packed((value.bits.size() + 7) / 8);
        for (std::size_t i = 0; i < value.bits.size(); ++i)
            packed[i / 8] = static_cast<std::uint8_t>(packed[i / 8] | (value.bits[i] ? 1u : 0u) << i % 8);
        return put_bytes(put_compact(at, value.bits.size()), packed.data(), packed.size());
    }

    /// As the reference, passes over set bits behind the last.
    static bool decode(Reader& in, BitVec& value)
    {
        u128 count = 0;
        if (!decode_compact(in, count))
            return false;
        if (count > u128{in.remaining()} * 8)
            return in.refuse(ScaleError::LengthTooLarge);
        const auto size = static_cast<std::size_t>(count);
        Bytes packed((size + 7) / 8);
        if (!in.read(packed.data(), packed.size()))
            return false;
        value.bits.resize(size);
        for (std::size_t i = 0; i < size; ++i)
            value.bits[i] = (packed[i / 8] >> i % 8 & 1) != 0;
        return true;
    }
};

} // namespace phala::scale
