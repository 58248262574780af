#include "node/rpc/methods/broadcasts.hpp"

#include "scale/codec.hpp"

#include <algorithm>

namespace phala::node::rpc {

std::optional<std::string> Broadcasts::start(Session& session, const Bytes& full)
{
    const auto connection = session.liveness();
    auto inner = scale::decode<Bytes>(full);
    std::string id;
    {
        const std::lock_guard lock{mutex_};
        std::erase_if(broadcasts_, [](const auto& one) { return !*one.second.connection; });
        const auto here =
            std::ranges::count_if(broadcasts_, [&](const auto& one) { return one.second.connection == connection; });
        if (static_cast<std::size_t>(here) >= kPerConnection)
            return std::nullopt;
        id = std::to_string(++last_);
        broadcasts_.emplace(id, Broadcast{connection, inner ? std::move(*inner) : Bytes{}});
    }
    queue_.post([this, id] { offer(id); });
    return id;
}

bool Broadcasts::stop(Session& session, const std::string& id)
{
    const std::lock_guard lock{mutex_};
    auto at = broadcasts_.find(id);
    if (at == broadcasts_.end() || at->second.connection != session.liveness())
        return false;
    broadcasts_.erase(at);
    return true;
}

void Broadcasts::offer_again()
{
    const std::lock_guard lock{mutex_};
    std::erase_if(broadcasts_, [](const auto& one) { return !*one.second.connection; });
    for (const auto& [id, broadcast] : broadcasts_)
        queue_.post([this, id] { offer(id); });
}

void Broadcasts::offer(const std::string& id)
{
    Bytes extrinsic;
    {
        const std::lock_guard lock{mutex_};
        auto at = broadcasts_.find(id);
        if (at == broadcasts_.end() || at->second.extrinsic.empty())
            return;
        extrinsic = at->second.extrinsic;
    }
    // a refusal is no news: it is there already, was included, or is tried again after the next block
    [[maybe_unused]] const auto refused = pool_.submit(TransactionSource::External, std::move(extrinsic));
}

std::size_t Broadcasts::count() const
{
    const std::lock_guard lock{mutex_};
    return broadcasts_.size();
}

} // namespace phala::node::rpc
