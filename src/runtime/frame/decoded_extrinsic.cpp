#include "runtime/frame/decoded_extrinsic.hpp"

#include "runtime/frame/executive.hpp"
#include "runtime/log.hpp"

#include <string>

namespace phala::runtime {

Extrinsic decode_extrinsic(ByteView bytes)
{
    auto parts = split_extrinsic(bytes, ExtrinsicVersion::V5);
    if (!parts)
        panic("the extrinsic does not decode: " + parts.error().message());
    auto call = scale::decode<RuntimeCall>(parts->call);
    if (!call)
        panic("the extrinsic's call, behind its first " + std::to_string(bytes.size() - parts->call.size())
              + " bytes, does not decode: " + call.error().message());
    return {std::move(parts->preamble), std::move(parts->general), parts->call, std::move(*call)};
}

executive::Inspected executive::inspect(ByteView body)
{
    const Extrinsic extrinsic = decode_extrinsic(body);
    return {extrinsic.call.info(), extrinsic.is_bare()};
}

} // namespace phala::runtime
