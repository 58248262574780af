#pragma once
// An extrinsic as runtime APIs take and give it.
#include "primitives/address.hpp"
#include "primitives/extensions.hpp"
#include "runtime/frame/call.hpp"

namespace phala::runtime {

/// The bytes of an extrinsic behind its length prefix. Decoders of metadata find the parts of a signed one in its named
/// parameters.
struct UncheckedExtrinsic {
    static constexpr auto path = "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic";
    using params = std::tuple<Param<"Address", MultiAddress>, Param<"Call", RuntimeCall>,
                              Param<"Signature", MultiSignature>, Param<"Extra", TxExtensions>>;
    Bytes _0;
};

} // namespace phala::runtime
