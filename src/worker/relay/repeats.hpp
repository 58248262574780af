#pragma once
// One line for what goes on happening, not one for each time.
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace phala::worker {

class Repeats {
public:
    /// Whether a line of that kind is due: the first time, and again once a minute while it goes on. Kinds are few: they
    /// are sentences of this program, without what a node put in.
    bool is_due(std::string_view kind)
    {
        const auto now = std::chrono::steady_clock::now();
        const auto [told, is_first] = told_.try_emplace(std::string{kind}, now);
        if (!is_first && now - told->second < kPause)
            return false;
        told->second = now;
        return true;
    }

private:
    static constexpr std::chrono::seconds kPause{60};
    std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> told_;
};

} // namespace phala::worker
