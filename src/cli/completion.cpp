#include "cli/completion.hpp"

#include <algorithm>

namespace phala::cli {

namespace {

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const auto& word : words)
        out += (out.empty() ? "" : " ") + word;
    return out;
}

/// Finds the command's path among the words so far, and offers what may follow; files where nothing does.
std::string bash_script(const std::vector<CommandWords>& commands)
{
    std::string out = "_phala() {\n"
                      "  local word path='' here=${COMP_WORDS[COMP_CWORD]} words\n"
                      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                      "    case \"${path:+$path }$word\" in\n";
    for (const auto& command : commands)
        if (!command.path.empty())
            out += "      '" + command.path + "') path='" + command.path + "' ;;\n";
    out += "    esac\n"
           "  done\n"
           "  case \"$path\" in\n";
    for (const auto& command : commands)
        out +=
            "    '" + command.path + "') words='" + joined(command.commands) + " " + joined(command.options) + "' ;;\n";
    out += "  esac\n"
           "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$here\")\n"
           "}\n"
           "complete -o default -F _phala phala\n";
    return out;
}

std::string fish_script(const std::vector<CommandWords>& commands)
{
    std::string out;
    for (const auto& command : commands) {
        std::string condition = "__fish_use_subcommand";
        if (!command.path.empty()) {
            condition.clear();
            for (std::size_t begin = 0; begin <= command.path.size();) {
                const auto end = std::min(command.path.find(' ', begin), command.path.size());
                condition += (condition.empty() ? "" : "; and ")
                             + ("__fish_seen_subcommand_from " + command.path.substr(begin, end - begin));
                begin = end + 1;
            }
        }
        if (!command.commands.empty())
            out += "complete -c phala -n '" + condition + "' -a '" + joined(command.commands) + "'\n";
        for (const auto& option : command.options)
            out += "complete -c phala -n '" + condition + "' -l " + option.substr(option.find_first_not_of('-')) + "\n";
    }
    return out;
}

} // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandWords>& commands)
{
    if (shell == "fish")
        return fish_script(commands);
    // zsh runs bash's way of completing
    return (shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "") + bash_script(commands);
}

} // namespace phala::cli
