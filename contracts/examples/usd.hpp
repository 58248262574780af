#pragma once
#include "phat/contract.hpp"

namespace phat::examples {

/// Computes with floating point numbers, which is not for replicated execution: upload it as IndeterministicInkCode and
/// delegate to it from queries.
struct Usd {
    static constexpr auto docs = "Code with floats, for queries to delegate to.";

    struct create {
        static constexpr std::string_view label = "default";
    };
    void on(create) {}
    using Constructors = phat::Messages<create>;

    struct parse_usd {
        std::string json;
        static constexpr auto docs = "The cents of {\"usd\":1.23}.";
    };
    using Messages = phat::Messages<parse_usd>;

    std::optional<std::uint64_t> on(parse_usd message) const;
};

} // namespace phat::examples
