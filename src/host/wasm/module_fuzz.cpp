// Whatever bytes come, reading gives a module or an error, and what was read is written as a module that reads the same.
#include "host/wasm/instructions.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace phala;
    using namespace phala::host::wasm;
    Bytes input{0, 'a', 's', 'm', 1, 0, 0, 0};
    append(input, {data, size});
    auto module = read_module(input);
    if (!module)
        return 0;
    const Bytes written = write_module(*module);
    auto again = read_module(written);
    if (!again || write_module(*again) != written)
        std::abort();
    if (module->elements)
        (void)read_elements(*module->elements);
    if (module->data)
        (void)read_data(*module->data);
    for (const auto& body : module->bodies) {
        InstructionReader in{body.code};
        Instruction instruction;
        while (!in.at_end() && in.next(instruction)) {
        }
    }
    return 0;
}
