// phala: keys, transfers, workers and contracts from the command line.
#include "cli/commands.hpp"
#include "cli/completion.hpp"

#include "base/reflect.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <map>

namespace {

using namespace phala;
using namespace phala::cli;

/// The words that an option or argument may be, where they are few.
using Choices = std::map<const CLI::Option*, std::vector<std::string>>;

/// All commands with their options, as a shell completes them.
void collect(const CLI::App& app, const std::string& path, const Choices& choices, std::vector<CommandWords>& out)
{
    CommandWords words{path, {}, {}};
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        words.commands.push_back(sub->get_name());
        collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), choices, out);
    }
    for (const auto* option : app.get_options()) {
        const auto found = choices.find(option);
        const auto values = found == choices.end() ? std::vector<std::string>{} : found->second;
        if (option->nonpositional())
            words.options.push_back(
                {option->get_name(), option->get_description(), option->get_items_expected_max() != 0, values});
        else
            words.commands.insert(words.commands.end(), values.begin(), values.end());
    }
    out.push_back(std::move(words));
}

/// The command as far as it was understood: "phala account export".
std::string path_of(const CLI::App& app)
{
    const auto given = app.get_subcommands();
    return app.get_name() + (given.empty() ? "" : " " + path_of(*given.front()));
}

/// What is wrong with the words that were given, in one line.
std::string explain(const CLI::App& app, const CLI::ParseError& error)
{
    const auto path = path_of(app);
    const auto unknown = app.remaining(true);
    const auto option = std::ranges::find_if(unknown, [](const std::string& word) { return word.starts_with('-'); });
    std::string what = error.what();
    if (option != unknown.end())
        what = "no option " + *option + " for " + path;
    else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
        what = path + " takes no more arguments, but was given " + unknown.front();
    else if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !unknown.empty())
        what = "no command " + unknown.front();
    else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        what = what.substr(0, what.find(':')) + " needs a value";
    return what + "; " + path + " --help lists them";
}

/// CLI11 takes a value in brackets apart; JSON is to arrive whole.
constexpr char kWhole = '\x1f';

std::vector<std::string> guarded(int argc, char** argv)
{
    std::vector<std::string> out;
    for (int i = argc - 1; i > 0; --i) { // it wants them last first
        const std::string word = argv[i];
        out.push_back(word.starts_with('[') ? kWhole + word : word);
    }
    return out;
}

void unguard(Options& options)
{
    const auto strip = [](std::string& text) {
        if (text.starts_with(kWhole))
            text.erase(0, 1);
    };
    reflect::with_fields(options, [&](auto&... member) {
        const auto one = [&]<class T>(T& value) {
            if constexpr (std::is_same_v<T, std::string>)
                strip(value);
            else if constexpr (std::is_same_v<T, std::vector<std::string>>)
                std::ranges::for_each(value, strip);
        };
        (one(member), ...);
    });
}

/// Of --count and --cluster: digits alone, for a minus would make a large number.
std::string check_whole(const std::string& text)
{
    const bool is_whole = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == text.npos;
    return is_whole ? "" : text + " is no whole number";
}

} // namespace

