#pragma once
// A call of any pallet of the composition. Calls are structs (STYLE-ANCHORS §4.2); this holds one of them together
// with the operations its pallet instantiates, so that utility and sudo can hold calls they do not know.
#include "runtime/frame/dispatch.hpp"
#include "runtime/frame/runtime_path.hpp"

namespace phala::runtime {

/// What can be done with a call of one type. One constant table per pallet.
struct CallOps {
    std::uint8_t index;
    std::string_view name;
    void* (*decode)(scale::Reader&); ///< null after Reader::refuse
    std::size_t (*size)(const void*);
    std::uint8_t* (*put)(std::uint8_t*, const void*);
    void* (*clone)(const void*);
    void (*destroy)(void*);
    DispatchInfo (*info)(const void*);
    DispatchResultWithPostInfo (*dispatch)(const void*, const Origin&);
};

/// The operations of a call of the composition; null where there is no such pallet or call.
const CallOps* find_call(std::uint8_t pallet, std::uint8_t call);

namespace detail {
template <class Variant, class T>
consteval std::uint8_t index_in()
{
    int found = -1;
    Variant::for_each([&]<std::uint8_t Index, class Alternative>() {
        if (std::is_same_v<T, Alternative>)
            found = Index;
    });
    return static_cast<std::uint8_t>(found); // not a constant where T is no alternative
}
} // namespace detail

class RuntimeCall {
public:
    static constexpr std::string_view path = runtime_path<"RuntimeCall">; // a variant of all pallets' calls in metadata

    RuntimeCall() = default; ///< holds no call: only to be decoded into or assigned to
    template <PalletItem Call>
    RuntimeCall(Call call) // implicit: a call of a pallet is a call of the runtime
        : pallet_{pallet_index_of<Call>()},
          ops_{find_call(pallet_, detail::index_in<typename PalletOf<Call>::Call, Call>())},
          call_{new Call(std::move(call))}
    {
    }
    RuntimeCall(const RuntimeCall& other)
        : pallet_{other.pallet_}, ops_{other.ops_},
          call_{other.ops_ == nullptr ? nullptr : other.ops_->clone(other.call_)}
    {
    }
    RuntimeCall(RuntimeCall&& other) noexcept
        : pallet_{other.pallet_}, ops_{std::exchange(other.ops_, nullptr)}, call_{std::exchange(other.call_, nullptr)}
    {
    }
    RuntimeCall& operator=(RuntimeCall other) noexcept
    {
        std::swap(pallet_, other.pallet_);
        std::swap(ops_, other.ops_);
        std::swap(call_, other.call_);
        return *this;
    }
    ~RuntimeCall()
    {
        if (ops_ != nullptr)
            ops_->destroy(call_);
    }

    [[nodiscard]] std::uint8_t pallet() const { return pallet_; }
    [[nodiscard]] std::uint8_t index() const { return ops_->index; }
    [[nodiscard]] std::string_view name() const { return ops_->name; }
    [[nodiscard]] DispatchInfo info() const { return ops_->info(call_); }

    /// The call as T, or null where it is another one.
    template <class T>
    [[nodiscard]] const T* get_if() const
    {
        const bool same = ops_ != nullptr && pallet_ == pallet_index_of<T>()
                          && ops_->index == detail::index_in<typename PalletOf<T>::Call, T>();
        return same ? static_cast<const T*>(call_) : nullptr;
    }

    /// Runs the call in a storage layer of its own: what a failing call changed is undone.
    DispatchResultWithPostInfo dispatch(const Origin& origin) const;

    friend bool operator==(const RuntimeCall& a, const RuntimeCall& b);

private:
    friend struct scale::Codec<RuntimeCall>;
    std::uint8_t pallet_ = 0;
    const CallOps* ops_ = nullptr;
    void* call_ = nullptr;
};

} // namespace phala::runtime

namespace phala::scale {
template <>
struct Codec<runtime::RuntimeCall> {
    static constexpr std::size_t min_size = 2;
    static std::size_t size(const runtime::RuntimeCall& call);
    static std::uint8_t* put(std::uint8_t* at, const runtime::RuntimeCall& call);
    static bool decode(Reader& in, runtime::RuntimeCall& call);
};
} // namespace phala::scale
