#pragma once
// The runtime APIs of a stand-alone chain (spec substrate-host §4.6, decisions §2). How one is described: frame/api.hpp.
#include "primitives/header.hpp"
#include "primitives/inherent.hpp"
#include "primitives/validity.hpp"
#include "primitives/version.hpp"
#include "runtime/frame/api.hpp"
#include "runtime/frame/executive.hpp"
#include "runtime/frame/unchecked_extrinsic.hpp"
#include "runtime/pallets/aura/aura.hpp"
#include "runtime/pallets/phala_mq/phala_mq.hpp"
#include "runtime/pallets/transaction_payment/transaction_payment.hpp"

namespace phala::runtime::composition {

struct Core {
    static constexpr ApiId id = api_id(0xdf6acb689907609b);
    static constexpr std::uint32_t version = 5;
    static constexpr auto docs = "What every runtime answers.";

    struct version_ {
        static constexpr auto docs = "Returns the version of the runtime.";
        static RuntimeVersion answer();
    };
    struct execute_block {
        Block block;
        static constexpr auto docs = "Execute the given block.";
        void answer() const { executive::execute_block(block); }
    };
    struct initialize_block {
        Header header;
        static constexpr auto docs = "Initialize a block with the given header and return the runtime executive mode.";
        [[nodiscard]] executive::InclusionMode answer() const { return executive::initialize_block(header); }
    };
    using Methods = std::tuple<version_, execute_block, initialize_block>;
};

/// Metadata in some version, as opaque bytes.
struct OpaqueMetadata {
    static constexpr auto path = "sp_core::OpaqueMetadata";
    Bytes _0;
};

struct Metadata {
    static constexpr ApiId id = api_id(0x37e397fc7c91f5e4);
    static constexpr std::uint32_t version = 2;
    static constexpr auto docs = "The description of this runtime.";

    struct metadata {
        static constexpr auto docs = "Returns the metadata of the runtime, in version 14.";
        static OpaqueMetadata answer();
    };
    struct metadata_at_version {
        std::uint32_t version;
        static constexpr auto docs =
            "Returns the metadata at a given version.\n"
            "\n"
            "If the given `version` isn't supported, this will return `None`.\n"
            "Use [`Self::metadata_versions`] to find out about supported metadata version of the runtime.";
        [[nodiscard]] std::optional<OpaqueMetadata> answer() const;
    };
    struct metadata_versions {
        static constexpr auto docs = "Returns the supported metadata versions.";
        static std::vector<std::uint32_t> answer();
    };
    using Methods = std::tuple<metadata, metadata_at_version, metadata_versions>;
};

struct BlockBuilder {
    static constexpr ApiId id = api_id(0x40fe3ad401f8959a);
    static constexpr std::uint32_t version = 6;
    static constexpr auto docs = "What is needed to build a block.";

    struct apply_extrinsic {
        UncheckedExtrinsic extrinsic;
        static constexpr auto docs = "Apply the given extrinsic.\n"
                                     "\n"
                                     "Returns an inclusion outcome which specifies if this extrinsic is included in\n"
                                     "this block or not.";
        [[nodiscard]] executive::ApplyResult answer() const { return executive::apply_extrinsic(extrinsic._0); }
    };
    struct finalize_block {
        static constexpr auto docs = "Finish the current block.";
        static Header answer() { return executive::finalize_block(); }
    };
    struct inherent_extrinsics {
        InherentData inherent;
        static constexpr auto docs = "Generate inherent extrinsics. The inherent data will vary from chain to chain.";
        [[nodiscard]] std::vector<UncheckedExtrinsic> answer() const;
    };
    struct check_inherents {
        Block block;
        InherentData data;
        static constexpr auto docs =
            "Check that the inherents are valid. The inherent data will vary from chain to chain.";
        [[nodiscard]] CheckInherentsResult answer() const { return executive::check_inherents(block, data); }
    };
    using Methods = std::tuple<apply_extrinsic, finalize_block, inherent_extrinsics, check_inherents>;
};

struct TaggedTransactionQueue {
    static constexpr ApiId id = api_id(0xd2bc9897eed08f15);
    static constexpr std::uint32_t version = 3;
    static constexpr auto docs = "What the transaction pool asks.";

