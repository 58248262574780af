#include "cli/dispatch_failure.hpp"

#include "runtime/khala/runtime.hpp"
#include "scale/codec.hpp"

namespace phala::cli {

using runtime::khala::Runtime;

std::string_view describe(EventsError error)
{
    switch (error) {
    case EventsError::NotUnderstood: return "the chain's events are of another runtime than this program knows";
    case EventsError::NotThere: return "the block does not tell what became of the transaction";
    }
    return "events";
}

namespace {

std::string module_error_text(const ModuleError& error)
{
    std::string out = "pallet " + std::to_string(error.index) + ", error " + std::to_string(error.error[0]);
    Runtime::for_each([&]<std::uint8_t Index, class Pallet>() {
        if constexpr (requires { typename Pallet::Error; })
            if (Index == error.index)
                for (const auto& [enumerator, name] : reflect::enumerators<typename Pallet::Error>)
                    if (static_cast<std::uint8_t>(enumerator) == error.error[0])
                        out = std::string{Pallet::name} + "." + std::string{name};
    });
    return out;
}

std::string text_of(const DispatchError& error)
{
    return error.what.visit([]<class T>(const T& reason) -> std::string {
        std::string kind{reflect::type_name<T>};
        if constexpr (std::is_same_v<T, dispatch_error::Module>)
            return module_error_text(reason._0);
        else if constexpr (requires { reason._0; })
            return kind + "." + std::string{reflect::enumerator_name(reason._0)};
        else
            return kind;
    });
}

/// Reads one event of that pallet; true where this worked. Outcomes of transactions are handed to `on_outcome`.
template <class OnOutcome>
bool read_event(scale::Reader& in, std::uint8_t pallet, OnOutcome on_outcome)
{
    bool done = false;
    Runtime::for_each([&]<std::uint8_t Index, class Pallet>() {
        if constexpr (requires { typename Pallet::Event; })
            if (Index == pallet) {
                typename Pallet::Event event;
                done = scale::decode_from(in, event);
                if constexpr (std::is_same_v<Pallet, runtime::system::Pallet>)
                    if (done)
                        on_outcome(event);
            }
    });
    return done;
}

} // namespace

Outcome<std::optional<std::string>> dispatch_failure(ByteView events, std::uint32_t index)
{
    scale::Reader in{events};
    u128 count = 0;
    if (!scale::decode_compact(in, count))
        return fail(EventsError::NotThere);
    std::optional<std::optional<std::string>> outcome;
    for (; count != 0; --count) {
        runtime::system::Phase phase;
        std::uint8_t pallet = 0;
        std::vector<H256> topics;
        const auto on_outcome = [&](const runtime::system::Pallet::Event& event) {
            const auto* applied = phase.phase.get_if<runtime::system::ApplyExtrinsic>();
            if (applied == nullptr || applied->_0 != index)
                return;
            if (const auto* failed = event.get_if<runtime::system::ExtrinsicFailed>())
                outcome = text_of(failed->dispatch_error);
            else if (event.is<runtime::system::ExtrinsicSuccess>())
                outcome.emplace();
        };
        if (!scale::decode_from(in, phase) || !in.read(&pallet, 1) || !read_event(in, pallet, on_outcome)
            || !scale::decode_from(in, topics))
            return fail(EventsError::NotUnderstood, "pallet " + std::to_string(pallet));
    }
    if (!outcome)
        return fail(EventsError::NotThere);
    return *outcome;
}

} // namespace phala::cli
