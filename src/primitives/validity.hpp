#pragma once
// Whether a transaction may enter a block, and in what order (spec substrate-host §6.2, §7).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

namespace phala {

/// Where a transaction to be validated came from.
enum class TransactionSource : std::uint8_t { InBlock, Local, External };

namespace invalid {
struct Call {
    friend bool operator==(const Call&, const Call&) = default;
};
struct Payment {
    friend bool operator==(const Payment&, const Payment&) = default;
};
struct Future {
    friend bool operator==(const Future&, const Future&) = default;
};
struct Stale {
    friend bool operator==(const Stale&, const Stale&) = default;
};
struct BadProof {
    friend bool operator==(const BadProof&, const BadProof&) = default;
};
struct AncientBirthBlock {
    friend bool operator==(const AncientBirthBlock&, const AncientBirthBlock&) = default;
};
struct ExhaustsResources {
    friend bool operator==(const ExhaustsResources&, const ExhaustsResources&) = default;
};
struct Custom {
    std::uint8_t _0;
    friend bool operator==(const Custom&, const Custom&) = default;
};
struct BadMandatory {
    friend bool operator==(const BadMandatory&, const BadMandatory&) = default;
};
struct MandatoryValidation {
    friend bool operator==(const MandatoryValidation&, const MandatoryValidation&) = default;
};
struct BadSigner {
    friend bool operator==(const BadSigner&, const BadSigner&) = default;
};
struct IndeterminateImplicit {
    friend bool operator==(const IndeterminateImplicit&, const IndeterminateImplicit&) = default;
};
struct UnknownOrigin {
    friend bool operator==(const UnknownOrigin&, const UnknownOrigin&) = default;
};
} // namespace invalid

struct InvalidTransaction {
    static constexpr auto path = "sp_runtime::transaction_validity::InvalidTransaction";
    scale::Variant<scale::At<0, invalid::Call>, scale::At<1, invalid::Payment>, scale::At<2, invalid::Future>,
                   scale::At<3, invalid::Stale>, scale::At<4, invalid::BadProof>,
                   scale::At<5, invalid::AncientBirthBlock>, scale::At<6, invalid::ExhaustsResources>,
                   scale::At<7, invalid::Custom>, scale::At<8, invalid::BadMandatory>,
                   scale::At<9, invalid::MandatoryValidation>, scale::At<10, invalid::BadSigner>,
                   scale::At<11, invalid::IndeterminateImplicit>, scale::At<12, invalid::UnknownOrigin>>
        reason;
    friend bool operator==(const InvalidTransaction&, const InvalidTransaction&) = default;
};

namespace unknown {
struct CannotLookup {
    friend bool operator==(const CannotLookup&, const CannotLookup&) = default;
};
struct NoUnsignedValidator {
    friend bool operator==(const NoUnsignedValidator&, const NoUnsignedValidator&) = default;
};
struct Custom {
    std::uint8_t _0;
    friend bool operator==(const Custom&, const Custom&) = default;
};
} // namespace unknown

struct UnknownTransaction {
    static constexpr auto path = "sp_runtime::transaction_validity::UnknownTransaction";
    scale::Variant<scale::At<0, unknown::CannotLookup>, scale::At<1, unknown::NoUnsignedValidator>,
                   scale::At<2, unknown::Custom>>
        reason;
    friend bool operator==(const UnknownTransaction&, const UnknownTransaction&) = default;
};

namespace validity {
struct Invalid {
    InvalidTransaction _0;
    friend bool operator==(const Invalid&, const Invalid&) = default;
};
struct Unknown {
    UnknownTransaction _0;
    friend bool operator==(const Unknown&, const Unknown&) = default;
};
} // namespace validity

struct TransactionValidityError {
    static constexpr auto path = "sp_runtime::transaction_validity::TransactionValidityError";
    scale::Variant<scale::At<0, validity::Invalid>, scale::At<1, validity::Unknown>> why;
    friend bool operator==(const TransactionValidityError&, const TransactionValidityError&) = default;
};

/// A tag is what one transaction provides and another may require: for signed ones (account, nonce).
using TransactionTag = Bytes;

struct ValidTransaction {
    static constexpr auto path = "sp_runtime::transaction_validity::ValidTransaction";
    std::uint64_t priority;
    std::vector<TransactionTag> requires_;
    std::vector<TransactionTag> provides;
    std::uint64_t longevity; ///< blocks it stays valid
    bool propagate;
    friend bool operator==(const ValidTransaction&, const ValidTransaction&) = default;
};

using TransactionValidity = std::expected<ValidTransaction, TransactionValidityError>;

} // namespace phala
