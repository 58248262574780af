#pragma once
// The transaction extensions, in order (decisions §2). Members are what the transaction carries ("explicit");
// Implicit is what its signature covers besides, without being sent (spec substrate-host §3.3).
// What they do is the runtime's (runtime/frame/extensions.hpp).
#include "primitives/era.hpp"
#include "primitives/types.hpp"
#include "scale/codec.hpp"

#include <tuple>

namespace phala {

struct CheckNonZeroSender {
    static constexpr auto path = "frame_system::extensions::check_non_zero_sender::CheckNonZeroSender";
    using Implicit = std::tuple<>;
};
struct CheckSpecVersion {
    static constexpr auto path = "frame_system::extensions::check_spec_version::CheckSpecVersion";
    using Implicit = std::uint32_t;
};
struct CheckTxVersion {
    static constexpr auto path = "frame_system::extensions::check_tx_version::CheckTxVersion";
    using Implicit = std::uint32_t;
};
struct CheckGenesis {
    static constexpr auto path = "frame_system::extensions::check_genesis::CheckGenesis";
    using Implicit = H256;
};
struct CheckMortality {
    static constexpr auto path = "frame_system::extensions::check_mortality::CheckMortality";
    using Implicit = H256;
    Era _0;
};
struct CheckNonce {
    static constexpr auto path = "frame_system::extensions::check_nonce::CheckNonce";
    using Implicit = std::tuple<>;
    scale::Compact<Nonce> _0;
};
struct CheckWeight {
    static constexpr auto path = "frame_system::extensions::check_weight::CheckWeight";
    using Implicit = std::tuple<>;
};
struct CheckMqSequence {
    static constexpr auto path = "phala_pallets::mq::check_seq::CheckMqSequence";
    using Implicit = std::tuple<>;
};
struct ChargeTransactionPayment {
    static constexpr auto path = "pallet_transaction_payment::ChargeTransactionPayment";
    using Implicit = std::tuple<>;
    scale::Compact<Balance> _0;
};

/// All of them, in the order of the wire. An extension's identifier is its type name.
using TxExtensions = std::tuple<CheckNonZeroSender, CheckSpecVersion, CheckTxVersion, CheckGenesis, CheckMortality,
                                CheckNonce, CheckWeight, CheckMqSequence, ChargeTransactionPayment>;

/// What a chain must tell a signer for the implicit part.
struct ChainIdentity {
    std::uint32_t spec_version;
    std::uint32_t transaction_version;
    H256 genesis_hash;
};

/// The implicit bytes of all extensions in order. `mortality` is the hash of the era's birth block, or of genesis.
inline Bytes implicit_bytes(const ChainIdentity& chain, const H256& mortality)
{
    return scale::encode(chain.spec_version, chain.transaction_version, chain.genesis_hash, mortality);
}

/// The explicit part with these values.
inline TxExtensions tx_extensions(const Era& era, Nonce nonce, Balance tip)
{
    TxExtensions out{};
    std::get<CheckMortality>(out)._0 = era;
    std::get<CheckNonce>(out)._0 = nonce;
    std::get<ChargeTransactionPayment>(out)._0 = tip;
    return out;
}

} // namespace phala
