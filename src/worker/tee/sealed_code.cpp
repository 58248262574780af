#include "worker/tee/sealed_code.hpp"

#include "host/compiled_files.hpp"

namespace phala::worker::tee {

namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{512} << 20;

class SealedCode final : public engine::CompiledStore {
public:
    SealedCode(const std::string& folder, Secret<32> key) : files_{{folder, std::move(key), kMaxBytes}} {}

    std::optional<Bytes> find(const std::string& name) override { return files_.find(name); }
    void keep(const std::string& name, ByteView code) override
    {
        (void)files_.store(name, code); // what cannot be written is compiled again after the next start
    }

private:
    host::CompiledFiles files_;
};

} // namespace

std::unique_ptr<engine::CompiledStore> sealed_code(const std::string& folder, Secret<32> key)
{
    return std::make_unique<SealedCode>(folder, std::move(key));
}

} // namespace phala::worker::tee
