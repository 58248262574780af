#pragma once
// Runtime API functions that are more than one read or one step of the executive (spec substrate-host §4.6). The blob exports them.
#include "primitives/types.hpp"
#include "runtime/pallets/transaction_payment/transaction_payment.hpp"

namespace phala::runtime::khala {

Nonce account_nonce(const AccountId& account);

/// `extrinsic` is what follows the length prefix, `length` that of the whole. Fees are without tip; bare extrinsics pay none.
transaction_payment::RuntimeDispatchInfo query_info(ByteView extrinsic, std::uint32_t length);
transaction_payment::FeeDetails query_fee_details(ByteView extrinsic, std::uint32_t length);
Balance query_weight_to_fee(const Weight& weight);
Balance query_length_to_fee(std::uint32_t length);

} // namespace phala::runtime::khala
