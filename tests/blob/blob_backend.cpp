// The pallets' unit tests against the blob: what they ask of the executive, and the calls they dispatch, is answered by
// the runtime blob on our host, on the same plain map that the tests look at and prepare. This file stands for
// frame/executive.cpp and frame/dispatch_call.cpp.
#include "dev_chain.hpp"

#include "host/engine.hpp"
#include "runtime/frame/call.hpp"
#include "runtime/frame/executive.hpp"
#include "runtime/frame/storage_io.hpp"
#include "runtime/log.hpp"
#include "runtime/testing/blob/dispatched.hpp"
#include "runtime/testing/map_state.hpp"

#include <gtest/gtest.h>

namespace phala::runtime {
namespace {

template <class T>
T must(Outcome<T> outcome)
{
    if (!outcome)
        panic(outcome.error().message());
    return std::move(*outcome);
}

/// The map as the host reads a state: a trie, made again when the tests replace the map.
class Base {
public:
    const host::TrieState& of(const testing::State& state)
    {
        if (!reader_ || state != state_) {
            state_ = state;
            host::Overlay overlay{host::empty_state()};
            for (const auto& [key, value] : state)
                overlay.set(key, value);
            auto changes = must(overlay.changes(host::StateVersion::V0));
            nodes_ = std::make_unique<trie::MemoryNodes>();
            nodes_->insert(std::move(changes.trie.inserted));
            reader_.emplace(*nodes_, changes.trie.root);
        }
        return *reader_;
    }

private:
    testing::State state_;
    std::unique_ptr<trie::MemoryNodes> nodes_;
    std::optional<host::TrieState> reader_;
};

struct Blob {
    host::Engine engine{{}};
    std::shared_ptr<const host::Runtime> runtime;

    Blob() { runtime = must(engine.load(phala::testing::read_blob("khala_runtime_testing"))); }
};

const host::Runtime& blob()
{
    static const Blob instance;
    return *instance.runtime;
}

/// Compiled before the first test, so that tests that expect a panic, which run in a copy of the process, have it.
[[maybe_unused]] const auto* const kLoaded = ::testing::AddGlobalTestEnvironment([] {
    struct Load : ::testing::Environment {
        void SetUp() override { (void)blob(); }
    };
    return new Load;
}());

/// Runs a function of the blob on the map. What it wrote is in the map afterwards; an error is a panic.
Bytes run(std::string_view function, ByteView arguments)
{
    // What this block wrote so far is a change on top of the state below it, as in a node.
    static Base instance;
    const testing::State& base = testing::base_state();
    const testing::State& now = testing::state();
    host::Overlay overlay{instance.of(base)};
    for (const auto& [key, value] : base)
        if (!now.contains(key))
            overlay.remove(key);
    for (const auto& [key, value] : now)
        if (const auto before = base.find(key); before == base.end() || before->second != value)
            overlay.set(key, value);

    host::CallContext context{.overlay = overlay};
    Bytes answer = must(blob().call(function, arguments, context));
    const auto changes = must(overlay.changes(host::StateVersion::V0));
    for (const auto& [key, value] : changes.storage)
        if (value)
            io::set(key, *value);
        else
            io::clear(key);
    return answer;
}

template <class T>
T ask(std::string_view function, ByteView arguments = {})
{
    auto value = scale::decode<T>(run(function, arguments));
    if (!value)
        panic(std::string{function} + ": " + value.error().message());
    return std::move(*value);
}

} // namespace

namespace executive {

InclusionMode initialize_block(const Header& header)
{
    return ask<InclusionMode>("Core_initialize_block", scale::encode(header));
}

ApplyResult apply_extrinsic(ByteView extrinsic)
{
    return ask<ApplyResult>("BlockBuilder_apply_extrinsic", scale::encode(to_bytes(extrinsic)));
}

Header finalize_block()
{
    return ask<Header>("BlockBuilder_finalize_block");
}

void execute_block(const Block& block)
{
    (void)run("Core_execute_block", scale::encode(block));
}

std::vector<Bytes> inherent_extrinsics(const InherentData& data)
{
    return ask<std::vector<Bytes>>("BlockBuilder_inherent_extrinsics", scale::encode(data));
}

CheckInherentsResult check_inherents(const Block& block, const InherentData& data)
{
    return ask<CheckInherentsResult>("BlockBuilder_check_inherents", scale::encode(block, data));
}

TransactionValidity validate_transaction(TransactionSource source, ByteView extrinsic, const H256& at)
{
    return ask<TransactionValidity>("TaggedTransactionQueue_validate_transaction",
                                    scale::encode(source, to_bytes(extrinsic), at));
}

} // namespace executive

DispatchResultWithPostInfo RuntimeCall::dispatch(const Origin& origin) const
{
    const auto result = ask<testing::Dispatched>("Testing_dispatch", scale::encode(origin, *this));
    const PostDispatchInfo post{result.actual_weight, result.pays_fee};
    if (result.error)
        return std::unexpected{DispatchFailure{*result.error, post}};
    return post;
}

} // namespace phala::runtime
