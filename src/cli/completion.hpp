#pragma once
// Scripts by which shells complete the commands: `source <(phala completion bash)`.
#include <string>
#include <vector>

namespace phala::cli {

/// What may follow a command, for example "contract call".
struct CommandWords {
    struct Option {
        std::string name; ///< with its dashes
        std::string help;
        bool takes_value = false;
        std::vector<std::string> values; ///< those there are; none: anything
    };
    std::string path;                  ///< empty: the program itself, whose options may stand behind every command
    std::vector<std::string> commands; ///< or the words that it takes first
    std::vector<Option> options;
};

/// For bash, zsh or fish.
std::string completion_script(const std::string& shell, const std::vector<CommandWords>& commands);

} // namespace phala::cli
