// state_traceBlock: a block is executed again, and what it reads and writes is told (spec substrate-host §8.2). The shape
// of the answer is the reference's.
#include "node/rpc/json.hpp"
#include "node/rpc/methods/api.hpp"
#include "node/rpc/methods/texts.hpp"

namespace phala::node::rpc {

namespace {

using Access = host::StorageAccess;
using Method = Access::Method;

constexpr std::string_view kDefaultTargets = "pallet,frame,state";
constexpr std::size_t kMaxTrace = 8U << 20U; // about the largest response

// members are named as on the wire
struct SpanText {
    std::uint64_t id;
    std::optional<std::uint64_t> parentId;
    std::string name;
    std::string target;
    bool wasm;
};
struct TraceText {
    std::string blockHash;
    std::string parentHash;
    std::string tracingTargets;
    std::string storageKeys;
    std::string methods;
    std::vector<SpanText> spans;
    json::array events;
};

/// True if the text begins with one of the words between commas. A level behind a word, as in "state=debug", is not
/// looked at: there is one.
bool begins_with_any(std::string_view text, std::string_view words)
{
    for (;;) {
        const auto end = words.find(',');
        const auto word = words.substr(0, end);
        if (text.starts_with(word.substr(0, word.find('='))))
            return true;
        if (end == std::string_view::npos)
            return false;
        words.remove_prefix(end + 1);
    }
}

std::string name_of(const Access& access)
{
    std::string name{reflect::enumerators<Method>[static_cast<std::size_t>(access.method)].name};
    return access.child ? "Child" + name : name;
}

json::object event_of(const Access& access, std::string method, std::string key)
{
    json::object values;
    values.emplace("method", std::move(method));
    values.emplace("key", std::move(key));
    if (access.child)
        values.emplace("child_info", to_hex(*access.child));
    const std::string what = access.method == Method::Put || access.method == Method::Append ? "value" : "result";
    if (access.method == Method::Exists) {
        values.emplace(what, access.found ? "true" : "false");
    } else if (access.method == Method::Append) {
        values.emplace(what, to_hex(*access.value));
    } else {
        values.emplace(what, access.value ? "Some(" + to_hex(*access.value) + ")" : "None");
        values.emplace(what + "_encoded", access.value ? "01" + to_hex(*access.value) : "00");
    }
    json::object data;
    data.emplace("stringValues", std::move(values));
    json::object event;
    event.emplace("target", "state");
    event.emplace("data", std::move(data));
    event.emplace("parentId", nullptr);
    return event;
}

Reply trace_error(const std::string& why)
{
    json::object out;
    out.emplace("traceError", json::object{{"error", why}});
    return ok(out);
}

/// Without keys and methods nothing of storage is told, as in the reference; empty texts tell all.
Reply trace_block(const Chain& chain, const H256& block, const std::string& targets,
                  const std::optional<std::string>& keys, const std::optional<std::string>& methods)
{
    RPC_TRY(const auto header, chain.require_header(block));
    TraceText out{.blockHash = to_hex(block),
                  .parentHash = to_hex(header.parent_hash),
                  .tracingTargets = targets,
                  .storageKeys = keys.value_or(""),
                  .methods = methods.value_or(""),
                  .spans = {},
                  .events = {}};
    if (begins_with_any("block_trace", targets))
        out.spans.push_back({1, std::nullopt, "trace_block", "block_trace", false});
    const bool wants_state = keys && methods && begins_with_any("state", targets);
    std::size_t bytes = 0;
    const auto traced = chain.check(block, [&](const Access& access) {
        const bool has_key = access.method != Method::ClearPrefix && access.method != Method::StorageRoot;
        if (!wants_state || !has_key || bytes > kMaxTrace)
            return;
        std::string method = name_of(access);
        std::string key = to_hex(access.key);
        if (!begins_with_any(method, *methods) || !begins_with_any(key, *keys))
            return;
        constexpr std::size_t kFrame = 200;
        bytes += kFrame + key.size() + 4 * (access.value ? access.value->size() : 0);
        if (bytes <= kMaxTrace)
            out.events.push_back(event_of(access, std::move(method), std::move(key)));
    });
    if (!traced)
        return client_error(traced.error());
    if (bytes > kMaxTrace)
        return trace_error("The trace is larger than a response may be; name fewer storage keys or methods");
    json::object answer;
    answer.emplace("blockTrace", to_json(out));
    return ok(answer);
}

} // namespace

void add_trace_methods(Methods& methods, const Api& api)
{
    methods.add({"state_traceBlock"}, {"block", "targets", "storageKeys", "methods"},
                [&chain = api.chain](const H256& block, const std::optional<std::string>& targets,
                                     const std::optional<std::string>& keys,
                                     const std::optional<std::string>& names) -> Reply {
                    return trace_block(chain, block, targets.value_or(std::string{kDefaultTargets}), keys, names);
                },
                {.unsafe = true});
}

} // namespace phala::node::rpc
