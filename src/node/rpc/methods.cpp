#include "node/rpc/methods.hpp"

#include "node/rpc/json.hpp"

#include <charconv>
#include <limits>

namespace phala::node::rpc {

std::string hex_number(std::uint64_t value)
{
    char digits[16];
    auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, 16);
    return "0x" + std::string{digits, end};
}

namespace detail {

bool read(const json::value& in, bool& out, std::string& expected)
{
    expected = "a boolean";
    if (const bool* value = in.if_bool())
        return out = *value, true;
    return false;
}

bool read(const json::value& in, std::uint64_t& out, std::string& expected)
{
    expected = "a number";
    if (const auto* value = in.if_uint64())
        return out = *value, true;
    if (const auto* value = in.if_int64(); value != nullptr && *value >= 0)
        return out = static_cast<std::uint64_t>(*value), true;
    if (const auto* text = in.if_string(); text != nullptr && text->starts_with("0x") && text->size() > 2) {
        const char* end = text->data() + text->size();
        auto [at, error] = std::from_chars(text->data() + 2, end, out, 16);
        return error == std::errc{} && at == end;
    }
    return false;
}

bool read(const json::value& in, std::uint32_t& out, std::string& expected)
{
    std::uint64_t wide = 0;
    if (!read(in, wide, expected))
        return false;
    expected = "a number below 2^32";
    out = static_cast<std::uint32_t>(wide);
    return wide <= std::numeric_limits<std::uint32_t>::max();
}

bool read(const json::value& in, std::string& out, std::string& expected)
{
    expected = "a string";
    if (const auto* text = in.if_string())
        return out.assign(text->data(), text->size()), true;
    return false;
}

bool read(const json::value& in, Bytes& out, std::string& expected)
{
    expected = "bytes in hex";
    const auto* text = in.if_string();
    if (text == nullptr)
        return false;
    auto bytes = from_hex({text->data(), text->size()});
    if (!bytes) {
        expected += " (" + bytes.error().message() + ")";
        return false;
    }
    out = std::move(*bytes);
    return true;
}

bool read(const json::value& in, H256& out, std::string& expected)
{
    Bytes bytes;
    if (!read(in, bytes, expected) || bytes.size() != out.bytes.size()) {
        expected = "32 bytes in hex";
        return false;
    }
    out.bytes = array_of<32>(bytes);
    return true;
}

bool read(const json::value& in, NumberOrList& out, std::string& expected)
{
    const auto* list = in.if_array();
    out.is_list = list != nullptr;
    if (list == nullptr)
        return read(in, out.numbers.emplace_back(), expected);
    for (const auto& item : *list)
        if (!read(item, out.numbers.emplace_back(), expected))
            return false;
    return true;
}

bool read(const json::value& in, std::vector<Bytes>& out, std::string& expected)
{
    expected = "a list of bytes in hex";
    const auto* list = in.if_array();
    if (list == nullptr)
        return false;
    for (const auto& item : *list)
        if (!read(item, out.emplace_back(), expected))
            return false;
    return true;
}

} // namespace detail

const json::value* Params::at(std::size_t index, const Names& names) const
{
    const json::value* value = nullptr;
    if (json_ != nullptr) {
        if (const auto* list = json_->if_array())
            value = index < list->size() ? &(*list)[index] : nullptr;
        else if (const auto* object = json_->if_object())
            value = object->if_contains(names[index]);
    }
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::expected<void, RpcError> Params::check_count(std::size_t count) const
{
    const auto* list = json_ == nullptr ? nullptr : json_->if_array();
    for (std::size_t i = count; list != nullptr && i < list->size(); ++i)
        if (!(*list)[i].is_null())
            return refuse(code::kInvalidParams, "Invalid params",
                          "at most " + std::to_string(count) + " parameters are expected");
    return {};
}

std::unexpected<RpcError> Params::missing(const std::string& name)
{
    return refuse(code::kInvalidParams, "Invalid params", "parameter '" + name + "' is missing");
}

std::unexpected<RpcError> Params::wrong(const std::string& name, const std::string& expected)
{
    return refuse(code::kInvalidParams, "Invalid params", "parameter '" + name + "' must be " + expected);
}

std::unexpected<RpcError> refuse_unsafe()
{
    return refuse(code::kMethodNotFound, "RPC call is unsafe to be called externally",
                  "start the node with --rpc-methods unsafe to allow it");
}

Methods::Methods()
{
    add({"rpc_methods"}, {}, [this] {
        json::object out;
        out.emplace("methods", to_json(names()));
        return ok(out);
    });
}

void Methods::insert(const Names& names, Handler handler, Traits traits)
{
    auto shared = std::make_shared<const Method>(names.front(), std::move(handler), traits);
    for (const auto& name : names)
        methods_.emplace(name, shared);
}

std::string Methods::quoted(const std::string& id)
{
    return to_text(id);
}

Reply Methods::needs_connection()
{
    return refuse(code::kMethodNotFound, "Subscriptions need a WebSocket connection");
}

Reply Methods::unsubscribe_call(const Params& in, const Caller& caller)
{
    auto id = in.get<std::string>(0, {"subscription"});
    if (!id) {
        auto number = in.get<std::uint64_t>(0, {"subscription"}); // of a client that keeps ids as numbers: not ours
        if (!number)
            return std::unexpected(std::move(id.error()));
        return "false";
    }
    return caller.session != nullptr && caller.session->close(*id) ? "true" : "false";
}

Reply Methods::call(std::string_view name, const Params& params, const Caller& caller) const
{
    auto at = methods_.find(name);
    if (at == methods_.end())
        return refuse(code::kMethodNotFound, "Method not found");
    if (at->second->traits.unsafe && !caller.unsafe_allowed)
        return refuse_unsafe();
    auto& calls = at->second->calls[caller.session != nullptr];
    ++calls.started;
    const Timed timed{calls.took};
    auto reply = at->second->handler(params, caller);
    if (!reply)
        ++calls.failed;
    return reply;
}

std::vector<MethodCalls> Methods::calls() const
{
    std::vector<MethodCalls> out;
    for (const auto& [name, method] : methods_) {
        if (name != method->name) // an alias
            continue;
        for (const bool over_websocket : {false, true})
            if (const auto& calls = method->calls[over_websocket]; calls.started > 0)
                out.push_back({name, over_websocket, calls.started, calls.failed, calls.took.read()});
    }
    return out;
}

bool Methods::is_quick(std::string_view name) const
{
    auto at = methods_.find(name);
    return at != methods_.end() && at->second->traits.quick;
}

Names Methods::names() const
{
    Names out;
    for (const auto& [name, method] : methods_)
        out.push_back(name);
    return out;
}

} // namespace phala::node::rpc
