#include "cli/progress.hpp"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

namespace phala::cli {

namespace {

constexpr std::chrono::milliseconds kPoll{100};
constexpr int kBetweenLines = 10; ///< seconds, where the output is no terminal

} // namespace

/// A thread of its own: the command may be inside a call that takes its time.
class Progress::Teller {
public:
    explicit Teller(std::string what)
        : what_{std::move(what)}, thread_{[this](const std::stop_token& stop) { tell(stop); }}
    {
    }

    void at(std::string how_far)
    {
        const std::lock_guard lock{mutex_};
        how_far_ = std::move(how_far);
    }

private:
    void tell(const std::stop_token& stop)
    {
        const bool is_terminal = ::isatty(STDERR_FILENO) == 1;
        std::unique_lock lock{mutex_};
        auto next = std::chrono::steady_clock::now();
        for (int seconds = 1;; ++seconds) {
            next += std::chrono::seconds{1};
            if (end_.wait_until(lock, stop, next, [] { return false; }) || stop.stop_requested()) {
                if (is_terminal && seconds > 1)
                    std::cerr << "\r\033[K" << std::flush;
                return;
            }
            const std::string line = "waiting for " + what_ + " …" + (how_far_.empty() ? "" : " " + how_far_);
            if (is_terminal)
                std::cerr << "\r" << line << " " << seconds << " s\033[K" << std::flush;
            else if (seconds % kBetweenLines == 1)
                std::cerr << line << "\n";
        }
    }

    std::mutex mutex_;
    std::condition_variable_any end_;
    std::string what_, how_far_;
    std::jthread thread_; ///< last: it ends before what it uses
};

Progress::Progress(const Options& options, std::string what)
    : teller_{options.quiet || options.json ? nullptr : std::make_unique<Teller>(std::move(what))}
{
}

Progress::~Progress() = default;

void Progress::at(std::string how_far)
{
    if (teller_)
        teller_->at(std::move(how_far));
}

void Progress::wait()
{
    std::this_thread::sleep_for(kPoll);
}

} // namespace phala::cli