int main(int argc, char** argv)
try {
    Options options;
    Outcome<> (*run)(const Options&) = nullptr;
    CLI::App app{"phala: keys, transfers, workers and confidential contracts", "phala"};
    Choices choices;
    const auto one_of = [&choices](CLI::Option* option, std::vector<std::string> words) {
        option->check(CLI::IsMember(words));
        choices[option] = std::move(words);
    };
    app.require_subcommand(1);
    app.add_option("--node", options.node, "Node to use, ws://host:port")->envname("PHALA_NODE")->capture_default_str();
    app.add_option("--worker", options.worker, "Worker to ask, http://host:port")
        ->envname("PHALA_WORKER")
        ->capture_default_str();
    app.add_flag("--json", options.json, "Print one line of JSON");
    app.add_flag("--quiet,-q", options.quiet, "Do not tell on stderr what is waited for");
    app.fallthrough();
    const auto command = [&](CLI::App* parent, const char* name, const char* help,
                             Outcome<> (*function)(const Options&)) {
        auto* sub = parent->add_subcommand(name, help);
        sub->callback([&run, function] { run = function; });
        return sub;
    };
    const auto group = [&](const char* name, const char* help) {
        auto* sub = app.add_subcommand(name, help);
        sub->require_subcommand(1);
        sub->fallthrough();
        return sub;
    };
    const auto from = [&](CLI::App* sub) {
        sub->add_option("--from", options.from,
                        "Who signs: a secret URI, or file:PATH of a file with one, or of a keystore")
            ->capture_default_str();
    };
    app.add_option("--password-file", options.password_file,
                   "Its first line opens the keystore of file:PATH; without it the terminal is asked")
        ->envname("PHALA_PASSWORD_FILE");

    auto* account = group("account", "Keys, addresses and balances");
    command(account, "generate", "Make a new phrase", generate)
        ->add_option("--save", options.file, "Write it to a new file for --from file:PATH, and do not show it");
    command(account, "inspect", "Address and public key of a secret URI or an address", inspect)
        ->add_option("who", options.uri, "A secret URI, file:PATH, an address, or 0x and 32 bytes")
        ->required();
    auto* exporting = command(account, "export", "Write a key to a keystore that polkadot.js opens", export_key);
    exporting->add_option("who", options.uri, "A secret URI or file:PATH")->required();
    exporting->add_option("file", options.file, "A new .json file")->required();
    exporting->add_option("--name", options.name, "What people see");
    exporting->add_option("--new-password-file", options.new_password_file,
                          "Its first line is the keystore's password; without it the terminal is asked");
    command(account, "balance", "What an account has on the chain", balance)
        ->add_option("who", options.who, "A secret URI, file:PATH, an address, or 0x and 32 bytes")
        ->required();

    auto* transferring = command(&app, "transfer", "Send PHA", transfer);
    from(transferring);
    transferring->add_option("to", options.to, "Account: an address or a secret URI")->required();
    transferring->add_option("amount", options.amount, "In PHA, for example 1.5")->required();

    command(group("worker", "Workers"), "status", "What a worker says about itself", worker_status);
    auto* cluster = group("cluster", "Clusters");
    command(cluster, "status", "The cluster that a worker serves", cluster_status);
    auto* deposit = command(cluster, "deposit", "Move PHA into a cluster, to pay for commands there", cluster_deposit);
    from(deposit);
    deposit->add_option("amount", options.amount, "In PHA")->required();
    deposit->add_option("--to", options.to, "Account in the cluster; default: who signs");
    deposit->add_option("--cluster", options.cluster, "Number of the cluster")
        ->check(check_whole)
        ->capture_default_str();

    auto* held =
        command(cluster, "balance", "What an account has in a cluster: free, and held as deposits", cluster_balance);
    from(held);
    held->add_option("who", options.who, "An address or a secret URI")->required();

    auto* logging = command(&app, "logs", "What the cluster's log server has", logs);
    auto* contract = group("contract", "Confidential contracts");
    auto* uploading = command(contract, "upload", "Upload the code of a bundle", upload);
    auto* making = command(contract, "instantiate", "Make a contract of uploaded code", instantiate);
    auto* calling = command(contract, "call", "Send an encrypted command", call);
    auto* asking = command(contract, "query", "Ask privately, or try a command without effect", query);
    auto* estimating = command(contract, "estimate", "What a command would cost", estimate);
    making->add_flag("--estimate", options.estimate, "Only tell what it would cost");
    auto* happening = command(contract, "events", "Events of a contract, by name", events);
    for (auto* sub : {logging, happening}) {
        sub->add_flag("--follow,-f", options.follow, "Go on until Ctrl-C");
        sub->add_option("--count", options.count, "The last so many")->check(check_whole)->capture_default_str();
    }
    from(logging);
    logging->add_option("--contract", options.contract, "Of this contract alone, 0x…");
    one_of(logging->add_option("--type", options.type, "Records of one kind alone"),
           {"Log", "Event", "MessageOutput", "QueryIn"});
    logging->add_option("--level", options.level, "Lines of this level and worse: 1 error … 5 trace")
        ->check(CLI::Range(1, 5));
    for (auto* sub : {uploading, making, calling, asking, estimating, happening}) {
        from(sub);
        sub->add_option("bundle", options.file, "The .contract file")->required();
    }
    for (auto* sub : {uploading, making})
        sub->add_option("--cluster", options.cluster, "Number of the cluster")
            ->check(check_whole)
            ->capture_default_str();
    uploading->add_flag("--indeterministic", options.indeterministic,
                        "Code with floats: contracts delegate to it in queries, and none is made of it");
    making->add_option("constructor", options.name, "Its name in the bundle")->required();
    making->add_option("--salt", options.salt, "Text or 0x bytes: another salt, another contract");
    for (auto* sub : {calling, asking, estimating, happening})
        sub->add_option("contract", options.contract, "Its id, 0x…")->required();
    happening->add_option("--name", options.name, "Events of one name alone");
    for (auto* sub : {calling, asking, estimating}) {
        sub->add_option("message", options.name, "Its name in the bundle")->required();
        sub->add_option("--value", options.value, "PHA to send along, from one's balance in the cluster");
        sub->add_option("--deposit", options.deposit, "PHA to move into the cluster before");
    }
    for (auto* sub : {making, calling, asking, estimating})
        sub->add_option("arguments", options.arguments, "As JSON or bare text, in order");
    calling->add_flag("--plain", options.plain, "Do not encrypt: everybody can read it");

    auto* completing = app.add_subcommand("completion", "Print a script that lets a shell complete these commands");
    one_of(completing->add_option("shell", options.shell, "Which shell")->required(), {"bash", "zsh", "fish"});

    try {
        app.parse(guarded(argc, argv));
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        std::cerr << "phala: " << explain(app, error) << "\n";
        return error.get_exit_code();
    }
    unguard(options);
    if (completing->parsed()) {
        std::vector<CommandWords> commands;
        collect(app, "", choices, commands);
        std::cout << completion_script(options.shell, commands);
        return 0;
    }
    const auto done = run(options);
    if (!done) {
        std::cerr << "phala: " << done.error().message() << "\n";
        return 1;
    }
    return 0;
} catch (const std::exception& error) {
    std::cerr << "phala: " << error.what() << "\n";
    return 1;
}
