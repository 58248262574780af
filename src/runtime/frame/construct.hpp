#pragma once
// A runtime assembled from a list of pallets (STYLE-ANCHORS §4.3):
//   using Khala = Construct<At<0, system::Pallet>, At<40, balances::Pallet>, …>;
// Include it where the composition is put together, not in pallets: it instantiates everything.
#include "runtime/frame/composition.hpp"
#include "runtime/frame/storage.hpp"
#include "runtime/frame/storage_version.hpp"

#include <memory>

namespace phala::runtime {

using scale::At;

namespace detail {

template <class C>
DispatchInfo info_of(const C& call)
{
    DispatchInfo info{.weight = call.weight()};
    if constexpr (requires {
                      { call.dispatch_class() } -> std::same_as<DispatchClass>;
                  })
        info.class_ = call.dispatch_class();
    if constexpr (requires {
                      { call.pays_fee() } -> std::same_as<Pays>;
                  })
        info.pays_fee = call.pays_fee();
    return info;
}

/// Checks the origin against what the call's dispatch takes.
template <class C>
auto dispatch_from(const C& call, const Origin& origin)
{
    if constexpr (requires { call.dispatch(origin); }) {
        return call.dispatch(origin);
    } else if constexpr (requires(const Signed& by) { call.dispatch(by); }) {
        const auto* by = origin.who.template get_if<Signed>();
        using Result = decltype(call.dispatch(*by));
        return by != nullptr ? call.dispatch(*by) : Result{fail(dispatch_error::BadOrigin{})};
    } else if constexpr (requires(const Root& by) { call.dispatch(by); }) {
        const auto* by = origin.who.template get_if<Root>();
        using Result = decltype(call.dispatch(*by));
        return by != nullptr ? call.dispatch(*by) : Result{fail(dispatch_error::BadOrigin{})};
    } else {
        static_assert(
            requires(const None& by) { call.dispatch(by); },
            "a call needs `DispatchResult dispatch(Signed | Root | None | const Origin&) const`");
        const auto* by = origin.who.template get_if<None>();
        using Result = decltype(call.dispatch(*by));
        return by != nullptr ? call.dispatch(*by) : Result{fail(dispatch_error::BadOrigin{})};
    }
}

template <class C>
DispatchResultWithPostInfo dispatch_call(const void* call, const Origin& origin)
{
    auto result = dispatch_from(*static_cast<const C*>(call), origin);
    if constexpr (std::is_same_v<decltype(result), DispatchResultWithPostInfo>) {
        return result;
    } else {
        if (!result)
            return std::unexpected<DispatchFailure>{std::move(result.error())};
        return PostDispatchInfo{};
    }
}

template <std::uint8_t Index, class C>
constexpr CallOps call_ops()
{
    return {
        .index = Index,
        .name = reflect::type_name<C>,
        .decode = [](scale::Reader& in) -> void* {
            auto call = std::make_unique<C>();
            return decode_from(in, *call) ? call.release() : nullptr;
        },
        .size = [](const void* call) { return scale::encoded_size(*static_cast<const C*>(call)); },
        .put = [](std::uint8_t* at, const void* call) { return scale::put(at, *static_cast<const C*>(call)); },
        .clone = [](const void* call) -> void* { return new C(*static_cast<const C*>(call)); },
        .destroy = [](void* call) { delete static_cast<C*>(call); },
        .info = [](const void* call) { return info_of(*static_cast<const C*>(call)); },
        .dispatch = dispatch_call<C>,
    };
}

template <class Variant>
struct CallTable {
    static constexpr std::span<const CallOps> ops{};
};
template <class... Ats>
struct CallTable<scale::Variant<Ats...>> {
    static constexpr CallOps table[] = {call_ops<Ats::index, typename Ats::type>()...};
    static constexpr std::span<const CallOps> ops{table};
};

template <class P>
constexpr std::span<const CallOps> calls_of()
{
    if constexpr (requires { typename P::Call; })
        return CallTable<typename P::Call>::ops;
    else
        return {};
}

template <std::uint8_t Index, class P>
constexpr PalletEntry entry_of()
{
    PalletEntry entry{.name = P::name, .index = Index, .storage_version = 0, .calls = calls_of<P>()};
    if constexpr (requires { P::storage_version; })
        entry.storage_version = P::storage_version;
    if constexpr (requires { typename P::Event; })
        entry.skip_event = [](scale::Reader& in) {
            typename P::Event event;
            return decode_from(in, event);
        };
    if constexpr (requires { P::on_runtime_upgrade(); })
        entry.on_runtime_upgrade = P::on_runtime_upgrade;
    if constexpr (requires { P::on_initialize(0); })
        entry.on_initialize = P::on_initialize;
    if constexpr (requires { P::on_idle(0, Weight{}); })
        entry.on_idle = P::on_idle;
    if constexpr (requires { P::on_finalize(0); })
        entry.on_finalize = P::on_finalize;
    if constexpr (requires { P::seal(0); })
        entry.seal = P::seal;
    if constexpr (requires { P::is_inherent; }) {
        entry.create_inherent = P::create_inherent;
        entry.check_inherent = P::check_inherent;
        entry.is_inherent = P::is_inherent;
    }
    if constexpr (requires { P::validate_unsigned; })
        entry.validate_unsigned = P::validate_unsigned;
    if constexpr (requires { P::validate_sequence; }) {
        entry.validate_sequence = P::validate_sequence;
        entry.check_next_sequence = P::check_next_sequence;
    }
    return entry;
}

template <class P>
struct GenesisOf {
    using Type = std::tuple<>;
};
template <class P>
    requires requires { typename P::GenesisConfig; }
struct GenesisOf<P> {
    using Type = std::tuple<typename P::GenesisConfig>;
};

} // namespace detail

template <class... Pallets>
struct Construct {
    static constexpr PalletEntry table[] = {detail::entry_of<Pallets::index, typename Pallets::type>()...};

    /// The genesis configurations of the pallets that have one.
    using GenesisConfig =
        decltype(std::tuple_cat(std::declval<typename detail::GenesisOf<typename Pallets::type>::Type>()...));

    /// Calls visit.template operator()<index, Pallet>() for each pallet.
    template <class Visit>
    static constexpr void for_each(Visit&& visit)
    {
        (visit.template operator()<Pallets::index, typename Pallets::type>(), ...);
    }

    /// Writes the genesis state of every pallet, in order, with its storage version.
    static void build_genesis(const GenesisConfig& config)
    {
        for_each([&]<std::uint8_t, class P>() {
            if constexpr (requires { P::storage_version; })
                put_storage_version(P::name, P::storage_version);
            if constexpr (requires { typename P::GenesisConfig; })
                P::build_genesis(std::get<typename P::GenesisConfig>(config));
        });
    }
};

} // namespace phala::runtime
