#include "runtime/pallets/utility/utility.hpp"

#include "runtime/pallets/system/system.hpp"

#include <algorithm>

namespace phala::runtime::utility {
namespace {

Weight weight_of_all(const std::vector<RuntimeCall>& calls)
{
    Weight sum = weight_of(0, 0);
    for (const auto& call : calls)
        sum = sum + call.info().weight;
    return sum;
}

DispatchClass class_of_all(const std::vector<RuntimeCall>& calls)
{
    const bool operational =
        std::ranges::all_of(calls, [](const auto& call) { return call.info().class_ == DispatchClass::Operational; });
    return operational ? DispatchClass::Operational : DispatchClass::Normal;
}

DispatchResult ensure_batchable(const Origin& origin, const std::vector<RuntimeCall>& calls)
{
    if (origin.who.is<None>())
        return fail(dispatch_error::BadOrigin{});
    return ensure(calls.size() <= kBatchedCallsLimit, Error::TooManyCalls);
}

DispatchResult without_info(DispatchResultWithPostInfo&& result)
{
    if (!result)
        return std::unexpected{std::move(result.error().error)};
    return {};
}

} // namespace

Weight batch::weight() const
{
    return weight_of_all(calls);
}

DispatchClass batch::dispatch_class() const
{
    return class_of_all(calls);
}

DispatchResultWithPostInfo batch::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_batchable(origin, calls));
    Weight weight = weight_of(0, 0);
    for (std::uint32_t index = 0; index < calls.size(); ++index) {
        const DispatchInfo info = calls[index].info();
        auto result = calls[index].dispatch(origin);
        weight = weight + system::actual_weight(result, info);
        if (!result) {
            deposit_event(BatchInterrupted{index, std::move(result.error().error)});
            return PostDispatchInfo{.actual_weight = weight};
        }
        deposit_event(ItemCompleted{});
    }
    deposit_event(BatchCompleted{});
    return PostDispatchInfo{.actual_weight = weight};
}

Weight as_derivative::weight() const
{
    return weight_of(0, 0) + call->info().weight;
}

DispatchClass as_derivative::dispatch_class() const
{
    return call->info().class_;
}

DispatchResultWithPostInfo as_derivative::dispatch(Signed caller) const
{
    const DispatchInfo info = call->info();
    auto result = call->dispatch({Signed{derivative_account(caller.who(), index)}});
    const Weight weight = weight_of(0, 0) + system::actual_weight(result, info);
    if (!result) {
        result.error().post.actual_weight = weight;
        return result;
    }
    result->actual_weight = weight;
    return result;
}

Weight batch_all::weight() const
{
    return weight_of_all(calls);
}

DispatchClass batch_all::dispatch_class() const
{
    return class_of_all(calls);
}

DispatchResultWithPostInfo batch_all::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_batchable(origin, calls));
    Weight weight = weight_of(0, 0);
    for (const auto& call : calls) {
        // users may not nest batch_all, as in the reference
        if (!origin.is_root() && call.get_if<batch_all>() != nullptr)
            return std::unexpected{
                DispatchFailure{to_dispatch_error(system::Error::CallFiltered), {.actual_weight = weight}}};
        const DispatchInfo info = call.info();
        auto result = call.dispatch(origin);
        weight = weight + system::actual_weight(result, info);
        if (!result) {
            result.error().post.actual_weight = weight;
            return result;
        }
        deposit_event(ItemCompleted{});
    }
    deposit_event(BatchCompleted{});
    return PostDispatchInfo{.actual_weight = weight};
}

Weight dispatch_as::weight() const
{
    return weight_of(0, 0) + call->info().weight;
}

DispatchClass dispatch_as::dispatch_class() const
{
    return call->info().class_;
}

DispatchResult dispatch_as::dispatch(Root) const
{
    const auto* system_origin = as_origin->caller.get_if<origin_caller::system>();
    deposit_event(DispatchedAs{without_info(call->dispatch(system_origin->_0))});
    return {};
}

Weight force_batch::weight() const
{
    return weight_of_all(calls);
}

DispatchClass force_batch::dispatch_class() const
{
    return class_of_all(calls);
}

DispatchResultWithPostInfo force_batch::dispatch(const Origin& origin) const
{
    PHALA_CHECK(ensure_batchable(origin, calls));
    Weight weight = weight_of(0, 0);
    bool failed = false;
    for (const auto& call : calls) {
        const DispatchInfo info = call.info();
        auto result = call.dispatch(origin);
        weight = weight + system::actual_weight(result, info);
        if (result) {
            deposit_event(ItemCompleted{});
        } else {
            failed = true;
            deposit_event(ItemFailed{std::move(result.error().error)});
        }
    }
    if (failed)
        deposit_event(BatchCompletedWithErrors{});
    else
        deposit_event(BatchCompleted{});
    return PostDispatchInfo{.actual_weight = weight};
}

DispatchClass with_weight::dispatch_class() const
{
    return call->info().class_;
}

DispatchResult with_weight::dispatch(Root) const
{
    return without_info(call->dispatch({Root{}}));
}

AccountId derivative_account(const AccountId& who, std::uint16_t index)
{
    return {crypto::blake2_256(concat(bytes_of("modlpy/utilisuba"), who, le_bytes(index)))};
}

} // namespace phala::runtime::utility
