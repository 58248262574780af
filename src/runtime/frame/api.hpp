#pragma once
// Runtime APIs as types: what a host or a client may ask a runtime (spec substrate-host §4.6). From the list of them
// come the blob's exports, the versions it announces and what metadata says about them.
//
//   struct AuraApi {
//       static constexpr ApiId id = api_id(0xdd718d5cc53262d4);  // BLAKE2b-64 of the name; checked by tests/blob
//       static constexpr std::uint32_t version = 1;
//       static constexpr auto docs = "…";
//       struct slot_duration {                                   // a method: its fields are the arguments
//           static constexpr auto docs = "…";
//           static std::uint64_t answer();                       // or `answer() const`
//       };
//       using Methods = std::tuple<slot_duration, …>;
//   };
#include "base/reflect.hpp"
#include "primitives/version.hpp"
#include "runtime/frame/wire_name.hpp"
#include "runtime/log.hpp"

#include <tuple>

namespace phala::runtime {

/// The eight bytes that `id` shows when written as a hexadecimal number.
constexpr ApiId api_id(std::uint64_t id)
{
    ApiId out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(id >> (56 - 8 * i));
    return out;
}

template <class... Api>
struct ApiList {
    static constexpr std::size_t size = sizeof...(Api);

    /// Calls visit.template operator()<Api>() for each API.
    template <class Visit>
    static constexpr void for_each(Visit&& visit)
    {
        (visit.template operator()<Api>(), ...);
    }

    /// Calls visit.template operator()<Api, Method>() for each method of each API.
    template <class Visit>
    static constexpr void for_each_method(Visit&& visit)
    {
        for_each([&]<class A>() {
            [&]<class... Method>(std::tuple<Method...>*) {
                (visit.template operator()<A, Method>(), ...);
            }(static_cast<typename A::Methods*>(nullptr));
        });
    }

    static constexpr std::size_t method_count = [] {
        std::size_t count = 0;
        for_each_method([&]<class, class>() { ++count; });
        return count;
    }();

    static std::vector<std::pair<ApiId, std::uint32_t>> versions() { return {{Api::id, Api::version}...}; }
};

/// "AuraApi"
template <class Api>
inline constexpr std::string_view api_name = reflect::type_name<Api>;
/// "slot_duration"
template <class Method>
inline constexpr std::string_view method_name = wire_name(reflect::type_name<Method>);

/// Decodes the arguments of a method, runs it and encodes its answer. Arguments that do not decode end the call.
template <class Api, class Method>
Bytes answer_call(ByteView arguments)
{
    scale::Reader in{arguments};
    Method method{};
    if (!decode_from(in, method) || (in.remaining() != 0 && !in.refuse(scale::ScaleError::TrailingBytes)))
        panic("arguments of " + std::string{api_name<Api>} + "_" + std::string{method_name<Method>} + ": "
              + in.error().message());
    if constexpr (std::is_void_v<decltype(method.answer())>) {
        method.answer();
        return {};
    } else {
        return scale::encode(method.answer());
    }
}

} // namespace phala::runtime
