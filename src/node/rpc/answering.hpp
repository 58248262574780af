#pragma once
// From the text of a message to the text of its answer (spec substrate-host §8.1).
#include "node/rpc/methods.hpp"

namespace phala::node::rpc {

struct AnswerLimits {
    std::size_t max_response = 15U << 20U; ///< bytes, of a batch as a whole too
    std::size_t max_batch = 10'000;        ///< requests of a batch; 0: batches are refused
};

/// One message, a request or a batch of them, on the way to its answer. Nothing here throws, and the answer is never
/// longer than the limit but for an error that says so.
class Answering {
public:
    /// Parses. `methods` and what `caller` points to outlive this; `message` need not.
    Answering(const Methods& methods, std::string_view message, const Caller& caller, const AnswerLimits& limits);
    ~Answering();
    Answering(Answering&&) noexcept;
    Answering& operator=(Answering&&) = delete;

    [[nodiscard]] bool done() const;
    /// The next request takes microseconds.
    [[nodiscard]] bool next_is_quick() const;
    /// Answers the next request.
    void step();
    /// The answer; empty: there is nothing to say. Once, when done.
    [[nodiscard]] std::string take();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// All of it at once.
std::string answer(const Methods& methods, std::string_view message, const Caller& caller, const AnswerLimits& limits);

/// The text of an error response; `id` is JSON.
std::string error_text(std::string_view id, const RpcError& error);
RpcError response_too_big(std::size_t limit);

} // namespace phala::node::rpc
