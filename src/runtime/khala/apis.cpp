#include "runtime/khala/apis.hpp"

#include "runtime/frame/executive.hpp"
#include "runtime/pallets/system/system.hpp"

namespace phala::runtime::khala {

Nonce account_nonce(const AccountId& account)
{
    return system::Account::get(account).nonce;
}

transaction_payment::RuntimeDispatchInfo query_info(ByteView extrinsic, std::uint32_t length)
{
    const auto inspected = executive::inspect(extrinsic);
    const Balance fee = inspected.is_signed ? transaction_payment::fee_details(length, inspected.info, 0).total() : 0;
    return {inspected.info.weight, inspected.info.dispatch_class, fee};
}

transaction_payment::FeeDetails query_fee_details(ByteView extrinsic, std::uint32_t length)
{
    const auto inspected = executive::inspect(extrinsic);
    if (!inspected.is_signed)
        return {.inclusion_fee = std::nullopt, .tip = 0};
    return transaction_payment::fee_details(length, inspected.info, 0);
}

Balance query_weight_to_fee(const Weight& weight)
{
    return transaction_payment::weight_to_fee(weight);
}

Balance query_length_to_fee(std::uint32_t length)
{
    return transaction_payment::length_to_fee(length);
}

} // namespace phala::runtime::khala
