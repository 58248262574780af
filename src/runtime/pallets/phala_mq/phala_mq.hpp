#pragma once
// Messages between the chain and its workers (spec sdk-wire §2.3, trust-and-keys §4, §5.5, decisions §3).
//
// Inward, an off-chain sender's signed message is taken exactly once, by sequence, and given to the pallet that
// handles its topic. Outward, messages are listed in OutboundMessages until the next block and, when the block is
// sealed, appended to lanes whose heads commit to all messages there ever were.
#include "primitives/lanes.hpp"
#include "primitives/messages.hpp"
#include "primitives/validity.hpp"
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::phala_mq {

inline constexpr Name name{"PhalaMq"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

// What is stored

struct OffchainIngress : StorageMap<name, "OffchainIngress", Twox64Concat<MessageOrigin>, std::uint64_t> {
    static constexpr auto docs =
        "The next expected sequence of an ingress message coming from a certain sender (origin).";
};
struct OutboundMessages : StorageValue<name, "OutboundMessages", std::vector<Message>, Default> {
    static constexpr auto docs =
        "Outbound messages at the current block. It will be cleared at the beginning of each block.";
};
struct QueuedOutboundMessage : StorageValue<name, "QueuedOutboundMessage", std::vector<Message>> {
    static constexpr auto docs = "Messages that are dispatched at the beginning of the next block.";
};
struct OutboundBytes : StorageValue<name, "OutboundBytes", std::uint32_t, Default> {
    static constexpr auto docs = "Payload bytes of OutboundMessages that count against the limit of a block.";
};
struct LaneHeads : StorageMap<name, "LaneHeads", Identity<LaneId>, LaneHead> {
    static constexpr auto docs = "What a lane holds: its length and the peaks of the mountain range over its leaves.";
};
struct LogSeal : StorageValue<name, "LogSeal", phala::LogSeal, Default> {
    static constexpr auto docs =
        "The block whose messages the lanes hold last, its time, and the global number of the next message.";
};
struct LogStart : StorageValue<name, "LogStart", BlockNumber, Default> {
    static constexpr auto docs = "The first block with a leaf in the Clock lane.";
};

enum class Error : std::uint8_t {
    BadSender,
    BadSequence,
    BadDestination,
    PayloadTooLarge,
    OutboundFull,
};
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::BadSender: return "The kind of sender does not live outside the chain.";
    case Error::BadSequence: return "Not the next sequence of the sender.";
    case Error::BadDestination: return "The message has no valid topic.";
    case Error::PayloadTooLarge: return "The payload is larger than a message of that sender may be.";
    case Error::OutboundFull: return "The block cannot take that many more bytes to workers: try a later one.";
    }
    return {};
}

// What can be asked

struct sync_offchain_message {
    SignedMessage signed_message;
    static constexpr auto docs =
        "Syncs an unverified offchain message to the message queue. Free for messages of the gatekeepers.";
    [[nodiscard]] Weight weight() const;
    DispatchResultWithPostInfo dispatch(Signed caller) const;
};

struct push_message {
    Bytes destination;
    Bytes payload;
    static constexpr auto docs = "Send a message as the caller's account.";
    [[nodiscard]] Weight weight() const;
    DispatchResult dispatch(Signed caller) const;
};
struct force_push_pallet_message {
    Bytes destination;
    Bytes payload;
    static constexpr auto docs = "Send a message as a pallet. Must be called by the Root account.";
    [[nodiscard]] Weight weight() const;
    DispatchResult dispatch(Root) const;
};

struct Pallet {
    static constexpr std::string_view name = phala_mq::name.view();
    static constexpr std::string_view crate = "phala_pallets::mq";
    static constexpr std::uint16_t storage_version = 7;
    using Storage = std::tuple<OffchainIngress, QueuedOutboundMessage, OutboundMessages, OutboundBytes, LaneHeads,
                               LogSeal, LogStart>;
    using Error = phala_mq::Error;
    using Call = Variant<At<0, sync_offchain_message>, At<1, push_message>, At<2, force_push_pallet_message>>;
    static Weight on_initialize(BlockNumber number);
    static void seal(BlockNumber number);

    // The transaction extension CheckMqSequence (spec trust-and-keys §4.3, §4.6.1). Other calls are valid, without tags.
    /// In the pool: refuses stale sequences and bad signatures, orders the messages of a sender by tags.
    static TransactionValidity validate_sequence(const RuntimeCall& call);
    /// In a block: only the sender's next sequence.
    static std::expected<void, TransactionValidityError> check_next_sequence(const RuntimeCall& call);
};

// For other pallets

/// Weight of putting so many payload bytes into the queue.
Weight weight_of_payload(std::size_t bytes);

/// Queues a message to workers. Fails with OutboundFull when the block has its fill.
DispatchResult push(Message message);

/// Queues a message whatever its size, for what governance decided (decisions §3.3).
void push_exempt(Message message);

/// Has a message dispatched at the beginning of the next block, for what genesis has to say.
void queue(const Message& message);

/// Queues a payload under its own topic, from the pallet of that name.
template <class Payload>
DispatchResult push_from(std::string_view pallet, const Payload& payload)
{
    return push(message_of(MessageOrigin::pallet(pallet), payload));
}

// For runtime APIs

/// MqApi_sender_sequence: nothing where the sender has never been heard.
std::optional<std::uint64_t> sender_sequence(const MessageOrigin& sender);

/// The leaves of the block that this state belongs to, in the order in which they were appended, with the payload of
/// each message: message i is the one with global number `leaves.front().global + i`. A node builds its lane index from it.
struct BlockLog {
    std::vector<LeafV1> leaves;
    std::vector<Bytes> payloads;
    friend bool operator==(const BlockLog&, const BlockLog&) = default;
};
BlockLog block_log();

} // namespace phala::runtime::phala_mq
