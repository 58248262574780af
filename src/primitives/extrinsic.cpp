#include "primitives/extrinsic.hpp"

#include "crypto/hash.hpp"

namespace phala {
namespace {

Bytes with_length(ByteView body)
{
    Bytes out;
    scale::Writer writer{out};
    scale::encode_to(writer, body);
    return out;
}

} // namespace

Bytes signing_payload(ByteView call, const TxExtensions& extensions, ByteView implicit)
{
    Bytes payload = concat(call, scale::encode(extensions), implicit);
    if (payload.size() > kMaxRawPayload) {
        const auto hash = crypto::blake2_256(payload);
        payload.assign(hash.begin(), hash.end());
    }
    return payload;
}

Bytes signed_extrinsic(const SignedPreamble& preamble, ByteView call)
{
    return with_length(concat(scale::encode(kSignedV4, preamble), call));
}

Bytes bare_extrinsic(ByteView call)
{
    return with_length(concat(scale::encode(kBareV4), call));
}

H256 extrinsic_hash(ByteView extrinsic)
{
    return {crypto::blake2_256(extrinsic)};
}

Outcome<ExtrinsicParts> split_extrinsic(ByteView bytes)
{
    scale::Reader in{bytes};
    std::uint8_t version = 0;
    ExtrinsicParts parts;
    if (!decode_from(in, version))
        return std::unexpected{in.error()};
    if (version == kSignedV4) {
        if (!decode_from(in, parts.preamble.emplace()))
            return std::unexpected{in.error()};
    } else if (version != kBareV4) {
        in.refuse(scale::ScaleError::BadVariant);
        return std::unexpected{in.error().at("extrinsic format is not V4")};
    }
    parts.call = in.rest();
    return parts;
}

Outcome<ByteView> unwrap_extrinsic(ByteView full)
{
    scale::Reader in{full};
    u128 length = 0;
    if (!scale::decode_compact(in, length))
        return std::unexpected{in.error()};
    if (length != in.remaining()) {
        in.refuse(length > in.remaining() ? scale::ScaleError::UnexpectedEnd : scale::ScaleError::TrailingBytes);
        return std::unexpected{in.error()};
    }
    return in.rest();
}

} // namespace phala
