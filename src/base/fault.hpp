#pragma once
// Places where a test may have the process killed (invariant 2 of the architecture). Inert unless the variable
// PHALA_FAULT names one: "before-commit" at its first hit, "before-commit:3" at its third.
// Natively only: whoever includes this may read the environment.
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace phala::fault {

namespace detail {

struct Wanted {
    std::string_view name;
    unsigned hit = 1;
};

inline const Wanted& wanted()
{
    static const Wanted value = [] {
        const char* text = std::getenv("PHALA_FAULT"); // NOLINT(concurrency-mt-unsafe): nothing sets the environment
        Wanted out{text == nullptr ? std::string_view{} : std::string_view{text}, 1};
        if (auto colon = out.name.find(':'); colon != std::string_view::npos) {
            std::from_chars(out.name.data() + colon + 1, out.name.data() + out.name.size(), out.hit);
            out.name = out.name.substr(0, colon);
        }
        return out;
    }();
    return value;
}

} // namespace detail

/// True at the one hit that PHALA_FAULT asks for; for faults that need more than dying on the spot.
inline bool due(std::string_view name)
{
    static std::atomic<unsigned> hits{0};
    return !detail::wanted().name.empty() && detail::wanted().name == name && ++hits == detail::wanted().hit;
}

/// Ends the process at once, as kill -9 does, after saying on stderr which point was hit.
[[noreturn]] inline void die(std::string_view name)
{
    std::fprintf(stderr, "fault: %.*s\n", static_cast<int>(name.size()), name.data());
    std::fflush(stderr);
    std::raise(SIGKILL);
    std::abort();
}

inline void point(std::string_view name)
{
    if (due(name)) [[unlikely]]
        die(name);
}

} // namespace phala::fault
