#pragma once
// Scripts by which shells complete the commands: `source <(phala completion bash)`.
#include <string>
#include <vector>

namespace phala::cli {

/// What may follow a command, for example "contract call".
struct CommandWords {
    std::string path; ///< empty: the program itself
    std::vector<std::string> commands;
    std::vector<std::string> options;
};

/// For bash, zsh or fish.
std::string completion_script(const std::string& shell, const std::vector<CommandWords>& commands);

} // namespace phala::cli
