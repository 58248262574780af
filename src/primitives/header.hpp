#pragma once
// Blocks as they travel and are hashed (spec substrate-host §3.1).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

namespace phala {

/// Four letters that name who a digest item is for: "aura", "FRNK".
using EngineId = ByteArray<4>;

constexpr EngineId engine_id(const char (&text)[5])
{
    return {static_cast<std::uint8_t>(text[0]), static_cast<std::uint8_t>(text[1]), static_cast<std::uint8_t>(text[2]),
            static_cast<std::uint8_t>(text[3])};
}

namespace digest {

struct Other {
    Bytes _0;
    friend bool operator==(const Other&, const Other&) = default;
};
struct Consensus {
    EngineId _0;
    Bytes _1;
    friend bool operator==(const Consensus&, const Consensus&) = default;
};
struct Seal {
    EngineId _0;
    Bytes _1;
    friend bool operator==(const Seal&, const Seal&) = default;
};
struct PreRuntime {
    EngineId _0;
    Bytes _1;
    friend bool operator==(const PreRuntime&, const PreRuntime&) = default;
};
struct RuntimeEnvironmentUpdated {
    friend bool operator==(const RuntimeEnvironmentUpdated&, const RuntimeEnvironmentUpdated&) = default;
};

} // namespace digest

struct DigestItem {
    static constexpr auto path = "sp_runtime::generic::digest::DigestItem";
    scale::Variant<scale::At<6, digest::PreRuntime>, scale::At<4, digest::Consensus>, scale::At<5, digest::Seal>,
                   scale::At<0, digest::Other>, scale::At<8, digest::RuntimeEnvironmentUpdated>>
        item;
    friend bool operator==(const DigestItem&, const DigestItem&) = default;
};

struct Digest {
    static constexpr auto path = "sp_runtime::generic::digest::Digest";
    std::vector<DigestItem> logs;
    friend bool operator==(const Digest&, const Digest&) = default;
};

struct Header {
    static constexpr auto path = "sp_runtime::generic::header::Header";
    H256 parent_hash;
    scale::Compact<BlockNumber> number;
    H256 state_root;
    H256 extrinsics_root;
    Digest digest;
    friend bool operator==(const Header&, const Header&) = default;
};

/// An extrinsic is held as the bytes behind its length prefix.
struct Block {
    static constexpr auto path = "sp_runtime::generic::block::Block";
    Header header;
    std::vector<Bytes> extrinsics;
    friend bool operator==(const Block&, const Block&) = default;
};

} // namespace phala
