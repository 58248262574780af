#pragma once
// The life of a block (spec substrate-host §6). Each function is one runtime API entry; what breaks the rules of a block
// panics, what is wrong with one transaction is an error value.
#include "primitives/header.hpp"
#include "primitives/inherent.hpp"
#include "primitives/validity.hpp"
#include "runtime/frame/dispatch.hpp"

namespace phala::runtime::executive {

/// All extrinsics may follow; a block of inherents only would be 1.
enum class InclusionMode : std::uint8_t { AllExtrinsics, OnlyInherents };

/// Outer error: the extrinsic may not be in the block. Inner: it is, and its call failed.
using ApplyResult = std::expected<DispatchResult, TransactionValidityError>;

InclusionMode initialize_block(const Header& header);

/// `extrinsic` is what follows the length prefix.
ApplyResult apply_extrinsic(ByteView extrinsic);

Header finalize_block();

/// Runs a block whose seal was taken off and panics unless it gives the same header.
void execute_block(const Block& block);

/// The inherents of a block with that data, each as what follows its length prefix.
std::vector<Bytes> inherent_extrinsics(const InherentData& data);
CheckInherentsResult check_inherents(const Block& block, const InherentData& data);

/// Whether the transaction may enter a block on top of block `at`, on whose state this runs.
TransactionValidity validate_transaction(TransactionSource source, ByteView extrinsic, const H256& at);

/// Call and weight of an extrinsic, for fee queries.
struct Inspected {
    DispatchInfo info;
    bool is_bare; ///< pays no fee
};
Inspected inspect(ByteView extrinsic);

} // namespace phala::runtime::executive
