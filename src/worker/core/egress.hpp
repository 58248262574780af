#pragma once
// Messages to the chain. Each is signed once, with the sequence of its origin, and kept until the chain shows that it
// has passed that sequence; so a restart sends the same bytes again, and the chain takes them at most once
// (spec trust-and-keys §4.4, decisions §3.8–3.9).
#include "crypto/sr25519.hpp"
#include "primitives/messages.hpp"
#include "worker/core/entropy.hpp"

#include <map>

namespace phala::worker {

class Egress {
public:
    /// One origin's messages. `next_sequence` is part of replicated state; what is pending is local.
    struct Channel {
        MessageOrigin origin;
        std::uint64_t next_sequence = 0;
        std::vector<SignedMessage> pending;
    };
    /// By SCALE(origin).
    using Channels = std::map<Bytes, Channel>;

    Egress() = default;
    explicit Egress(Channels channels) : channels_{std::move(channels)} {}

    /// Signs and queues a message of `origin` under the topic of its payload.
    template <class Payload>
    void push(const MessageOrigin& origin, const Payload& payload, const crypto::sr25519::KeyPair& signer,
              Entropy& entropy)
    {
        push(message_of(origin, payload), signer, entropy);
    }
    void push(Message message, const crypto::sr25519::KeyPair& signer, Entropy& entropy);

    /// Goes on where others of the same origin stand: the next message gets this sequence. Forgets what is pending.
    void resume(const MessageOrigin& origin, std::uint64_t next_sequence);
    /// Forgets all about an origin that this worker speaks for no more.
    void forget(const MessageOrigin& origin);

    /// Drops what the chain has taken: everything of `origin` below `next`.
    void acknowledge(const Bytes& origin, std::uint64_t next);

    [[nodiscard]] const Channels& channels() const { return channels_; }
    [[nodiscard]] std::size_t pending() const;
    [[nodiscard]] std::uint64_t next_sequence(const MessageOrigin& origin) const;

private:
    Channels channels_;
};

} // namespace phala::worker
