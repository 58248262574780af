// phala: keys, transfers, workers and contracts from the command line.
#include "cli/commands.hpp"
#include "cli/completion.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace {

using namespace phala;
using namespace phala::cli;

/// All commands with their options, as a shell completes them.
void collect(const CLI::App& app, const std::string& path, std::vector<CommandWords>& out)
{
    CommandWords words{path, {}, {}};
    for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        words.commands.push_back(sub->get_name());
        collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
    }
    for (const auto* option : app.get_options([](const CLI::Option* one) { return one->nonpositional(); }))
        words.options.push_back(option->get_name());
    out.push_back(std::move(words));
}

} // namespace

int main(int argc, char** argv)
try {
    Options options;
    Outcome<> (*run)(const Options&) = nullptr;
    CLI::App app{"phala: keys, transfers, workers and confidential contracts"};
    app.require_subcommand(1);
    app.add_option("--node", options.node, "Node to use, ws://host:port")->envname("PHALA_NODE")->capture_default_str();
    app.add_option("--worker", options.worker, "Worker to ask, http://host:port")
        ->envname("PHALA_WORKER")
        ->capture_default_str();
    app.add_flag("--json", options.json, "Print one line of JSON");
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
        ->add_option("who", options.uri)
        ->required();
    auto* exporting = command(account, "export", "Write a key to a keystore that polkadot.js opens", export_key);
    exporting->add_option("who", options.uri, "A secret URI or file:PATH")->required();
    exporting->add_option("file", options.file, "A new .json file")->required();
    exporting->add_option("--name", options.name, "What people see");
    exporting->add_option("--new-password-file", options.new_password_file,
                          "Its first line is the keystore's password; without it the terminal is asked");
    command(account, "balance", "What an account has on the chain", balance)
        ->add_option("who", options.who)
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
    deposit->add_option("--cluster", options.cluster, "Number of the cluster")->capture_default_str();

    auto* held =
        command(cluster, "balance", "What an account has in a cluster: free, and held as deposits", cluster_balance);
    from(held);
    held->add_option("who", options.who)->required();

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
        sub->add_option("--count", options.count, "The last so many")->capture_default_str();
    }
    from(logging);
    logging->add_option("--contract", options.contract, "Of this contract alone, 0x…");
    logging->add_option("--type", options.type, "Records of one kind alone")
        ->check(CLI::IsMember({"Log", "Event", "MessageOutput", "QueryIn"}));
    logging->add_option("--level", options.level, "Lines of this level and worse: 1 error … 5 trace")
        ->check(CLI::Range(1, 5));
    for (auto* sub : {uploading, making, calling, asking, estimating, happening}) {
        from(sub);
        sub->add_option("bundle", options.file, "The .contract file")->required();
    }
    for (auto* sub : {uploading, making})
        sub->add_option("--cluster", options.cluster, "Number of the cluster")->capture_default_str();
    making->add_option("constructor", options.name)->required();
    making->add_option("--salt", options.salt, "Text or 0x bytes: another salt, another contract");
    for (auto* sub : {calling, asking, estimating, happening})
        sub->add_option("contract", options.contract, "Its id, 0x…")->required();
    happening->add_option("--name", options.name, "Events of one name alone");
    for (auto* sub : {calling, asking, estimating}) {
        sub->add_option("message", options.name)->required();
        sub->add_option("--value", options.value, "PHA to send along, from one's balance in the cluster");
        sub->add_option("--deposit", options.deposit, "PHA to move into the cluster before");
    }
    for (auto* sub : {making, calling, asking, estimating})
        sub->add_option("arguments", options.arguments, "As JSON or bare text, in order");
    calling->add_flag("--plain", options.plain, "Do not encrypt: everybody can read it");

    auto* completing = app.add_subcommand("completion", "Print a script that lets a shell complete these commands");
    completing->add_option("shell", options.shell)->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));

    try {
        app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
        // it would ask for a command where a misspelt one was given
        const auto unknown = app.remaining(true);
        if (unknown.empty())
            return app.exit(error);
        std::cerr << "phala: no command " << unknown.front() << "; --help lists them\n";
        return error.get_exit_code();
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    }
    if (completing->parsed()) {
        std::vector<CommandWords> commands;
        collect(app, "", commands);
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
