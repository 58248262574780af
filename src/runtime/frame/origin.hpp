#pragma once
// Who asks for a call.
#include "base/name.hpp"
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <tuple>

namespace phala::runtime {

struct Root {
    friend bool operator==(const Root&, const Root&) = default;
};
struct Signed {
    AccountId _0;
    [[nodiscard]] const AccountId& who() const { return _0; }
    friend bool operator==(const Signed&, const Signed&) = default;
};
struct None {
    friend bool operator==(const None&, const None&) = default;
};

struct Origin {
    static constexpr auto path = "frame_support::dispatch::RawOrigin";
    using params = std::tuple<Param<"AccountId", AccountId>>;
    scale::Variant<scale::At<0, Root>, scale::At<1, Signed>, scale::At<2, None>> who;

    [[nodiscard]] bool is_root() const { return who.is<Root>(); }
    [[nodiscard]] const AccountId* signer() const
    {
        const auto* signed_by = who.get_if<Signed>();
        return signed_by == nullptr ? nullptr : &signed_by->_0;
    }
    friend bool operator==(const Origin&, const Origin&) = default;
};

} // namespace phala::runtime
