// phala-node: executes the chain, keeps it, and serves it by JSON-RPC.
#include "node/commands/commands.hpp"
#include "node/log/log.hpp"

#include <cstdio>

namespace {

using namespace phala;
using namespace phala::node;

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

Outcome<> start_log(const LogOptions& options)
{
    std::string filters;
    for (const auto& filter : options.filters)
        filters += (filters.empty() ? "" : ",") + filter;
    PHALA_TRY(const auto filter, parse_log_filter(filters));
    start_logging(filter, {.detailed = options.detailed, .color = !options.no_color});
    return {};
}

Outcome<> execute(const Options& options)
{
    PHALA_CHECK(start_log(options.log));
    const auto& chain = options.chain;
    return std::visit(Overloaded{
                          [&](const RunOptions& command) { return run(chain, command); },
                          [&](const BuildSpecOptions& command) { return build_spec(chain, command); },
                          [&](const ExportBlocksOptions& command) { return export_blocks(chain, command); },
                          [&](const ImportBlocksOptions& command) { return import_blocks(chain, command); },
                          [&](const CheckBlockOptions& command) { return check_block(chain, command); },
                          [&](const RevertOptions& command) { return revert(chain, command); },
                          [&](const PurgeOptions& command) { return purge_chain(chain, command); },
                          [&](const KeyGenerateOptions& command) { return key_generate(command); },
                          [&](const KeyInspectOptions& command) { return key_inspect(command); },
                          [&](const KeyInsertOptions& command) { return key_insert(chain, command); },
                          [&](const GenerateNodeKeyOptions& command) { return key_generate_node_key(command); },
                          [&](const InspectNodeKeyOptions& command) { return key_inspect_node_key(command); },
                      },
                      options.command);
}

} // namespace

int main(int argc, char** argv)
{
    const auto parsed = parse_options({argv + 1, argv + argc}, kNodeVersion);
    if (const auto* print = std::get_if<Print>(&parsed)) {
        std::fputs(print->text.c_str(), print->exit_code == 0 ? stdout : stderr);
        return print->exit_code;
    }
    if (const auto done = execute(std::get<Options>(parsed)); !done) {
        std::fprintf(stderr, "phala-node: %s\n", done.error().message().c_str());
        return 1;
    }
    return 0;
}
