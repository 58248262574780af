#include "node/rpc/answering.hpp"

#include "node/rpc/json.hpp"
#include "node/rpc/rate_limit.hpp"

namespace phala::node::rpc {

namespace {

constexpr std::size_t kMaxDepth = 48;

std::string limit_text(std::size_t limit)
{
    return "Exceeded max limit of " + std::to_string(limit);
}

RpcError internal(const std::exception& exception) // of Boost.JSON and the allocator: the edge of D4
{
    return {code::kInternal, "Internal error", exception.what()};
}

/// What is needed of a request, borrowed from it.
struct Request {
    std::string id; ///< JSON
    std::string_view method;
    const json::value* params = nullptr;
    bool wants_answer = true;
};

std::expected<Request, std::string> read_request(const json::value& json)
{
    const auto invalid = [](std::string_view id, std::string why = {}) {
        return std::unexpected(error_text(id, {code::kInvalidRequest, "Invalid Request", std::move(why)}));
    };
    const auto* object = json.if_object();
    if (object == nullptr)
        return invalid("null");
    const auto* id = object->if_contains("id");
    if (id != nullptr && !(id->is_null() || id->is_string() || id->is_number()))
        return invalid("null", "id must be a string or a number");
    Request out{.id = id == nullptr ? "null" : json::serialize(*id), .method = {}, .wants_answer = id != nullptr};
    const auto* version = object->if_contains("jsonrpc");
    const auto* method = object->if_contains("method");
    out.params = object->if_contains("params");
    if (version == nullptr || !version->is_string() || version->get_string() != "2.0" || method == nullptr
        || !method->is_string()
        || (out.params != nullptr && !out.params->is_null() && !out.params->is_array() && !out.params->is_object()))
        return invalid(out.id);
    out.method = {method->get_string().data(), method->get_string().size()};
    return out;
}

} // namespace

std::string error_text(std::string_view id, const RpcError& error)
{
    json::object body;
    body.emplace("code", error.code);
    body.emplace("message", error.message);
    if (!error.data.empty())
        body.emplace("data", error.data);
    return R"({"jsonrpc":"2.0","error":)" + json::serialize(body) + R"(,"id":)" + std::string{id} + "}";
}

RpcError response_too_big(std::size_t limit)
{
    return {code::kResponseTooBig, "Response is too big", limit_text(limit)};
}

struct Answering::Impl {
    const Methods& methods;
    Caller caller;
    AnswerLimits limits;
    json::value message{};
    const json::array* batch = nullptr;
    std::size_t next = 0;
    std::size_t count = 0;
    std::string out{};

    void end_with(const RpcError& error)
    {
        out = error_text("null", error);
        next = count;
    }

    void parse(std::string_view text)
    {
        json::parse_options options;
        options.max_depth = kMaxDepth;
        json::error_code error;
        message = json::parse({text.data(), text.size()}, error, {}, options);
        if (error)
            return end_with({code::kParse, "Parse error", error.message()});
        batch = message.if_array();
        if (batch == nullptr)
            count = 1;
        else if (batch->empty())
            end_with({code::kInvalidRequest, "Invalid Request", "the batch is empty"});
        else if (limits.max_batch == 0)
            end_with({code::kNoBatches, "Batched requests are not supported by this server"});
        else if (batch->size() > limits.max_batch)
            end_with({code::kBatchTooBig, "The batch request was too large", limit_text(limits.max_batch)});
        else
            count = batch->size();
    }

    [[nodiscard]] const json::value& next_request() const { return batch == nullptr ? message : (*batch)[next]; }

    Reply called(const Request& request) const
    try {
        return methods.call(request.method, Params{request.params}, caller);
    } catch (const std::exception& exception) {
        return std::unexpected(internal(exception));
    }

    /// Empty for a notification.
    std::string answer_one(const json::value& json) const
    {
        auto request = read_request(json);
        if (!request)
            return std::move(request.error());
        if (caller.rate != nullptr && !caller.rate->take())
            return error_text(request->id, {code::kTooManyRequests, "RPC rate limit exceeded",
                                            "send fewer requests a minute on a connection"});
        Reply reply = called(*request);
        if (!request->wants_answer)
            return {};
        if (!reply)
            return error_text(request->id, reply.error());
        if (reply->size() > limits.max_response)
            return error_text(request->id, response_too_big(limits.max_response));
        return R"({"jsonrpc":"2.0","result":)" + *reply + R"(,"id":)" + request->id + "}";
    }

    void step()
    {
        std::string one = answer_one(next_request());
        ++next;
        if (batch == nullptr) {
            out = std::move(one);
            return;
        }
        if (!one.empty()) {
            if (out.size() + one.size() > limits.max_response)
                return end_with(response_too_big(limits.max_response));
            out += out.empty() ? '[' : ',';
            out += one;
        }
        if (next == count && !out.empty())
            out += ']';
    }
};

Answering::Answering(const Methods& methods, std::string_view message, const Caller& caller, const AnswerLimits& limits)
    : impl_{new Impl{methods, caller, limits}}
{
    try {
        impl_->parse(message);
    } catch (const std::exception& exception) {
        impl_->end_with(internal(exception));
    }
}

Answering::~Answering() = default;
Answering::Answering(Answering&&) noexcept = default;

bool Answering::done() const
{
    return impl_->next >= impl_->count;
}

bool Answering::next_is_quick() const
{
    const auto* object = impl_->next_request().if_object();
    const auto* method = object == nullptr ? nullptr : object->if_contains("method");
    const auto* name = method == nullptr ? nullptr : method->if_string();
    return name == nullptr || impl_->methods.is_quick({name->data(), name->size()});
}

void Answering::step()
{
    try {
        impl_->step();
    } catch (const std::exception& exception) {
        impl_->end_with(internal(exception));
    }
}

std::string Answering::take()
{
    return std::move(impl_->out);
}

std::string answer(const Methods& methods, std::string_view message, const Caller& caller, const AnswerLimits& limits)
{
    Answering answering{methods, message, caller, limits};
    while (!answering.done())
        answering.step();
    return answering.take();
}

} // namespace phala::node::rpc
