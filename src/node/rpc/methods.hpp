#pragma once
// The table of RPC methods (spec substrate-host §8). A method is a function with typed parameters; reading them from
// JSON, names, aliases and the list of `rpc_methods` come from its registration.
#include "base/result.hpp"
#include "node/stats/histogram.hpp"
#include "primitives/types.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

namespace boost::json {
class value;
}

namespace phala::node::rpc {

/// An error as the client sees it.
struct RpcError {
    int code = 0;
    std::string message;
    std::string data = {}; ///< a text; empty: none
};

namespace code {
inline constexpr int kParse = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternal = -32603;
inline constexpr int kNoBatches = -32005;
inline constexpr int kTooManySubscriptions = -32006;
inline constexpr int kRequestTooBig = -32007;
inline constexpr int kResponseTooBig = -32008;
inline constexpr int kBatchTooBig = -32010;
inline constexpr int kTooManyRequests = -32999;
} // namespace code

/// JSON text of the result, ready to be sent; made by rpc/json.hpp.
using Reply = std::expected<std::string, RpcError>;

inline std::unexpected<RpcError> refuse(int code, std::string message, std::string data = {})
{
    return std::unexpected(RpcError{code, std::move(message), std::move(data)});
}

/// One number, hex number, or a list of them, as chain_getBlockHash takes.
struct NumberOrList {
    std::vector<BlockNumber> numbers;
    bool is_list = false;
};

namespace detail {

// Reading one JSON value as a parameter. False: not of that kind; what it should have been is `expected`.
bool read(const boost::json::value& json, bool& out, std::string& expected);
bool read(const boost::json::value& json, std::uint32_t& out, std::string& expected);
bool read(const boost::json::value& json, std::uint64_t& out, std::string& expected);
bool read(const boost::json::value& json, std::string& out, std::string& expected);
bool read(const boost::json::value& json, Bytes& out, std::string& expected);
bool read(const boost::json::value& json, H256& out, std::string& expected);
bool read(const boost::json::value& json, NumberOrList& out, std::string& expected);
bool read(const boost::json::value& json, std::vector<Bytes>& out, std::string& expected);

} // namespace detail

using Names = std::vector<std::string>;

/// Parameters of one request, by place or by name. Null and absent are the same.
class Params {
public:
    /// `json` is null, an array or an object and outlives this; null pointer: none.
    explicit Params(const boost::json::value* json) : json_{json} {}

    template <class T>
    std::expected<T, RpcError> get(std::size_t index, const Names& names) const
    {
        const boost::json::value* value = at(index, names);
        if constexpr (requires {
                          typename T::value_type;
                          requires std::is_same_v<T, std::optional<typename T::value_type>>;
                      }) {
            if (value == nullptr)
                return T{};
            auto inner = get<typename T::value_type>(index, names);
            if (!inner)
                return std::unexpected(std::move(inner.error()));
            return T{std::move(*inner)};
        } else {
            T out{};
            std::string expected;
            if (value == nullptr)
                return missing(names[index]);
            using detail::read; // or one beside the type
            if (!read(*value, out, expected))
                return wrong(names[index], expected);
            return out;
        }
    }

    /// An error if there are more parameters than `count` that are not null.
    [[nodiscard]] std::expected<void, RpcError> check_count(std::size_t count) const;

private:
    [[nodiscard]] const boost::json::value* at(std::size_t index, const Names& names) const;
    static std::unexpected<RpcError> missing(const std::string& name);
    static std::unexpected<RpcError> wrong(const std::string& name, const std::string& expected);

    const boost::json::value* json_;
};

/// One client's interest in something. Notifications are sent after the response that carries the id, in their order.
/// Safe from any thread.
class Subscription {
public:
    virtual ~Subscription() = default;
    [[nodiscard]] virtual const std::string& id() const = 0;
    /// Sends a notification whose result is this JSON text.
    virtual void notify(std::string result) = 0;
    /// The last notification has been given: the subscription ends behind it.
    virtual void finish() = 0;
    /// Runs a short task when little of what was notified still waits for the client to read; never if it is gone.
    virtual void when_read(std::function<void()> task) = 0;
    /// False once the client has unsubscribed or gone.
    [[nodiscard]] virtual bool alive() const = 0;
};

using SubscriptionRef = std::shared_ptr<Subscription>;

/// Whether a connection is still there. Its address tells connections apart.
using Liveness = std::shared_ptr<const std::atomic<bool>>;

/// One connection that stays: the transport's side of subscriptions.
class Session {
public:
    virtual ~Session() = default;
    virtual std::expected<SubscriptionRef, RpcError> open(const std::string& event) = 0;
    /// The subscription of that id on this connection, or none.
    [[nodiscard]] virtual SubscriptionRef find(const std::string& id) const = 0;
    /// True if there was such a subscription.
    virtual bool close(const std::string& id) = 0;
    /// Runs a short task once the response to the request in hand is queued: what it notifies comes after it.
    virtual void after_response(std::function<void()> task) = 0;
    [[nodiscard]] virtual Liveness liveness() const = 0;
};

/// What a stranger is told who asks for what is unsafe.
std::unexpected<RpcError> refuse_unsafe();

class RateLimit;

/// Who calls, and what that entitles to.
struct Caller {
    Session* session = nullptr; ///< none: a connection without subscriptions (HTTP)
    bool unsafe_allowed = false;
    RateLimit* rate = nullptr; ///< none: unlimited
};

/// What the transport must know of a method.
struct Traits {
    bool unsafe = false; ///< changes the node, or costs it much: refused to strangers
    bool quick = false;  ///< takes microseconds: not worth another thread
};

/// Calls of one method over one kind of connection since the start.
struct MethodCalls {
    std::string method;
    bool over_websocket = false;
    std::uint64_t started = 0;
    std::uint64_t failed = 0;
    HistogramReading took; ///< of the finished ones
};

class Methods {
public:
    Methods();
    Methods(const Methods&) = delete; // rpc_methods refers to the table it is in
    Methods& operator=(const Methods&) = delete;

