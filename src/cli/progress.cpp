#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <thread>

namespace phala::cli {

namespace {

constexpr std::chrono::milliseconds kPoll{100};
constexpr std::chrono::seconds kBetweenLines{10}; ///< where the output is no terminal

bool is_terminal()
{
    return ::isatty(STDERR_FILENO) == 1;
}

} // namespace

Progress::Progress(std::string what) : what_{std::move(what)} {}

Progress::~Progress()
{
    if (told_.count() != 0 && is_terminal())
        std::cerr << "\r\033[K" << std::flush;
}

void Progress::wait()
{
    std::this_thread::sleep_for(kPoll);
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin_);
    if (is_terminal()) {
        if (passed > told_)
            std::cerr << "\rwaiting for " << what_ << " … " << passed.count() << " s\033[K" << std::flush;
    } else if (passed.count() != 0 && (told_.count() == 0 || passed >= told_ + kBetweenLines)) {
        std::cerr << "waiting for " << what_ << " …\n";
    } else {
        return;
    }
    told_ = std::max(passed, told_);
}

} // namespace phala::cli
