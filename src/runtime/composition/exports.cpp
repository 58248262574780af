// The exports of the runtime blob, one for each method of each API: <Api>_<method>, arguments in SCALE one after the
// other, result as address and length (spec substrate-host §4.6, §5.1). Each is three instructions that call `answer`
// below with the number of the method, so that the list of APIs (apis.hpp) is the only list.
#include "runtime/composition/apis.hpp"
#include "runtime/composition/assembly.hpp"
#include "runtime/frame/storage_io.hpp"

namespace phala::runtime::composition {
namespace {

using Answer = Bytes (*)(ByteView);

constexpr auto kAnswers = [] {
    std::array<Answer, Apis::method_count> out{};
    std::size_t at = 0;
    Apis::for_each_method([&]<class Api, class Method>() { out[at++] = answer_call<Api, Method>; });
    return out;
}();

consteval auto exports()
{
    Assembly<32'768> out;
    out << ".functype phala_answer (i32, i32, i32) -> (i64)\n";
    std::uint32_t number = 0;
    Apis::for_each_method([&]<class Api, class Method>() {
        const auto name = [&] { out << api_name<Api> << "_" << method_name<Method>; };
        out << ".section .text.";
        name();
        out << ",\"\",@\n.globl ";
        name();
        out << "\n.type ";
        name();
        out << ",@function\n.export_name ";
        name();
        out << ", ";
        name();
        out << "\n";
        name();
        out << ":\n.functype ";
        name();
        out << " (i32, i32) -> (i64)\nlocal.get 0\nlocal.get 1\ni32.const " << number++
            << "\ncall phala_answer\nend_function\n";
    });
    return out;
}

/// Hands bytes to the host. They stay allocated: the instance ends with the call.
std::uint64_t give(Bytes&& bytes)
{
    const auto& kept = *new Bytes{std::move(bytes)};
    return static_cast<std::uint64_t>(kept.size()) << 32 | reinterpret_cast<std::uintptr_t>(kept.data());
}

} // namespace
} // namespace phala::runtime::composition

asm((phala::runtime::composition::exports()));

extern "C" __attribute__((used)) std::uint64_t phala_answer(const std::uint8_t* data, std::uint32_t size,
                                                            std::uint32_t method)
{
    using namespace phala::runtime::composition;
    auto answer = kAnswers[method](phala::ByteView{data, size});
    phala::runtime::io::sync();
    return give(std::move(answer));
}
