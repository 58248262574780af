#pragma once
#include "primitives/extrinsic.hpp"
#include "runtime/frame/call.hpp"

namespace phala::runtime {

/// An extrinsic taken apart.
struct Extrinsic {
    std::optional<SignedPreamble> preamble; ///< of a signed one
    std::optional<GeneralPreamble> general; ///< of a general one
    ByteView call_bytes;
    RuntimeCall call;

    [[nodiscard]] bool is_bare() const { return !preamble && !general; }
};

/// What does not decode cannot be answered: as in the reference, the call of the runtime fails. `bytes` is what follows
/// the length prefix, and must outlive the result.
Extrinsic decode_extrinsic(ByteView bytes);

} // namespace phala::runtime
