#pragma once
// What both kinds of connections share: for .cpp files only, it is heavy.
#include "node/rpc/answering.hpp"
#include "node/rpc/rate_limit.hpp"
#include "node/rpc/server.hpp"

#include <boost/asio.hpp>
#include <map>
#include <mutex>

namespace phala::node::rpc {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;

/// For calls whose failure is part of the flow: no exceptions.
inline constexpr auto quiet = asio::as_tuple(asio::use_awaitable);

/// Open connections, so that the server can end them.
class Connections {
public:
    using Closer = std::function<void()>; ///< from any thread; returns at once
    std::uint64_t add(Closer closer)
    {
        const std::lock_guard lock{mutex_};
        if (ended_)
            closer();
        closers_.emplace(++last_, std::move(closer));
        return last_;
    }
    void replace(std::uint64_t id, Closer closer)
    {
        const std::lock_guard lock{mutex_};
        if (ended_)
            closer();
        closers_[id] = std::move(closer);
    }
    void remove(std::uint64_t id)
    {
        const std::lock_guard lock{mutex_};
        closers_.erase(id);
    }
    /// Also those that are added later.
    void close_all()
    {
        const std::lock_guard lock{mutex_};
        ended_ = true;
        for (const auto& [id, closer] : closers_)
            closer();
    }

private:
    std::mutex mutex_;
    std::map<std::uint64_t, Closer> closers_;
    std::uint64_t last_ = 0;
    bool ended_ = false;
};

/// One entry of Connections, for as long as this lives.
class Registered {
public:
    Registered(Connections& connections, Connections::Closer closer)
        : connections_{connections}, id_{connections.add(std::move(closer))}
    {
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() { connections_.remove(id_); }
    void replace(Connections::Closer closer) { connections_.replace(id_, std::move(closer)); }

private:
    Connections& connections_;
    std::uint64_t id_;
};

struct Shared {
    Shared(const Methods& m, ServerOptions o);

    const Methods& methods;
    const ServerOptions options;
    const bool unsafe_allowed;
    asio::thread_pool workers;
    /// Large messages are worked on one at a time, for what they take in memory.
    asio::strand<asio::thread_pool::executor_type> large{asio::make_strand(workers)};
    Connections connections{};
    std::atomic<std::size_t> count{0};
};

/// The answer to a message: quick methods run here, the others on a worker thread, where a batch makes way for others
/// after each of its requests. What is left of it is dropped once the caller is gone.
awaitable<std::string> answer_message(Shared& shared, std::string message, Caller caller, Liveness alive);

} // namespace phala::node::rpc