    struct validate_transaction {
        TransactionSource source;
        UncheckedExtrinsic tx;
        H256 block_hash;
        static constexpr auto docs =
            "Validate the transaction.\n"
            "\n"
            "This method is invoked by the transaction pool to learn details about given transaction.";
        [[nodiscard]] TransactionValidity answer() const
        {
            return executive::validate_transaction(source, tx._0, block_hash);
        }
    };
    using Methods = std::tuple<validate_transaction>;
};

struct OffchainWorkerApi {
    static constexpr ApiId id = api_id(0xf78b278be53f454c);
    static constexpr std::uint32_t version = 2;
    static constexpr auto docs = "The offchain worker api.";

    struct offchain_worker {
        Header header;
        static constexpr auto docs =
            "Starts the off-chain task for given block header. Nothing of this runtime works off-chain.";
        void answer() const {}
    };
    using Methods = std::tuple<offchain_worker>;
};

/// What a key in a host's keystore is for: four letters.
struct KeyTypeId {
    static constexpr auto path = "sp_core::crypto::KeyTypeId";
    ByteArray<4> _0;
    friend bool operator==(const KeyTypeId&, const KeyTypeId&) = default;
};

struct SessionKeys {
    static constexpr ApiId id = api_id(0xab3c0572291feb8b);
    static constexpr std::uint32_t version = 1;
    static constexpr auto docs = "Session keys runtime api.";

    struct generate_session_keys {
        std::optional<Bytes> seed;
        static constexpr auto docs =
            "Generate a set of session keys with optionally using the given seed.\n"
            "The keys should be stored within the keystore exposed via runtime externalities.\n"
            "\n"
            "The seed needs to be a valid `utf8` string.\n"
            "\n"
            "Returns the concatenated SCALE encoded public keys.";
        [[nodiscard]] Bytes answer() const;
    };
    struct decode_session_keys {
        Bytes encoded;
        static constexpr auto docs = "Decode the given public session keys.\n"
                                     "\n"
                                     "Returns the list of public raw public keys + key type.";
        [[nodiscard]] std::optional<std::vector<std::pair<Bytes, KeyTypeId>>> answer() const;
    };
    using Methods = std::tuple<generate_session_keys, decode_session_keys>;
};

struct AccountNonceApi {
    static constexpr ApiId id = api_id(0xbc9d89904f5b923f);
    static constexpr std::uint32_t version = 1;
    static constexpr auto docs = "The API to query account nonce.";

    struct account_nonce {
        AccountId account;
        static constexpr auto docs = "Get current account nonce of given `AccountId`.";
        [[nodiscard]] Nonce answer() const;
    };
    using Methods = std::tuple<account_nonce>;
};

/// Fees are without tip; bare extrinsics pay none. `len` is that of the whole extrinsic, with its length prefix.
struct TransactionPaymentApi {
    static constexpr ApiId id = api_id(0x37c8bb1350a9a2a8);
    static constexpr std::uint32_t version = 4;
    static constexpr auto docs = "What a transaction costs.";

    struct query_info {
        UncheckedExtrinsic uxt;
        std::uint32_t len;
        static constexpr auto docs = "Weight, class and inclusion fee of an extrinsic.";
        [[nodiscard]] transaction_payment::RuntimeDispatchInfo answer() const;
    };
    struct query_fee_details {
        UncheckedExtrinsic uxt;
        std::uint32_t len;
        static constexpr auto docs = "The parts of the inclusion fee of an extrinsic.";
        [[nodiscard]] transaction_payment::FeeDetails answer() const;
    };
    struct query_weight_to_fee {
        Weight weight;
        static constexpr auto docs = "The fee for a weight, without the multiplier.";
        [[nodiscard]] Balance answer() const { return transaction_payment::weight_to_fee(weight); }
    };
    struct query_length_to_fee {
        std::uint32_t length;
        static constexpr auto docs = "The fee for so many bytes.";
        [[nodiscard]] Balance answer() const { return transaction_payment::length_to_fee(length); }
    };
    using Methods = std::tuple<query_info, query_fee_details, query_weight_to_fee, query_length_to_fee>;
};

/// As above of a call alone, taken as that of a signed extrinsic of that length.
struct TransactionPaymentCallApi {
    static constexpr ApiId id = api_id(0xf3ff14d5ab527059);
    static constexpr std::uint32_t version = 3;
    static constexpr auto docs = "What a call costs as a transaction.";

