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

Bytes bare_extrinsic(ByteView call, ExtrinsicVersion version)
{
    return with_length(concat(scale::encode(version == ExtrinsicVersion::V4 ? kBareV4 : kBareV5), call));
}

Bytes general_extrinsic(const TxExtensions& extensions, ByteView call)
{
    return with_length(concat(scale::encode(kGeneralV5, GeneralPreamble{0, extensions}), call));
}

H256 extrinsic_hash(ByteView extrinsic)
{
    return {crypto::blake2_256(extrinsic)};
}

Outcome<ExtrinsicParts> split_extrinsic(ByteView bytes, ExtrinsicVersion newest)
{
    scale::Reader in{bytes};
    std::uint8_t format = 0;
    if (!decode_from(in, format))
        return std::unexpected{in.error()};
    ExtrinsicParts parts;
    const auto refuse = [&](std::string_view why) {
        in.refuse(scale::ScaleError::BadVariant);
        return std::unexpected{in.error().at(why)};
    };
    const bool is_v5 = format == kBareV5 || format == kGeneralV5;
    if (is_v5 && newest < ExtrinsicVersion::V5)
        return refuse("extrinsic format is not V4");
    if (format == kSignedV4) {
        if (!decode_from(in, parts.preamble.emplace()))
            return std::unexpected{in.error()};
    } else if (format == kGeneralV5) {
        if (!decode_from(in, parts.general.emplace()))
            return std::unexpected{in.error()};
        if (parts.general->extension_version != 0)
            return refuse("extrinsic names a set of extensions that this chain does not have");
    } else if (format != kBareV4 && format != kBareV5) {
        return refuse("extrinsic format is neither V4 nor V5");
    }
    parts.version = is_v5 ? ExtrinsicVersion::V5 : ExtrinsicVersion::V4;
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
