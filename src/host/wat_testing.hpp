#pragma once
// For tests: Wasm from its text form.
#include "base/bytes.hpp"

#include <gtest/gtest.h>
#include <wasmtime.h>

namespace phala::host::testing {

/// The binary form of a module's text; what is wrong with the text fails the test, and nothing is returned.
inline Bytes wat(std::string_view text)
{
    wasm_byte_vec_t binary;
    if (auto* error = wasmtime_wat2wasm(text.data(), text.size(), &binary)) {
        wasm_byte_vec_t message;
        wasmtime_error_message(error, &message);
        ADD_FAILURE() << std::string{message.data, message.size} << "\n" << text;
        wasm_byte_vec_delete(&message);
        wasmtime_error_delete(error);
        return {};
    }
    Bytes out = to_bytes(std::string_view{binary.data, binary.size});
    wasm_byte_vec_delete(&binary);
    return out;
}

} // namespace phala::host::testing
