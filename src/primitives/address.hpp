#pragma once
// Who signs and with what (spec substrate-host §3.2).
#include "base/name.hpp"
#include "crypto/multi_signature.hpp"
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <tuple>

namespace phala {

namespace address {
struct Id {
    AccountId _0;
    friend bool operator==(const Id&, const Id&) = default;
};
/// An account index; this chain has none, so nothing follows.
struct Index {
    scale::Compact<std::tuple<>> _0;
    friend bool operator==(const Index&, const Index&) = default;
};
struct Raw {
    Bytes _0;
    friend bool operator==(const Raw&, const Raw&) = default;
};
struct Address32 {
    ByteArray<32> _0;
    friend bool operator==(const Address32&, const Address32&) = default;
};
struct Address20 {
    ByteArray<20> _0;
    friend bool operator==(const Address20&, const Address20&) = default;
};
} // namespace address

/// How a call names an account. Only Id resolves on this chain.
struct MultiAddress {
    static constexpr auto path = "sp_runtime::multiaddress::MultiAddress";
    using params = std::tuple<Param<"AccountId", AccountId>, Param<"AccountIndex", std::tuple<>>>;
    scale::Variant<scale::At<0, address::Id>, scale::At<1, address::Index>, scale::At<2, address::Raw>,
                   scale::At<3, address::Address32>, scale::At<4, address::Address20>>
        form;

    static MultiAddress of(const AccountId& account) { return {address::Id{account}}; }
    /// The account it names, or nothing where it cannot be looked up.
    [[nodiscard]] const AccountId* account() const
    {
        const auto* id = form.get_if<address::Id>();
        return id == nullptr ? nullptr : &id->_0;
    }
    friend bool operator==(const MultiAddress&, const MultiAddress&) = default;
};

namespace signature = crypto::signature;
using crypto::MultiSignature;

namespace scale {
/// The compact form of nothing is nothing.
template <>
struct Codec<Compact<std::tuple<>>> {
    static constexpr std::size_t min_size = 0;
    static constexpr std::size_t size(const Compact<std::tuple<>>&) { return 0; }
    static std::uint8_t* put(std::uint8_t* at, const Compact<std::tuple<>>&) { return at; }
    static bool decode(Reader&, Compact<std::tuple<>>&) { return true; }
};
} // namespace scale

} // namespace phala
