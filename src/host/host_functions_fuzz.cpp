// A runtime that passes anything to any host function, in any order, gets results or errors.
#include "host/host_functions.hpp"

namespace {

using namespace phala;
using namespace phala::host;

class SmallMemory final : public LinearMemory {
public:
    explicit SmallMemory(ByteView content) : bytes_(kPageSize)
    {
        std::memcpy(bytes_.data(), content.data(), std::min(content.size(), bytes_.size()));
    }
    std::span<std::uint8_t> bytes() override { return bytes_; }
    bool grow(std::uint32_t pages) override
    {
        if (pages > 4 || bytes_.size() > 8 * kPageSize)
            return false;
        bytes_.resize(bytes_.size() + std::size_t{pages} * kPageSize);
        return true;
    }

private:
    Bytes bytes_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    ByteView rest{data, size};
    SmallMemory memory{rest};
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    const VersionOfCode no_version = [](ByteView) { return std::nullopt; };
    Guest guest{memory, 512, context, no_version};
    const auto functions = host_functions();
    const auto take = [&] {
        const std::uint8_t byte = rest.empty() ? 0 : rest.front();
        rest = rest.subspan(rest.empty() ? 0 : 1);
        return std::uint64_t{byte};
    };
    while (!rest.empty()) {
        const auto& function = functions[take() % functions.size()];
        std::vector<std::uint64_t> arguments;
        for (const auto type : function.params) // mostly inside the memory, sometimes far away
            arguments.push_back(type == WasmType::I64 ? take() << 32 | take() << (take() % 8 == 0 ? 28 : 0)
                                                      : take() * 4);
        if (const auto result = function.invoke(guest, arguments); !result && result.error().message().empty())
            std::abort();
    }
    while (guest.open_transactions() != 0)
        if (!overlay.rollback_transaction())
            std::abort();
    if (!overlay.changes(StateVersion::V1))
        std::abort();
    return 0;
}
