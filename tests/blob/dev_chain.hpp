#pragma once
// A chain made of nothing but the runtime blob and the host: what a node does, without a node.
#include "crypto/key_pair.hpp"
#include "host/engine.hpp"
#include "primitives/extrinsic.hpp"
#include "primitives/header.hpp"
#include "primitives/inherent.hpp"
#include "primitives/validity.hpp"

namespace phala::testing {

/// State and head of a chain whose blocks are built and executed by the runtime. Failures are for tests: they abort.
class DevChain {
public:
    /// Genesis of a preset of the blob of that name (read_blob).
    DevChain(std::string_view blob, std::string_view preset);

    /// A call on the state of the head; its changes are dropped.
    [[nodiscard]] Outcome<Bytes> call(std::string_view function, ByteView arguments) const;

    template <class T>
    [[nodiscard]] T query(std::string_view function, ByteView arguments = {}) const
    {
        return must(scale::decode<T>(must(call(function, arguments))));
    }

    struct Built {
        Block block;
        std::vector<Bytes> results; ///< ApplyExtrinsicResult of each extrinsic, inherents first
    };
    /// Builds a block on the head; the head stays.
    [[nodiscard]] Built build(const std::vector<Bytes>& extrinsics) const;

    /// Executes a block on the head and moves the head there. What follows is done by the code that the block left.
    Outcome<> import(const Block& block);

    [[nodiscard]] std::optional<Bytes> storage(ByteView key) const;
    [[nodiscard]] const Header& head() const { return head_; }
    [[nodiscard]] const host::Runtime& runtime() const { return *runtime_; }
    [[nodiscard]] std::vector<std::string> runtime_log() const { return log_; }

    /// A signed immortal extrinsic with length prefix.
    [[nodiscard]] Bytes sign(std::string_view uri, Nonce nonce, ByteView call, Balance tip = 0) const;

    template <class T>
    static T must(Outcome<T> outcome)
    {
        if (!outcome)
            give_up(outcome.error().message());
        return std::move(*outcome);
    }

private:
    [[noreturn]] static void give_up(const std::string& why);
    friend Bytes read_blob(std::string_view name);
    host::CallContext context(host::Overlay& overlay) const;

    host::Engine engine_{{}};
    std::shared_ptr<const host::Runtime> runtime_;
    trie::MemoryNodes nodes_;
    Header head_{};
    H256 genesis_{};
    mutable std::vector<std::string> log_;
};

/// A runtime blob as preset wasm built it, by the name of its file: "khala_runtime". Without it the tests end.
Bytes read_blob(std::string_view name);

/// System.Account's storage key.
Bytes account_key(const AccountId& who);

} // namespace phala::testing
