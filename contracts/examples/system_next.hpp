#pragma once
#include "phat/contract.hpp"

namespace phat::examples::next {

/// What a cluster's system contract can be upgraded to, for tests: of the same name, so that it finds the owner. It tells
/// a version that no other code has.
struct System {
    static constexpr auto docs = "A later system contract, for tests of its upgrade.";
    static constexpr std::string_view kTrait = "System";
    static constexpr std::string_view kNamespace = "pink_system";

    using Version = std::tuple<std::uint16_t, std::uint16_t, std::uint16_t>;

    AccountId owner_account{};

    struct create {
        static constexpr std::string_view label = "default";
        static constexpr auto docs = "Owned by who creates it.";
    };
    void on(create, Env<System>& env) { owner_account = env.caller(); }
    using Constructors = phat::Messages<create>;

    struct owner {
        static constexpr auto docs = "The cluster's owner.";
    };
    struct version {
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "Version of this contract.";
    };
    struct do_upgrade {
        Version from_version;
        static constexpr auto trait = kTrait, trait_namespace = kNamespace;
        static constexpr auto docs = "What this code does first. For this contract itself.";
    };
    using Messages = phat::Messages<owner, version, do_upgrade>;

    AccountId on(owner) const { return owner_account; }
    Version on(version) const { return {0xffff, 0, 0}; }
    std::expected<void, std::uint8_t> on(do_upgrade message, Env<System>& env);
};

} // namespace phat::examples::next
