#include "runtime/pallets/phala_mq/phala_mq.hpp"

#include "base/hex.hpp"
#include "primitives/routing.hpp"
#include "primitives/sequence_tag.hpp"
#include "runtime/pallets/phala_phat_contracts/phala_phat_contracts.hpp"
#include "runtime/pallets/phala_registry/phala_registry.hpp"
#include "runtime/pallets/timestamp/timestamp.hpp"

#include <limits>

namespace phala::runtime::phala_mq {

namespace {

constexpr std::string_view kClockSender = "phala/clock";
constexpr std::string_view kForcePushed = "ForcePushed";
constexpr std::uint64_t kBasePriority = 1000;

std::uint64_t next_sequence(const MessageOrigin& sender)
{
    return OffchainIngress::get(sender).value_or(0);
}

std::size_t payload_limit(const MessageOrigin& sender)
{
    return sender.kind.is<MessageOrigin::Worker>() ? kMaxWorkerPayload : kMaxSenderPayload;
}

/// The key that an off-chain sender signs with.
std::expected<PublicKey, DispatchError> key_of(const MessageOrigin& sender)
{
    if (const auto* worker = sender.kind.get_if<MessageOrigin::Worker>()) {
        if (!phala_registry::Workers::contains(worker->_0))
            return fail(phala_registry::Error::WorkerNotFound);
        return worker->_0;
    }
    if (const auto* cluster = sender.kind.get_if<MessageOrigin::Cluster>()) {
        if (auto key = phala_registry::ClusterKeys::get(cluster->_0))
            return *key;
        return fail(phala_registry::Error::UnknownCluster);
    }
    if (const auto* contract = sender.kind.get_if<MessageOrigin::Contract>()) {
        if (auto key = phala_registry::ContractKeys::get(contract->_0))
            return *key;
        return fail(phala_registry::Error::UnknownContract);
    }
    if (sender.kind.is<MessageOrigin::Gatekeeper>()) {
        if (auto key = phala_registry::GatekeeperMasterPubkey::get())
            return *key;
        return fail(phala_registry::Error::MasterKeyUninitialized);
    }
    return fail(Error::BadSender);
}

DispatchResult check_signature(const SignedMessage& message)
{
    auto key = key_of(message.message.sender);
    if (!key)
        return std::unexpected{key.error()};
    if (message.signature.size() != 64)
        return fail(phala_registry::Error::InvalidSignatureLength);
    return ensure(crypto::sr25519::verify({array_of<64>(message.signature)},
                                          signing_bytes(message.message, message.sequence), *key),
                  phala_registry::Error::InvalidSignature);
}

/// What does not depend on how far the sender's sequence is.
DispatchResult check_message(const SignedMessage& message)
{
    PHALA_CHECK(ensure(message.message.sender.is_offchain(), Error::BadSender));
    PHALA_CHECK(ensure(is_valid_topic(message.message.destination), Error::BadDestination));
    return ensure(message.message.payload.size() <= payload_limit(message.message.sender), Error::PayloadTooLarge);
}

/// Gives the message to the pallet that handles its topic. What a handler that fails has changed is undone; the
/// message counts as delivered all the same.
void handle(const Message& message)
{
    io::start_transaction();
    auto handled = phala_registry::on_message(message);
    if (handled)
        handled = phala_phat_contracts::on_message(message);
    if (handled) {
        io::commit_transaction();
        return;
    }
    io::rollback_transaction();
    log(LogLevel::Warn, "phala_mq",
        "a message to " + std::string{text_of(message.destination)} + " was refused: DispatchError "
            + to_hex0x(scale::encode(handled.error())));
}

/// Gives a message of this chain to those whom its topic concerns, here and outside.
DispatchResult dispatch_message(const Message& message)
{
    PHALA_CHECK(ensure(is_valid_topic(message.destination), Error::BadDestination));
    PHALA_CHECK(ensure(message.payload.size() <= kMaxSenderPayload, Error::PayloadTooLarge));
    handle(message);
    return push(message);
}

std::optional<H256> cluster_of(const H256& contract)
{
    const auto info = phala_phat_contracts::Contracts::get(contract);
    return info ? std::optional{info->cluster} : std::nullopt;
}

template <class Reason>
std::unexpected<TransactionValidityError> refuse(Reason reason)
{
    return std::unexpected{TransactionValidityError{validity::Invalid{{reason}}}};
}

Message clock_message(BlockNumber block, std::uint64_t time_ms)
{
    return message_of(MessageOrigin::pallet(kClockSender), ClockTick{block, time_ms});
}

/// Calls visit(leaf) for each leaf of the block in order, with 0 for its index; gives the next global number.
template <class Visit>
std::uint64_t for_each_leaf(BlockNumber block, std::uint64_t time_ms, std::uint64_t first_global,
                            const std::vector<Message>& messages, Visit&& visit)
{
    std::uint64_t global = first_global;
    const auto add = [&](const Message& message, const std::vector<LaneKind>& lanes) {
        LeafV1 leaf{.global = global++,
                    .block = block,
                    .time_ms = time_ms,
                    .sender = message.sender,
                    .destination = message.destination,
                    .payload_len = static_cast<std::uint32_t>(message.payload.size()),
                    .payload_hash = payload_hash(message.payload)};
        for (const LaneKind& lane : lanes) {
            leaf.lane = lane_id(lane);
            visit(leaf);
        }
    };
    for (const Message& message : messages)
        add(message, route(message, cluster_of));
    add(clock_message(block, time_ms), {LaneKind{LaneKind::Clock{}}});
    return global;
}

} // namespace

Weight weight_of_payload(std::size_t bytes)
{
    return {bytes * config::kMessageByteWeight, std::uint64_t{0}};
}

DispatchResult push(Message message)
{
    if (is_onchain_topic(message.destination))
        return {};
    const std::size_t bytes = OutboundBytes::get() + message.payload.size();
    PHALA_CHECK(ensure(bytes <= kMaxOutboundBytes, Error::OutboundFull));
    OutboundBytes::put(static_cast<std::uint32_t>(bytes));
    OutboundMessages::append(message);
    return {};
}

void push_exempt(Message message)
{
    OutboundMessages::append(message);
}

Weight sync_offchain_message::weight() const
{
    return weight_of(6, 6) + weight_of_payload(signed_message.message.payload.size());
}

DispatchResultWithPostInfo sync_offchain_message::dispatch(Signed) const
{
    const Message& message = signed_message.message;
    PHALA_CHECK(check_message(signed_message));
    PHALA_CHECK(ensure(signed_message.sequence == next_sequence(message.sender), Error::BadSequence));
    PHALA_CHECK(check_signature(signed_message));
    OffchainIngress::insert(message.sender, signed_message.sequence + 1);
    handle(message);
    PHALA_CHECK(push(message));
    const bool free = message.sender.kind.is<MessageOrigin::Gatekeeper>();
    return PostDispatchInfo{.pays_fee = free ? Pays::No : Pays::Yes};
}

Weight push_message::weight() const
{
    return weight_of(3, 3) + weight_of_payload(payload.size());
}

DispatchResult push_message::dispatch(Signed caller) const
{
    return dispatch_message({MessageOrigin::account(caller.who()), destination, payload});
}

Weight force_push_pallet_message::weight() const
{
    return weight_of(3, 3) + weight_of_payload(payload.size());
}

DispatchResult force_push_pallet_message::dispatch(Root) const
{
    return dispatch_message({MessageOrigin::pallet(kForcePushed), destination, payload});
}

void queue(const Message& message)
{
    QueuedOutboundMessage::append(message);
}

Weight Pallet::on_initialize(BlockNumber)
{
    OutboundMessages::kill();
    OutboundBytes::kill();
    Weight weight = weight_of(1, 2);
    for (const Message& message : QueuedOutboundMessage::take().value_or(std::vector<Message>{})) {
        weight = weight + weight_of(3, 3) + weight_of_payload(message.payload.size());
        if (const auto done = dispatch_message(message); !done)
            log(LogLevel::Warn, "phala_mq",
                "a queued message was refused: DispatchError " + to_hex0x(scale::encode(done.error())));
    }
    return weight;
}

void Pallet::seal(BlockNumber number)
{
    if (number == 0)
        return;
    if (!LogStart::exists())
        LogStart::put(number);
    const std::uint64_t now = timestamp::Now::get();
    std::map<LaneId, LaneHead> heads;
    const std::uint64_t next_global =
        for_each_leaf(number, now, LogSeal::get().next_global, OutboundMessages::get(), [&](LeafV1& leaf) {
            auto found = heads.find(leaf.lane);
            if (found == heads.end())
                found = heads.emplace(leaf.lane, LaneHeads::get(leaf.lane).value_or(LaneHead{})).first;
            leaf.index = found->second.count;
            append_leaf(found->second, leaf);
        });
    for (const auto& [lane, head] : heads)
        LaneHeads::insert(lane, head);
    LogSeal::put({number, now, next_global});
}

TransactionValidity Pallet::validate_sequence(const RuntimeCall& call)
{
    ValidTransaction valid{.priority = 0,
                           .requires_ = {},
                           .provides = {},
                           .longevity = std::numeric_limits<std::uint64_t>::max(),
                           .propagate = true};
    const auto* sync = call.get_if<sync_offchain_message>();
    if (sync == nullptr)
        return valid;
    const auto& [message, sequence, signature] = sync->signed_message;
    const std::uint64_t next = next_sequence(message.sender);
    if (sequence < next)
        return refuse(invalid::Stale{});
    if (!check_message(sync->signed_message))
        return refuse(invalid::Call{});
    // before a tag is given away: a wrong message must not stand in the place of the right one
    if (!check_signature(sync->signed_message))
        return refuse(invalid::BadProof{});
    valid.priority = kBasePriority + (message.sender.kind.is<MessageOrigin::Gatekeeper>() ? 1 : 0);
    valid.provides.push_back(sequence_tag(message.sender, sequence));
    if (sequence > next)
        valid.requires_.push_back(sequence_tag(message.sender, sequence - 1));
    return valid;
}

std::expected<void, TransactionValidityError> Pallet::check_next_sequence(const RuntimeCall& call)
{
    const auto* sync = call.get_if<sync_offchain_message>();
    if (sync == nullptr)
        return {};
    const std::uint64_t next = next_sequence(sync->signed_message.message.sender);
    if (sync->signed_message.sequence < next)
        return refuse(invalid::Stale{});
    if (sync->signed_message.sequence > next)
        return refuse(invalid::Future{});
    return {};
}

std::optional<std::uint64_t> sender_sequence(const MessageOrigin& sender)
{
    return OffchainIngress::get(sender);
}

BlockLog block_log()
{
    const phala::LogSeal seal = LogSeal::get();
    if (seal.block == 0)
        return {};
    const std::vector<Message> messages = OutboundMessages::get();
    BlockLog log;
    std::map<LaneId, std::uint64_t> appended;
    for_each_leaf(seal.block, seal.time_ms, seal.next_global - messages.size() - 1, messages, [&](LeafV1& leaf) {
        leaf.index = appended[leaf.lane]++;
        log.leaves.push_back(leaf);
    });
    for (LeafV1& leaf : log.leaves)
        leaf.index += LaneHeads::get(leaf.lane)->count - appended.at(leaf.lane);
    for (const Message& message : messages)
        log.payloads.push_back(message.payload);
    log.payloads.push_back(clock_message(seal.block, seal.time_ms).payload);
    return log;
}

} // namespace phala::runtime::phala_mq
