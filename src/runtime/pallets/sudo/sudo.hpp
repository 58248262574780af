#pragma once
// One account that may do what root may, while the chain is young.
#include "primitives/address.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::sudo {

inline constexpr Name name{"Sudo"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

struct Key : StorageValue<name, "Key", AccountId> {
    static constexpr auto docs = "The `AccountId` of the sudo key.";
};

struct Sudid {
    DispatchResult sudo_result;
    static constexpr auto docs = "A sudo call just took place.";
    friend bool operator==(const Sudid&, const Sudid&) = default;
};
struct KeyChanged {
    std::optional<AccountId> old;
    AccountId new_;
    static constexpr auto docs = "The sudo key has been updated.";
    friend bool operator==(const KeyChanged&, const KeyChanged&) = default;
};
struct KeyRemoved {
    static constexpr auto docs = "The key was permanently removed.";
    friend bool operator==(const KeyRemoved&, const KeyRemoved&) = default;
};
struct SudoAsDone {
    DispatchResult sudo_result;
    static constexpr auto docs = "A sudo_as call just took place.";
    friend bool operator==(const SudoAsDone&, const SudoAsDone&) = default;
};

enum class Error : std::uint8_t { RequireSudo };
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::RequireSudo: return "Sender must be the Sudo account.";
    }
    return {};
}

// The call that is made is what costs; its sender does not pay for it.
struct sudo {
    Box<RuntimeCall> call;
    static constexpr auto docs = "Authenticates the sudo key and dispatches a function call with `Root` origin.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct sudo_unchecked_weight {
    Box<RuntimeCall> call;
    Weight weight_;
    static constexpr auto docs =
        "Authenticates the sudo key and dispatches a function call with `Root` origin, with a given weight.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct set_key {
    MultiAddress new_;
    static constexpr auto docs =
        "Authenticates the current sudo key and sets the given AccountId (`new`) as the new sudo key.";
    static Weight weight() { return weight_of(1, 1); }
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct sudo_as {
    MultiAddress who;
    Box<RuntimeCall> call;
    static constexpr auto docs =
        "Authenticates the sudo key and dispatches a function call with `Signed` origin from a given account.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct remove_key {
    static constexpr auto docs = "Permanently removes the sudo key. This cannot be un-done.";
    static Weight weight() { return weight_of(1, 1); }
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};

struct GenesisConfig {
    std::optional<AccountId> key;
};

struct Pallet {
    static constexpr std::string_view name = runtime::sudo::name.view();
    static constexpr std::string_view crate = "pallet_sudo";
    static constexpr std::uint16_t storage_version = 0;
    using Storage = std::tuple<Key>;
    using Event = Variant<At<0, Sudid>, At<1, KeyChanged>, At<2, KeyRemoved>, At<3, SudoAsDone>>;
    using Error = runtime::sudo::Error;
    using Call = Variant<At<0, sudo>, At<1, sudo_unchecked_weight>, At<2, set_key>, At<3, sudo_as>, At<4, remove_key>>;
    using GenesisConfig = runtime::sudo::GenesisConfig;
    static void build_genesis(const GenesisConfig& config);
};

} // namespace phala::runtime::sudo
