#include "runtime/frame/decoded_extrinsic.hpp"

#include "runtime/frame/executive.hpp"
#include "runtime/log.hpp"

namespace phala::runtime {

Extrinsic decode_extrinsic(ByteView bytes)
{
    auto parts = split_extrinsic(bytes);
    if (!parts)
        panic("the extrinsic does not decode: " + parts.error().message());
    auto call = scale::decode<RuntimeCall>(parts->call);
    if (!call)
        panic("the extrinsic's call does not decode: " + call.error().message());
    return {std::move(parts->preamble), parts->call, std::move(*call)};
}

executive::Inspected executive::inspect(ByteView body)
{
    const Extrinsic extrinsic = decode_extrinsic(body);
    return {extrinsic.call.info(), extrinsic.preamble.has_value()};
}

} // namespace phala::runtime
