#pragma once
#include "phat/contract.hpp"

namespace phat::examples {

/// The smallest contract there is: a switch. One written in ink! answers to the same messages.
struct Flipper {
    static constexpr auto docs = "A switch.";

    bool value{};

    struct create {
        bool value;
        static constexpr bool payable = true;
        static constexpr std::string_view label = "new";
        static constexpr auto docs = "Begins on or off.";
    };
    void on(create message) { value = message.value; }
    using Constructors = phat::Messages<create>;

    struct flip {
        static constexpr auto docs = "Turn it.";
    };
    struct get {
        static constexpr auto docs = "Whether it is on.";
    };
    using Messages = phat::Messages<flip, get>;

    void on(flip) { value = !value; }
    bool on(get) const { return value; }
};

} // namespace phat::examples
