#pragma once
// Calls made of calls: batches, derived senders.
#include "runtime/frame/pallet.hpp"

namespace phala::runtime::utility {

inline constexpr Name name{"Utility"};
struct Pallet;
template <class T>
Pallet pallet_of(const T&);

struct BatchInterrupted {
    std::uint32_t index;
    DispatchError error;
    static constexpr auto docs =
        "Batch of dispatches did not complete fully. Index of first failing dispatch given, as well as the error.";
    friend bool operator==(const BatchInterrupted&, const BatchInterrupted&) = default;
};
struct BatchCompleted {
    static constexpr auto docs = "Batch of dispatches completed fully with no error.";
    friend bool operator==(const BatchCompleted&, const BatchCompleted&) = default;
};
struct BatchCompletedWithErrors {
    static constexpr auto docs = "Batch of dispatches completed but has errors.";
    friend bool operator==(const BatchCompletedWithErrors&, const BatchCompletedWithErrors&) = default;
};
struct ItemCompleted {
    static constexpr auto docs = "A single item within a Batch of dispatches has completed with no error.";
    friend bool operator==(const ItemCompleted&, const ItemCompleted&) = default;
};
struct ItemFailed {
    DispatchError error;
    static constexpr auto docs = "A single item within a Batch of dispatches has completed with error.";
    friend bool operator==(const ItemFailed&, const ItemFailed&) = default;
};
struct DispatchedAs {
    DispatchResult result;
    static constexpr auto docs = "A call was dispatched.";
    friend bool operator==(const DispatchedAs&, const DispatchedAs&) = default;
};

enum class Error : std::uint8_t { TooManyCalls };
constexpr std::string_view enumerator_docs(Error error)
{
    switch (error) {
    case Error::TooManyCalls: return "Too many calls batched.";
    }
    return {};
}

namespace origin_caller {
struct system {
    Origin _0;
};
} // namespace origin_caller

/// On whose behalf dispatch_as runs its call.
struct OriginCaller {
    static constexpr auto path = runtime_path<"OriginCaller">;
    Variant<At<0, origin_caller::system>> caller;
};

struct batch {
    std::vector<RuntimeCall> calls;
    static constexpr auto docs =
        "Send a batch of dispatch calls. Stops at the first that fails, and keeps what the ones before it did.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct as_derivative {
    std::uint16_t index;
    Box<RuntimeCall> call;
    static constexpr auto docs = "Send a call through an indexed pseudonym of the sender.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(Signed caller) const;
};
struct batch_all {
    std::vector<RuntimeCall> calls;
    static constexpr auto docs =
        "Send a batch of dispatch calls and atomically execute them. The whole transaction will rollback and fail if any of the calls failed.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct dispatch_as {
    Box<OriginCaller> as_origin;
    Box<RuntimeCall> call;
    static constexpr auto docs =
        "Dispatches a function call with a provided origin. The dispatch origin for this call must be _Root_.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResult dispatch(Root) const;
};
struct force_batch {
    std::vector<RuntimeCall> calls;
    static constexpr auto docs =
        "Send a batch of dispatch calls. Unlike `batch`, it allows errors and won't interrupt.";
    [[nodiscard]] Weight weight() const;
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;
};
struct with_weight {
    Box<RuntimeCall> call;
    Weight weight_;
    static constexpr auto docs =
        "Dispatch a function call with a specified weight. The dispatch origin for this call must be _Root_.";
    [[nodiscard]] Weight weight() const { return weight_; }
    [[nodiscard]] DispatchClass dispatch_class() const;
    DispatchResult dispatch(Root) const;
};

inline constexpr std::uint32_t kBatchedCallsLimit = 10'922;

struct BatchedCallsLimit {
    static constexpr std::string_view name = "batched_calls_limit";
    static constexpr auto docs = "The limit on the number of batched calls.";
    static std::uint32_t value() { return kBatchedCallsLimit; }
};

struct Pallet {
    static constexpr std::string_view name = utility::name.view();
    static constexpr std::string_view crate = "pallet_utility";
    static constexpr std::uint16_t storage_version = 0;
    using Event = Variant<At<0, BatchInterrupted>, At<1, BatchCompleted>, At<2, BatchCompletedWithErrors>,
                          At<3, ItemCompleted>, At<4, ItemFailed>, At<5, DispatchedAs>>;
    using Error = utility::Error;
    using Call = Variant<At<0, batch>, At<1, as_derivative>, At<2, batch_all>, At<3, dispatch_as>, At<4, force_batch>,
                         At<5, with_weight>>;
    using Constants = std::tuple<BatchedCallsLimit>;
};

/// The account that as_derivative sends from.
AccountId derivative_account(const AccountId& who, std::uint16_t index);

} // namespace phala::runtime::utility