    struct query_call_info {
        RuntimeCall call;
        std::uint32_t len;
        static constexpr auto docs =
            "Query information of a dispatch class, weight, and fee of a given encoded `Call`.";
        [[nodiscard]] transaction_payment::RuntimeDispatchInfo answer() const;
    };
    struct query_call_fee_details {
        RuntimeCall call;
        std::uint32_t len;
        static constexpr auto docs = "Query fee details of a given encoded `Call`.";
        [[nodiscard]] transaction_payment::FeeDetails answer() const;
    };
    using query_weight_to_fee = TransactionPaymentApi::query_weight_to_fee;
    using query_length_to_fee = TransactionPaymentApi::query_length_to_fee;
    using Methods = std::tuple<query_call_info, query_call_fee_details, query_weight_to_fee, query_length_to_fee>;
};

struct AuraApi {
    static constexpr ApiId id = api_id(0xdd718d5cc53262d4);
    static constexpr std::uint32_t version = 1;
    static constexpr auto docs = "API necessary for block authorship with aura.";

    struct slot_duration {
        static constexpr auto docs = "Returns the slot duration for Aura, in milliseconds.";
        static std::uint64_t answer() { return aura::SlotDuration::value(); }
    };
    struct authorities {
        static constexpr auto docs = "Return the current set of authorities.";
        static std::vector<aura::AuthorityId> answer() { return aura::Authorities::get().items; }
    };
    using Methods = std::tuple<slot_duration, authorities>;
};

struct GenesisBuilder {
    static constexpr ApiId id = api_id(0xfbc577b9d747efd6);
    static constexpr std::uint32_t version = 1;
    static constexpr auto docs = "API to interact with the genesis configuration of the runtime.";

    struct build_state {
        Bytes json;
        static constexpr auto docs =
            "Build `RuntimeGenesisConfig` from a JSON blob not using any defaults and store it in the storage.";
        [[nodiscard]] std::expected<void, std::string> answer() const;
    };
    struct get_preset {
        std::optional<std::string> id;
        static constexpr auto docs =
            "Returns a JSON blob representation of the built-in genesis configuration identified by `id`,\n"
            "a patch of the default one, which is returned if `id` is `None`.";
        [[nodiscard]] std::optional<Bytes> answer() const;
    };
    struct preset_names {
        static constexpr auto docs = "Returns a list of identifiers for available builtin genesis configurations.";
        static std::vector<std::string> answer();
    };
    using Methods = std::tuple<build_state, get_preset, preset_names>;
};

struct MqApi {
    static constexpr ApiId id = api_id(0x3e43e696bccaa34a);
    static constexpr std::uint32_t version = 1;
    static constexpr auto docs = "The messages between the chain and its workers.";

    struct sender_sequence {
        MessageOrigin sender;
        static constexpr auto docs = "The next sequence expected of a sender; `None` where it has never been heard.";
        [[nodiscard]] std::optional<std::uint64_t> answer() const { return phala_mq::sender_sequence(sender); }
    };
    struct block_log {
        static constexpr auto docs =
            "The leaves that the block of this state appended to the lanes, with their payloads.";
        static phala_mq::BlockLog answer() { return phala_mq::block_log(); }
    };
    using Methods = std::tuple<sender_sequence, block_log>;
};

using Apis = ApiList<Core, Metadata, BlockBuilder, TaggedTransactionQueue, AccountNonceApi, TransactionPaymentApi,
                     TransactionPaymentCallApi, AuraApi, GenesisBuilder, SessionKeys, OffchainWorkerApi, MqApi>;

} // namespace phala::runtime::composition
