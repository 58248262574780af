#pragma once
// Tells on stderr what a command waits for, once it waits longer than a second.
#include "cli/options.hpp"

#include <memory>
#include <string>

namespace phala::cli {

/// While it lives and a second has passed, a terminal shows one line that counts the seconds and goes away at the end;
/// elsewhere there is a line at first and every ten seconds. Nothing with --quiet and --json.
class Progress {
public:
    Progress(const Options& options, std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// How far it is, for example "block 12 of 40".
    void at(std::string how_far);
    /// Sleeps for a moment between two looks.
    static void wait();

private:
    class Teller;
    std::unique_ptr<Teller> teller_; ///< nothing where nothing is to be told
};

} // namespace phala::cli
