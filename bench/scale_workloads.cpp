// A block of 5,000 signed transfers, decoded into types and encoded back.
#include "bench/workload.hpp"
#include "primitives/extrinsic.hpp"
#include "primitives/header.hpp"

namespace phala::bench {
namespace {

constexpr std::size_t kExtrinsics = 5'000;

struct TransferKeepAlive {
    MultiAddress dest;
    scale::Compact<Balance> value;
};
struct BalancesCall {
    scale::Variant<scale::At<3, TransferKeepAlive>> call;
};
struct Call {
    scale::Variant<scale::At<40, BalancesCall>> pallet;
};

/// Format 4, signed; with its length before it on the wire.
struct Transfer {
    SignedPreamble preamble;
    Call call;
};

struct TypedBlock {
    Header header;
    std::vector<Transfer> extrinsics;
};

} // namespace
} // namespace phala::bench

namespace phala::scale {

template <>
struct Codec<bench::Transfer> {
    static constexpr std::size_t min_size = 2;
    static std::size_t body_size(const bench::Transfer& transfer)
    {
        return sizeof kSignedV4 + encoded_size(transfer.preamble) + encoded_size(transfer.call);
    }
    static std::size_t size(const bench::Transfer& transfer)
    {
        const std::size_t body = body_size(transfer);
        return compact_size(body) + body;
    }
    static std::uint8_t* put(std::uint8_t* at, const bench::Transfer& transfer)
    {
        at = scale::put(put_compact(at, body_size(transfer)), kSignedV4);
        return scale::put(scale::put(at, transfer.preamble), transfer.call);
    }
    static bool decode(Reader& in, bench::Transfer& transfer)
    {
        std::size_t length = 0;
        std::uint8_t version = 0;
        if (!detail::decode_length<std::uint8_t>(in, length))
            return false;
        const std::size_t rest = in.remaining() - length;
        if (!decode_from(in, version) || version != kSignedV4)
            return in.refuse(ScaleError::BadValue);
        return decode_from(in, transfer.preamble) && decode_from(in, transfer.call)
               && (in.remaining() == rest || in.refuse(ScaleError::BadValue));
    }
};

} // namespace phala::scale

namespace phala::bench {
namespace {

TypedBlock block()
{
    Stream data{"block"};
    constexpr auto aura = engine_id("aura");
    TypedBlock out;
    out.header.parent_hash.bytes = data.array<32>();
    out.header.number = 1234;
    out.header.state_root.bytes = data.array<32>();
    out.header.extrinsics_root.bytes = data.array<32>();
    out.header.digest.logs.push_back({digest::PreRuntime{aura, data.take(8)}});
    out.header.digest.logs.push_back({digest::Seal{aura, data.take(64)}});
    for (std::size_t i = 0; i < kExtrinsics; ++i) {
        Transfer transfer;
        transfer.preamble.address = MultiAddress::of({data.array<32>()});
        transfer.preamble.signature = {signature::Sr25519{data.array<64>()}};
        const Era era{static_cast<std::uint16_t>(5 | data.number() % 64 << 4)};
        const auto nonce = static_cast<Nonce>(data.number() % 65'536);
        transfer.preamble.extensions = tx_extensions(era, nonce, 0);
        TransferKeepAlive call{MultiAddress::of({data.array<32>()}), data.number() % 1'000'000'000'000'000};
        transfer.call = {BalancesCall{std::move(call)}};
        out.extrinsics.push_back(std::move(transfer));
    }
    return out;
}

std::string checksum(ByteView encoded, const TypedBlock& block)
{
    std::uint64_t sum = 0;
    for (const auto& extrinsic : block.extrinsics)
        extrinsic.call.pallet.visit([&](const BalancesCall& balances) {
            balances.call.visit([&](const TransferKeepAlive& call) { sum += static_cast<std::uint64_t>(call.value); });
        });
    return bench::digest(encoded) + "," + std::to_string(sum);
}

std::function<Run()> decode_block()
{
    return [encoded = scale::encode(block())] {
        Run run;
        const auto decoded = timed(run.time, [&] { return scale::decode<TypedBlock>(encoded); });
        run.checksum = decoded ? checksum(scale::encode(*decoded), *decoded) : decoded.error().message();
        return run;
    };
}

std::function<Run()> encode_block()
{
    return [block = block()] {
        Run run;
        const auto encoded = timed(run.time, [&] { return scale::encode(block); });
        run.checksum = checksum(encoded, block);
        return run;
    };
}

} // namespace

std::vector<Workload> scale_workloads()
{
    return {{"scale-decode-block", "extrinsic", kExtrinsics, false, decode_block},
            {"scale-encode-block", "extrinsic", kExtrinsics, false, encode_block}};
}

} // namespace phala::bench
