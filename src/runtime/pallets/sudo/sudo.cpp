#include "runtime/pallets/sudo/sudo.hpp"

#include "runtime/pallets/system/system.hpp"

namespace phala::runtime::sudo {
namespace {

constexpr PostDispatchInfo kFree{.actual_weight = std::nullopt, .pays_fee = Pays::No};

DispatchResult ensure_sudo(const Origin& origin)
{
    if (origin.is_root())
        return {};
    const auto* caller = origin.signer();
    if (caller == nullptr)
        return fail(dispatch_error::BadOrigin{});
    return ensure(Key::get() == *caller, Error::RequireSudo);
}

DispatchResult without_info(DispatchResultWithPostInfo&& result)
{
    if (!result)
        return std::unexpected{std::move(result.error().error)};
    return {};
}

Weight weight_around(const RuntimeCall& call)
{
    return weight_of(1, 0) + call.info().weight;
}

} // namespace

Weight sudo::weight() const
{
    return weight_around(*call);
}

DispatchClass sudo::dispatch_class() const
{
    return call->info().class_;
}

DispatchResultWithPostInfo sudo::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_sudo(origin));
    deposit_event(Sudid{without_info(call->dispatch({Root{}}))});
    return kFree;
}

Weight sudo_unchecked_weight::weight() const
{
    return weight_;
}

DispatchClass sudo_unchecked_weight::dispatch_class() const
{
    return call->info().class_;
}

DispatchResultWithPostInfo sudo_unchecked_weight::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_sudo(origin));
    deposit_event(Sudid{without_info(call->dispatch({Root{}}))});
    return kFree;
}

DispatchResultWithPostInfo set_key::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_sudo(origin));
    PHALA_TRY(const AccountId key, system::lookup(new_));
    deposit_event(KeyChanged{Key::get(), key});
    Key::put(key);
    return kFree;
}

Weight sudo_as::weight() const
{
    return weight_around(*call);
}

DispatchClass sudo_as::dispatch_class() const
{
    return call->info().class_;
}

DispatchResultWithPostInfo sudo_as::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_sudo(origin));
    PHALA_TRY(const AccountId account, system::lookup(who));
    deposit_event(SudoAsDone{without_info(call->dispatch({Signed{account}}))});
    return kFree;
}

DispatchResultWithPostInfo remove_key::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_sudo(origin));
    deposit_event(KeyRemoved{});
    Key::kill();
    return kFree;
}

void Pallet::build_genesis(const GenesisConfig& config)
{
    if (config.key)
        Key::put(*config.key);
}

} // namespace phala::runtime::sudo
