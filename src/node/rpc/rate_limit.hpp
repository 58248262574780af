#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>

namespace phala::node::rpc {

/// Requests of one connection, so many a minute: a whole minute's worth may come at once, then they trickle.
class RateLimit {
public:
    using Clock = std::chrono::steady_clock;

    explicit RateLimit(std::uint32_t per_minute, Clock::time_point now = Clock::now())
        : per_minute_{per_minute}, left_{static_cast<double>(per_minute)}, last_{now}
    {
    }

    /// False: this request is one too many.
    bool take(Clock::time_point now = Clock::now())
    {
        const std::chrono::duration<double, std::ratio<60>> minutes = now - last_;
        last_ = now;
        left_ = std::min<double>(per_minute_, left_ + minutes.count() * per_minute_);
        if (left_ < 1)
            return false;
        left_ -= 1;
        return true;
    }

private:
    std::uint32_t per_minute_;
    double left_;
    Clock::time_point last_;
};

} // namespace phala::node::rpc