    /// `function` takes the parameters in order (std::optional: may be absent) and gives a Reply.
    /// The first name is the usual one, the others are aliases.
    template <class F>
    void add(const Names& names, Names params, F function, Traits traits = {})
    {
        insert(
            names,
            [params = std::move(params), function = std::move(function)](const Params& in, const Caller&) {
                return apply(in, params, function, &F::operator());
            },
            traits);
    }

    /// As add, for what only makes sense on a connection that stays: `function` takes the Session& first.
    template <class F>
    void add_on_connection(const Names& names, Names params, F function)
    {
        insert(names,
               [params = std::move(params), function = std::move(function)](const Params& in,
                                                                            const Caller& caller) -> Reply {
                   if (caller.session == nullptr)
                       return needs_connection();
                   return apply(
                       in, params,
                       [&]<class... T>(T&&... arguments) {
                           return function(*caller.session, std::forward<T>(arguments)...);
                       },
                       skip_first(&F::operator()));
               });
    }

    /// `function` takes the subscription, then the Caller if it wants to know, then the parameters, and gives
    /// std::expected<void, RpcError>.
    template <class F>
    void add_subscription(const Names& subscribe, const Names& unsubscribe, std::string event, Names params, F function)
    {
        insert(subscribe,
               [params = std::move(params), event = std::move(event),
                function = std::move(function)](const Params& in, const Caller& caller) -> Reply {
                   if (caller.session == nullptr)
                       return needs_connection();
                   auto subscription = caller.session->open(event);
                   if (!subscription)
                       return std::unexpected(std::move(subscription.error()));
                   const std::string& id = (*subscription)->id();
                   auto started = apply(
                       in, params,
                       [&]<class... T>(T&&... arguments) {
                           if constexpr (std::is_invocable_v<const F&, const SubscriptionRef&, const Caller&, T...>)
                               return function(*subscription, caller, std::forward<T>(arguments)...);
                           else
                               return function(*subscription, std::forward<T>(arguments)...);
                       },
                       skip_first(&F::operator()));
                   if (!started) {
                       caller.session->close(id);
                       return std::unexpected(std::move(started.error()));
                   }
                   return quoted(id);
               });
        insert(unsubscribe, [](const Params& in, const Caller& caller) { return unsubscribe_call(in, caller); });
    }

    /// Result of a call, or the error. Unknown names are an error with the message "Method not found".
    Reply call(std::string_view name, const Params& params, const Caller& caller) const;

    /// Of the methods that were called, for metrics.
    [[nodiscard]] std::vector<MethodCalls> calls() const;

    /// False also for unknown names.
    [[nodiscard]] bool is_quick(std::string_view name) const;

    /// Every name that can be called, sorted.
    [[nodiscard]] Names names() const;

private:
    using Handler = std::function<Reply(const Params&, const Caller&)>;
    struct Calls {
        std::atomic<std::uint64_t> started{0};
        std::atomic<std::uint64_t> failed{0};
        Histogram took;
    };
    struct Method {
        Method(std::string n, Handler h, Traits t) : name{std::move(n)}, handler{std::move(h)}, traits{t} {}
        std::string name; ///< the usual one
        Handler handler;
        Traits traits;
        mutable std::array<Calls, 2> calls; ///< over HTTP, over WebSocket
    };

    template <class... Argument>
    struct Signature {};

    template <class R, class C, class First, class... Rest>
    static Signature<std::remove_cvref_t<Rest>...> skip_first(R (C::*)(First, Rest...) const)
    {
        return {};
    }

    template <class R, class C, class First, class... Rest>
    static Signature<std::remove_cvref_t<Rest>...> skip_first(R (C::*)(First, const Caller&, Rest...) const)
    {
        return {};
    }

    template <class F, class R, class C, class... Argument>
    static auto apply(const Params& in, const Names& names, const F& function, R (C::*)(Argument...) const)
    {
        return apply(in, names, function, Signature<std::remove_cvref_t<Argument>...>{});
    }

    template <class F, class... Argument>
    static auto apply(const Params& in, const Names& names, const F& function, Signature<Argument...>)
        -> std::invoke_result_t<F, Argument...>
    {
        if (auto fits = in.check_count(sizeof...(Argument)); !fits)
            return std::unexpected(std::move(fits.error()));
        return [&]<std::size_t... I>(std::index_sequence<I...>) -> std::invoke_result_t<F, Argument...> {
            std::tuple<std::expected<Argument, RpcError>...> arguments{in.get<Argument>(I, names)...};
            std::optional<RpcError> error;
            ((std::get<I>(arguments) || error || (error = std::get<I>(arguments).error(), true)), ...);
            if (error)
                return std::unexpected(std::move(*error));
            return function(std::move(*std::get<I>(arguments))...);
        }(std::index_sequence_for<Argument...>{});
    }

    void insert(const Names& names, Handler handler, Traits traits = {});
    static std::string quoted(const std::string& id);
    static Reply needs_connection();
    static Reply unsubscribe_call(const Params& in, const Caller& caller);

    std::map<std::string, std::shared_ptr<const Method>, std::less<>> methods_;
};

} // namespace phala::node::rpc
