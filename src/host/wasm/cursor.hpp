#pragma once
// Reading the primitives of the Wasm binary format, bounds first.
#include "host/wasm/module.hpp"

namespace phala::host::wasm {

/// A position in borrowed bytes. The first refusal sticks; callers check `ok` or the returned bool.
class Cursor {
public:
    explicit Cursor(ByteView bytes, std::size_t base = 0) : bytes_{bytes}, base_{base} {}

    [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
    [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] ByteView bytes() const { return bytes_; }

    bool byte(std::uint8_t& out)
    {
        if (at_ == bytes_.size()) [[unlikely]]
            return refuse(WasmError::UnexpectedEnd);
        out = bytes_[at_++];
        return true;
    }

    bool view(ByteView& out, std::size_t count)
    {
        if (count > remaining()) [[unlikely]]
            return refuse(WasmError::UnexpectedEnd);
        out = bytes_.subspan(at_, count);
        at_ += count;
        return true;
    }

    /// Unsigned LEB128 of 32 bits: at most 5 bytes, no bits beyond the 32nd.
    bool u32(std::uint32_t& out);
    /// Signed LEB128 of `bits` bits (32, 33 or 64), unused bits equal to the sign.
    bool signed_leb(std::int64_t& out, unsigned bits);

    /// A count of items of which each takes at least one byte.
    bool count(std::uint32_t& out);
    bool text(std::string& out);

    bool refuse(WasmError error)
    {
        if (!refused_) {
            refused_ = true;
            error_ = error;
        }
        return false;
    }

    [[nodiscard]] Error error() const { return Error{error_, "at byte " + std::to_string(base_ + at_)}; }
    [[nodiscard]] std::unexpected<Error> failure() const { return std::unexpected<Error>{error()}; }

private:
    ByteView bytes_;
    std::size_t base_;
    std::size_t at_ = 0;
    bool refused_ = false;
    WasmError error_ = WasmError::UnexpectedEnd;
};

} // namespace phala::host::wasm
