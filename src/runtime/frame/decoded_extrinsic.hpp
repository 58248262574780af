#pragma once
#include "primitives/extrinsic.hpp"
#include "runtime/frame/call.hpp"

namespace phala::runtime {

/// An extrinsic taken apart: bare without a preamble.
struct Extrinsic {
    std::optional<SignedPreamble> preamble;
    ByteView call_bytes;
    RuntimeCall call;
};

/// What does not decode cannot be answered: as in the reference, the call of the runtime fails. `bytes` is what follows
/// the length prefix, and must outlive the result.
Extrinsic decode_extrinsic(ByteView bytes);

} // namespace phala::runtime
