#pragma once
#include "host/error.hpp"
#include "host/host_functions.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace phala::host {

class VectorMemory final : public LinearMemory {
public:
    std::span<std::uint8_t> bytes() override { return bytes_; }
    bool grow(std::uint32_t pages) override
    {
        bytes_.resize(bytes_.size() + std::size_t{pages} * kPageSize);
        return true;
    }

private:
    Bytes bytes_ = Bytes(kPageSize);
};

/// Calls host functions as a runtime does, with arguments laid into its memory.
class HostFunctions : public testing::Test {
protected:
    explicit HostFunctions(const StateReader& base = empty_state()) : overlay{base} {}

    VectorMemory memory;
    Overlay overlay;
    CallContext context{.overlay = overlay};
    VersionOfCode no_version = [](ByteView) { return std::nullopt; };
    Guest guest{memory, 1024, context, no_version};

    std::uint64_t at(ByteView bytes) { return guest.store(bytes).value(); }
    std::uint64_t fat(ByteView bytes) { return std::uint64_t{bytes.size()} << 32 | at(bytes); }

    Outcome<std::uint64_t> call(std::string_view name, std::vector<std::uint64_t> arguments)
    {
        const auto all = host_functions();
        const auto found = std::ranges::find(all, name, &HostFunction::name);
        if (found == all.end() || found->params.size() != arguments.size())
            return fail(HostError::MissingExport, std::string{name});
        return found->invoke(guest, arguments);
    }

    Bytes bytes_at(std::uint64_t pointer, std::size_t size)
    {
        const auto region = guest.region(static_cast<std::uint32_t>(pointer), static_cast<std::uint32_t>(size));
        return region ? to_bytes(*region) : Bytes{};
    }
    Bytes bytes_of_fat(std::uint64_t raw) { return bytes_at(raw & 0xffff'ffff, raw >> 32); }

    Bytes call_fat(std::string_view name, std::vector<std::uint64_t> arguments)
    {
        const auto result = call(name, std::move(arguments));
        EXPECT_TRUE(result) << result.error().message();
        return result ? bytes_of_fat(*result) : Bytes{};
    }
};

} // namespace phala::host
