#include "worker/core/fair_queue.hpp"

#include <algorithm>

namespace phala::worker {

bool FairQueue::wait(const AccountId& contract, std::uint32_t weight, Ticket ticket)
{
    auto& flow = flows_[contract];
    const auto share = std::max<std::size_t>(limits_.total / flows_.size(), 1);
    if (flow.waiting.size() >= std::min(limits_.backlog, share))
        return false;
    if (flow.waiting.empty() && flow.running.empty())
        flow.spent = std::max(flow.spent, now_); // what it did not use is not saved up
    flow.weight = std::max<std::uint32_t>(weight, 1);
    flow.waiting.push_back(ticket);
    return true;
}

std::optional<FairQueue::Ticket> FairQueue::next()
{
    if (running_ >= limits_.slots)
        return std::nullopt;
    const bool is_last = running_ + 1 == limits_.slots && limits_.slots > 1;
    Flow* best = nullptr;
    for (auto at = flows_.begin(); at != flows_.end();) {
        auto& flow = at->second;
        if (flow.waiting.empty() && flow.running.empty() && flow.spent <= now_) {
            at = flows_.erase(at); // it would start at now_ anyway
            continue;
        }
        ++at;
        if (flow.waiting.empty() || (is_last && !flow.running.empty()))
            continue;
        if (best == nullptr || flow.spent < best->spent)
            best = &flow;
    }
    if (best == nullptr)
        return std::nullopt;
    const Ticket ticket = best->waiting.front();
    best->waiting.pop_front();
    now_ = std::max(now_, best->spent);
    const auto booked = price(best->average, best->weight);
    best->spent += booked;
    best->running.push_back(booked);
    ++running_;
    return ticket;
}

void FairQueue::finish(const AccountId& contract, std::uint64_t cost)
{
    const auto found = flows_.find(contract);
    if (found == flows_.end() || found->second.running.empty())
        return;
    auto& flow = found->second;
    const auto booked = flow.running.front();
    flow.running.pop_front();
    --running_;
    cost = std::max<std::uint64_t>(cost, 1);
    flow.spent = flow.spent - booked + price(cost, flow.weight);
    flow.average = (flow.average + cost + 1) / 2;
}

} // namespace phala::worker
