#include "worker/core/egress.hpp"

namespace phala::worker {

void Egress::push(Message message, const crypto::sr25519::KeyPair& signer, Entropy& entropy)
{
    auto& channel = channels_.try_emplace(scale::encode(message.sender), Channel{message.sender, 0, {}}).first->second;
    const std::uint64_t sequence = channel.next_sequence++;
    const auto signature = signer.sign(signing_bytes(message, sequence), entropy.take<32>());
    channel.pending.push_back({std::move(message), sequence, to_bytes(signature)});
}

void Egress::resume(const MessageOrigin& origin, std::uint64_t next_sequence)
{
    channels_.insert_or_assign(scale::encode(origin), Channel{origin, next_sequence, {}});
}

void Egress::forget(const MessageOrigin& origin)
{
    channels_.erase(scale::encode(origin));
}

void Egress::acknowledge(const Bytes& origin, std::uint64_t next)
{
    const auto found = channels_.find(origin);
    if (found != channels_.end())
        std::erase_if(found->second.pending, [&](const SignedMessage& message) { return message.sequence < next; });
}

std::uint64_t Egress::next_sequence(const MessageOrigin& origin) const
{
    const auto found = channels_.find(scale::encode(origin));
    return found == channels_.end() ? 0 : found->second.next_sequence;
}

std::size_t Egress::pending() const
{
    std::size_t count = 0;
    for (const auto& [key, channel] : channels_)
        count += channel.pending.size();
    return count;
}

} // namespace phala::worker
