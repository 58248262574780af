#include "worker/tee/provider.hpp"

#include "crypto/kdf.hpp"
#include "crypto/random.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace phala::worker::tee {

std::string_view describe(TeeError error)
{
    switch (error) {
    case TeeError::CannotSeal: return "cannot write a sealed file";
    case TeeError::CannotUnseal: return "cannot read back what was sealed";
    case TeeError::Unavailable: return "this machine has no such trusted execution environment";
    }
    return "tee";
}

namespace {

constexpr std::string_view kRootFile = "software-root.key";

/// Writes a new file that only its owner can read, whole or not at all.
Outcome<> write_private_file(const std::filesystem::path& path, ByteView bytes)
{
    namespace fs = std::filesystem;
    const fs::path part = path.string() + ".part";
    std::error_code error;
    {
        std::ofstream file{part, std::ios::binary | std::ios::trunc};
        fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write, error);
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        file.flush();
        if (!file || error)
            return fail(TeeError::CannotSeal, part.string());
    }
    fs::rename(part, path, error);
    if (error)
        return fail(TeeError::CannotSeal, path.string() + ": " + error.message());
    return {};
}

class SoftwareProvider final : public Provider {
public:
    explicit SoftwareProvider(Secret<32> root) : root_{std::move(root)} {}

    [[nodiscard]] std::string_view name() const override { return "software (development only: no protection)"; }
    [[nodiscard]] bool is_development() const override { return true; }
    [[nodiscard]] Outcome<Secret<32>> sealing_key(std::string_view purpose) override
    {
        return crypto::hkdf_sha256(root_.expose(), bytes_of("phala/tee/software/v1"), bytes_of(purpose));
    }
    void fill_random(std::span<std::uint8_t> out) override { crypto::fill_random(out); }

private:
    Secret<32> root_;
};

} // namespace

Outcome<std::unique_ptr<Provider>> software_provider(const std::string& folder)
{
    const auto path = std::filesystem::path{folder} / kRootFile;
    if (!std::filesystem::exists(path)) {
        const Secret<32> fresh{crypto::random_bytes<32>()};
        PHALA_CHECK(write_private_file(path, fresh.expose()));
    }
    std::ifstream file{path, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    if (content.size() != 32)
        return fail(
            TeeError::CannotUnseal,
            path.string()
                + " is not 32 bytes long; without it the worker's data is lost: remove the folder to start as a new worker");
    return std::make_unique<SoftwareProvider>(Secret<32>{array_of<32>(bytes_of(content))});
}

} // namespace phala::worker::tee
