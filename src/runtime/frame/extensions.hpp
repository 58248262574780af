#pragma once
// What the transaction extensions do (spec substrate-host §3.3, §6, §7; decisions §2).
#include "primitives/extensions.hpp"
#include "primitives/validity.hpp"
#include "runtime/frame/call.hpp"

namespace phala::runtime {

/// A signed transaction whose signature has been checked.
struct CheckedTransaction {
    AccountId who;
    TxExtensions extensions;
    RuntimeCall call;
    DispatchInfo info;
    std::uint32_t length; ///< of the whole extrinsic, with its length prefix
};

/// What prepare hands to settle.
struct PreparedTransaction {
    Balance withdrawn = 0;
};

/// The implicit bytes of this chain, now. Fails with AncientBirthBlock.
std::expected<Bytes, TransactionValidityError> implicit_of(const TxExtensions& extensions);

/// Whether the transaction may wait in the pool or enter a block; changes nothing.
TransactionValidity validate(const CheckedTransaction& transaction);

/// Takes nonce, weight and fee, right before the call runs.
std::expected<PreparedTransaction, TransactionValidityError> prepare(const CheckedTransaction& transaction);

/// Returns weight and fee that were taken too much, after the call ran.
void settle(const CheckedTransaction& transaction, const PreparedTransaction& prepared,
            const DispatchResultWithPostInfo& result);

/// The same for a bare extrinsic, which only has weight and length.
std::expected<void, TransactionValidityError> prepare_bare(const DispatchInfo& info, std::uint32_t length);
void settle_bare(const DispatchInfo& info, const DispatchResultWithPostInfo& result);

/// Why a V5 general transaction is refused. Who sends one is what an extension makes out, and none of this chain's makes
/// out anybody: what passes all others ends with UnknownOrigin, as in the reference without such an extension.
TransactionValidityError refusal_of_general(const TxExtensions& extensions, const RuntimeCall& call,
                                            const DispatchInfo& info, std::uint32_t length);

inline std::unexpected<TransactionValidityError> invalid_because(decltype(InvalidTransaction::reason) reason)
{
    return std::unexpected{TransactionValidityError{validity::Invalid{{std::move(reason)}}}};
}
inline std::unexpected<TransactionValidityError> unknown_because(decltype(UnknownTransaction::reason) reason)
{
    return std::unexpected{TransactionValidityError{validity::Unknown{{std::move(reason)}}}};
}

} // namespace phala::runtime
