#include "node/rpc/connection.hpp"

namespace phala::node::rpc {

namespace {

constexpr std::size_t kSmallMessage = 16U << 10U; // parsed in no time
constexpr std::size_t kLargeMessage = 128U << 10U;
constexpr int kQuickRun = 32; // quick requests in a row before other connections get their turn

AnswerLimits limits_of(const ServerOptions& options)
{
    return {options.max_response, options.max_batch};
}

bool only_this_machine(const std::string& address)
{
    error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    return !error && parsed.is_loopback();
}

/// Goes on with what has been parsed, or begins with the message.
awaitable<std::string> run_on_worker(Shared& shared, std::optional<Answering> answering, std::string message,
                                     Caller caller, Liveness alive)
{
    if (!answering)
        answering.emplace(shared.methods, message, caller, limits_of(shared.options));
    while (!answering->done() && *alive) {
        answering->step();
        if (!answering->done())
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    co_return answering->take();
}

awaitable<std::string> run_large(Shared& shared, std::string message, Caller caller, Liveness alive)
{
    Answering answering{shared.methods, message, caller, limits_of(shared.options)};
    while (!answering.done() && *alive)
        answering.step();
    co_return answering.take();
}

} // namespace

Shared::Shared(const Methods& m, ServerOptions o)
    : methods{m}, options{std::move(o)},
      unsafe_allowed{options.methods == MethodSet::Unsafe
                     || (options.methods == MethodSet::Auto && only_this_machine(options.address))},
      workers{options.workers}
{
}

awaitable<std::string> answer_message(Shared& shared, std::string message, Caller caller, Liveness alive)
{
    if (message.size() > kLargeMessage)
        co_return co_await asio::co_spawn(shared.large, run_large(shared, std::move(message), caller, std::move(alive)),
                                          asio::use_awaitable);
    std::optional<Answering> answering;
    if (message.size() <= kSmallMessage) {
        answering.emplace(shared.methods, message, caller, limits_of(shared.options));
        for (int i = 0; i < kQuickRun && !answering->done() && answering->next_is_quick(); ++i)
            answering->step();
        if (answering->done())
            co_return answering->take();
    }
    co_return co_await asio::co_spawn(
        shared.workers, run_on_worker(shared, std::move(answering), std::move(message), caller, std::move(alive)),
        asio::use_awaitable);
}

} // namespace phala::node::rpc
