#pragma once
// Turns a plain C++ function into a host function: its Wasm signature, the reading and checking of its arguments and
// the writing of its result follow from its C++ signature.
//
//   parameter            Wasm   what the runtime passes
//   ByteView             i64    fat pointer (length << 32 | address) to bytes
//   Scaled<T>            i64    fat pointer to the encoding of a T
//   Output               i64    fat pointer to memory to write to
//   Fixed<N>             i32    address of N bytes
//   std::uint32_t        i32
//   std::uint64_t        i64
//   StateVersion         i32
//
//   result               Wasm   what the runtime gets
//   void                 -
//   bool, std::uint32_t  i32
//   std::uint64_t        i64
//   ByteArray<N>         i32    address of N new bytes
//   Raw                  i64    fat pointer to new bytes
//   any other T          i64    fat pointer to the new encoding of a T
#include "host/error.hpp"
#include "host/host_functions.hpp"
#include "scale/codec.hpp"

namespace phala::host {

template <std::size_t N>
struct Fixed {
    std::span<const std::uint8_t, N> bytes;
    [[nodiscard]] ByteArray<N> array() const { return array_of<N>(bytes); }
};

template <class T>
struct Scaled {
    T value;
};

struct Output {
    std::span<std::uint8_t> bytes;
};

struct Raw {
    Bytes bytes;
};

namespace bind {

template <class T>
struct Parameter;

inline Outcome<std::span<std::uint8_t>> fat_region(Guest& guest, std::uint64_t raw)
{
    return guest.region(static_cast<std::uint32_t>(raw), static_cast<std::uint32_t>(raw >> 32));
}

inline Outcome<std::uint64_t> store_fat(Guest& guest, ByteView bytes)
{
    PHALA_TRY(const std::uint32_t pointer, guest.store(bytes));
    return std::uint64_t{bytes.size()} << 32 | pointer;
}

template <>
struct Parameter<std::uint32_t> {
    static constexpr WasmType type = WasmType::I32;
    static Outcome<std::uint32_t> read(Guest&, std::uint64_t raw) { return static_cast<std::uint32_t>(raw); }
};

template <>
struct Parameter<std::uint64_t> {
    static constexpr WasmType type = WasmType::I64;
    static Outcome<std::uint64_t> read(Guest&, std::uint64_t raw) { return raw; }
};

template <>
struct Parameter<StateVersion> {
    static constexpr WasmType type = WasmType::I32;
    static Outcome<StateVersion> read(Guest&, std::uint64_t raw)
    {
        const auto version = static_cast<std::uint32_t>(raw);
        if (version > 1)
            return fail(HostError::Trap, "unknown state version " + std::to_string(version));
        return static_cast<StateVersion>(version);
    }
};

template <>
struct Parameter<ByteView> {
    static constexpr WasmType type = WasmType::I64;
    static Outcome<ByteView> read(Guest& guest, std::uint64_t raw)
    {
        PHALA_TRY(const auto bytes, fat_region(guest, raw));
        return ByteView{bytes};
    }
};

template <>
struct Parameter<Output> {
    static constexpr WasmType type = WasmType::I64;
    static Outcome<Output> read(Guest& guest, std::uint64_t raw)
    {
        PHALA_TRY(const auto bytes, fat_region(guest, raw));
        return Output{bytes};
    }
};

template <std::size_t N>
struct Parameter<Fixed<N>> {
    static constexpr WasmType type = WasmType::I32;
    static Outcome<Fixed<N>> read(Guest& guest, std::uint64_t raw)
    {
        PHALA_TRY(const auto bytes, guest.region(static_cast<std::uint32_t>(raw), N));
        return Fixed<N>{ByteView{bytes}.template first<N>()};
    }
};

template <class T>
struct Parameter<Scaled<T>> {
    static constexpr WasmType type = WasmType::I64;
    static Outcome<Scaled<T>> read(Guest& guest, std::uint64_t raw)
    {
        PHALA_TRY(const auto bytes, fat_region(guest, raw));
        PHALA_TRY(T value, scale::decode<T>(ByteView{bytes}));
        return Scaled<T>{std::move(value)};
    }
};

template <class T>
struct Result {
    static constexpr std::optional<WasmType> type = WasmType::I64;
    static Outcome<std::uint64_t> write(Guest& guest, const T& value) { return store_fat(guest, scale::encode(value)); }
};

template <>
struct Result<Raw> {
    static constexpr std::optional<WasmType> type = WasmType::I64;
    static Outcome<std::uint64_t> write(Guest& guest, const Raw& value) { return store_fat(guest, value.bytes); }
};

template <std::size_t N>
struct Result<ByteArray<N>> {
    static constexpr std::optional<WasmType> type = WasmType::I32;
    static Outcome<std::uint64_t> write(Guest& guest, const ByteArray<N>& value)
    {
        PHALA_TRY(const std::uint32_t pointer, guest.store(value));
        return pointer;
    }
};

template <class Integer, WasmType Type>
struct PlainResult {
    static constexpr std::optional<WasmType> type = Type;
    static Outcome<std::uint64_t> write(Guest&, Integer value) { return std::uint64_t{value}; }
};
template <>
struct Result<bool> : PlainResult<bool, WasmType::I32> {};
template <>
struct Result<std::uint32_t> : PlainResult<std::uint32_t, WasmType::I32> {};
template <>
struct Result<std::uint64_t> : PlainResult<std::uint64_t, WasmType::I64> {};
template <>
struct Result<void> {
    static constexpr std::optional<WasmType> type = std::nullopt;
};

template <auto Function>
struct Bound;

template <class R, class... A, Outcome<R> (*Function)(Guest&, A...)>
struct Bound<Function> {
    static constexpr std::array<WasmType, sizeof...(A)> params{Parameter<A>::type...};
    static constexpr std::optional<WasmType> result = Result<R>::type;

    static Outcome<std::uint64_t> invoke(Guest& guest, std::span<const std::uint64_t> arguments)
    {
        return invoke_with(guest, arguments, std::index_sequence_for<A...>{});
    }

private:
    template <std::size_t... I>
    static Outcome<std::uint64_t> invoke_with(Guest& guest, std::span<const std::uint64_t> arguments,
                                              std::index_sequence<I...>)
    {
        std::tuple<Outcome<A>...> read{Parameter<A>::read(guest, arguments[I])...};
        const Error* bad = nullptr;
        ((bad = bad == nullptr && !std::get<I>(read) ? &std::get<I>(read).error() : bad), ...);
        if (bad != nullptr)
            return std::unexpected<Error>{*bad};
        auto value = Function(guest, std::move(*std::get<I>(read))...);
        if (!value)
            return std::unexpected<Error>{std::move(value.error())};
        if constexpr (std::is_void_v<R>)
            return 0;
        else
            return Result<R>::write(guest, *value);
    }
};

} // namespace bind

/// The table entry of a function under a name of the host interface.
template <auto Function>
constexpr HostFunction host_function(std::string_view name)
{
    using Bound = bind::Bound<Function>;
    return {name, Bound::params, Bound::result, &Bound::invoke};
}

/// The parts of the table, one per file.
std::span<const HostFunction> storage_functions();
std::span<const HostFunction> child_storage_functions();
std::span<const HostFunction> offchain_functions();
std::span<const HostFunction> crypto_functions();
std::span<const HostFunction> hashing_functions();
std::span<const HostFunction> misc_functions();

} // namespace phala::host
