#pragma once
#include "node/chain/chain.hpp"
#include "node/pool/pool.hpp"

namespace phala::node {

/// Asks the runtime in the state of a block (spec substrate-host §7).
class RuntimeValidator final : public TransactionValidator {
public:
    explicit RuntimeValidator(const Chain& chain) : chain_{chain} {}
    Outcome<TransactionValidity> validate(TransactionSource source, ByteView extrinsic, const H256& at) override;

private:
    const Chain& chain_;
};

} // namespace phala::node
