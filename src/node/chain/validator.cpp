#include "node/chain/validator.hpp"

namespace phala::node {

Outcome<TransactionValidity> RuntimeValidator::validate(TransactionSource source, ByteView extrinsic, const H256& at)
{
    PHALA_TRY(auto answer, chain_.call(at, "TaggedTransactionQueue_validate_transaction",
                                       scale::encode(source, std::span<const std::uint8_t>{extrinsic}, at)));
    auto validity = scale::decode<TransactionValidity>(answer);
    if (!validity)
        return fail(ChainError::BadAnswer, "validate_transaction: " + validity.error().message());
    return std::move(*validity);
}

} // namespace phala::node
