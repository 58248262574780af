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

std::string option_names(const CommandWords& command)
{
    std::string out;
    for (const auto& option : command.options)
        out += " " + option.name;
    return out;
}

const CommandWords& program(const std::vector<CommandWords>& commands)
{
    return *std::ranges::find(commands, std::string{}, &CommandWords::path);
}

/// Finds the command's path among the words so far, and offers what may follow; files where nothing does.
std::string bash_script(const std::vector<CommandWords>& commands)
{
    std::string out =
        "_phala() {\n"
        "  local word path='' here=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=''\n"
        "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "    case \"${path:+$path }$word\" in\n";
    for (const auto& command : commands)
        if (!command.path.empty())
            out += "      '" + command.path + "') path='" + command.path + "' ;;\n";
    out += "    esac\n"
           "  done\n"
           "  case \"$path\" in\n";
    const std::string everywhere = option_names(program(commands));
    for (const auto& command : commands)
        out += "    '" + command.path + "') words='" + joined(command.commands)
               + (command.path.empty() ? "" : option_names(command)) + everywhere + "' ;;\n";
    out += "  esac\n"
           "  case \"$path $before\" in\n";
    for (const auto& command : commands)
        for (const auto& option : command.options)
            if (option.takes_value)
                out += "    " + (command.path.empty() ? "*' " : "'" + command.path + " ") + option.name + "') words='"
                       + joined(option.values) + "' ;;\n";
    out += "  esac\n"
           "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$here\")\n"
           "}\n"
           "complete -o default -F _phala phala\n";
    return out;
}

/// When fish offers what follows a command: its words were said, and none of those that may follow.
std::string fish_condition(const CommandWords& command)
{
    std::string out;
    for (std::size_t begin = 0; begin < command.path.size();) {
        const auto end = std::min(command.path.find(' ', begin), command.path.size());
        out +=
            (out.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + command.path.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

std::string fish_script(const std::vector<CommandWords>& commands)
{
    std::string out;
    for (const auto& command : commands) {
        const auto seen = fish_condition(command);
        if (!command.commands.empty()) {
            const auto words = joined(command.commands);
            const auto first =
                seen.empty() ? "__fish_use_subcommand" : seen + "; and not __fish_seen_subcommand_from " + words;
            out += "complete -c phala -f -n '" + first + "' -a '" + words + "'\n";
        }
        for (const auto& option : command.options) {
            out += "complete -c phala" + (seen.empty() ? "" : " -n '" + seen + "'") + " -l "
                   + option.name.substr(option.name.find_first_not_of('-'));
            out += option.takes_value ? " -r" : "";
            out += option.values.empty() ? "" : " -f -a '" + joined(option.values) + "'";
            std::string help = option.help;
            std::erase(help, '\'');
            out += " -d '" + help + "'\n";
        }
    }
    return out;
}

} // namespace

std::string completion_script(const std::string& shell, const std::vector<CommandWords>& commands)
{
    if (shell == "fish")
        return fish_script(commands);
    // zsh runs bash's way of completing
    return (shell == "zsh" ? "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" : "")
           + bash_script(commands);
}

} // namespace phala::cli
