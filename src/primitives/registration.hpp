#pragma once
// What a worker tells the registry about itself (spec trust-and-keys §3.3–§3.5, sdk-wire §2.2).
#include "primitives/messages.hpp"

#include <string>
#include <vector>

namespace phala {

/// The first layout of what a worker registers.
struct WorkerRegistrationInfo {
    static constexpr auto path = "phala_types::WorkerRegistrationInfo";
    std::uint32_t version;
    Bytes machine_id;
    PublicKey pubkey;
    PublicKey ecdh_pubkey;
    H256 genesis_block_hash;
    std::vector<std::uint32_t> features;
    std::optional<AccountId> operator_;
    friend bool operator==(const WorkerRegistrationInfo&, const WorkerRegistrationInfo&) = default;
};

/// Registration of a worker; attested as blake2_256 of its encoding.
struct WorkerRegistrationInfoV2 {
    static constexpr auto path = "phala_types::WorkerRegistrationInfoV2";
    std::uint32_t version; ///< major << 16 | minor << 8 | patch
    Bytes machine_id;
    PublicKey pubkey;
    PublicKey ecdh_pubkey;
    H256 genesis_block_hash;
    std::vector<std::uint32_t> features; ///< cores, CPU feature level
    std::optional<AccountId> operator_;
    std::uint32_t para_id;
    std::uint32_t max_consensus_version;
    friend bool operator==(const WorkerRegistrationInfoV2&, const WorkerRegistrationInfoV2&) = default;
};

enum class AttestationProvider : std::uint8_t { Root = 0, Ias = 1, Dcap = 2 };
constexpr std::string_view metadata_path(AttestationProvider)
{
    return "phala_types::AttestationProvider";
}

/// How long a registration lasts, in ms: 30 days. A worker registers again in time.
inline constexpr std::uint64_t kRegistrationValidity = 30ULL * 24 * 3600 * 1000;

/// Whether workers may run a program, which its measurement names (spec trust-and-keys §3.6).
struct ProgramStatus {
    static constexpr auto path = "phala_types::ProgramStatus";
    struct Pending {
        BlockNumber active_from;
        friend bool operator==(const Pending&, const Pending&) = default;
    };
    struct Active {
        friend bool operator==(const Active&, const Active&) = default;
    };
    struct Deprecated {
        BlockNumber until;
        friend bool operator==(const Deprecated&, const Deprecated&) = default;
    };
    struct Revoked {
        friend bool operator==(const Revoked&, const Revoked&) = default;
    };
    scale::Variant<scale::At<0, Pending>, scale::At<1, Active>, scale::At<2, Deprecated>, scale::At<3, Revoked>> status;
    friend bool operator==(const ProgramStatus&, const ProgramStatus&) = default;

    [[nodiscard]] bool admits(BlockNumber block) const
    {
        if (const auto* pending = status.get_if<Pending>())
            return block >= pending->active_from;
        if (const auto* deprecated = status.get_if<Deprecated>())
            return block < deprecated->until;
        return status.is<Active>();
    }
};

struct Collateral {
    static constexpr auto path = "sgx_attestation::types::Collateral";
    struct SgxV30 {
        std::string pck_crl_issuer_chain;
        std::string root_ca_crl;
        std::string pck_crl;
        std::string tcb_info_issuer_chain;
        std::string tcb_info;
        Bytes tcb_info_signature;
        std::string qe_identity_issuer_chain;
        std::string qe_identity;
        Bytes qe_identity_signature;
        friend bool operator==(const SgxV30&, const SgxV30&) = default;
    };
    scale::Variant<scale::At<0, SgxV30>> collateral;
    friend bool operator==(const Collateral&, const Collateral&) = default;
};

struct AttestationReport {
    static constexpr auto path = "sgx_attestation::types::AttestationReport";
    struct SgxIas {
        Bytes ra_report;
        Bytes signature;
        Bytes raw_signing_cert;
        friend bool operator==(const SgxIas&, const SgxIas&) = default;
    };
    struct SgxDcap {
        Bytes quote;
        std::optional<Collateral> collateral;
        friend bool operator==(const SgxDcap&, const SgxDcap&) = default;
    };
    scale::Variant<scale::At<0, SgxIas>, scale::At<1, SgxDcap>> report;
    friend bool operator==(const AttestationReport&, const AttestationReport&) = default;
};

/// The first layout of attestations.
struct Attestation {
    static constexpr auto path = "phala_pallets::utils::attestation_legacy::Attestation";
    struct SgxIas {
        Bytes ra_report;
        Bytes signature;
        Bytes raw_signing_cert;
        friend bool operator==(const SgxIas&, const SgxIas&) = default;
    };
    scale::Variant<scale::At<0, SgxIas>> attestation;
    friend bool operator==(const Attestation&, const Attestation&) = default;
};

struct VersionedWorkerEndpoints {
    static constexpr auto path = "phala_types::VersionedWorkerEndpoints";
    struct V1 {
        std::vector<std::string> _0; ///< URLs, the preferred one first
        friend bool operator==(const V1&, const V1&) = default;
    };
    scale::Variant<scale::At<0, V1>> endpoints;
    friend bool operator==(const VersionedWorkerEndpoints&, const VersionedWorkerEndpoints&) = default;
};

/// Longest encoding of a WorkerEndpointPayload that the registry takes, in bytes.
inline constexpr std::size_t kMaxEndpointPayload = 2048;

/// Where a worker can be reached, signed by its key as SignedContent::EndpointInfo.
struct WorkerEndpointPayload {
    static constexpr auto path = "phala_types::WorkerEndpointPayload";
    PublicKey pubkey;
    VersionedWorkerEndpoints versioned_endpoints;
    std::uint64_t signing_time; ///< chain time in ms
    friend bool operator==(const WorkerEndpointPayload&, const WorkerEndpointPayload&) = default;

    [[nodiscard]] Bytes signing_bytes() const
    {
        return wrapped_signing_bytes(SignedContent::EndpointInfo, scale::encode(*this));
    }
};

} // namespace phala
