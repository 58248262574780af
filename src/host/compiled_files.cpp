#include "host/compiled_files.hpp"

#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <fstream>
#include <unistd.h>
#include <vector>

namespace phala::host {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".cwasm";

using Checksum = ByteArray<32>;

Bytes seal(const std::optional<Secret<32>>& key, const std::string& name, ByteView code)
{
    if (!key)
        return concat(crypto::blake2_256(code), code);
    const auto iv = crypto::random_bytes<12>();
    return concat(iv, crypto::Aes256Gcm{*key}.seal(iv, code, bytes_of(name)));
}

std::optional<Bytes> open(const std::optional<Secret<32>>& key, const std::string& name, Bytes content)
{
    if (key) {
        constexpr std::size_t kIvSize = std::tuple_size_v<crypto::AeadIv>;
        if (content.size() < kIvSize)
            return std::nullopt;
        const ByteView sealed = ByteView{content}.subspan(kIvSize);
        auto code =
            crypto::Aes256Gcm{*key}.open(array_of<kIvSize>(ByteView{content}.first(kIvSize)), sealed, bytes_of(name));
        return code ? std::optional{std::move(*code)} : std::nullopt;
    }
    constexpr std::size_t kChecksumSize = std::tuple_size_v<Checksum>;
    if (content.size() < kChecksumSize
        || !starts_with(content, crypto::blake2_256(ByteView{content}.subspan(kChecksumSize))))
        return std::nullopt;
    content.erase(content.begin(), content.begin() + kChecksumSize);
    return content;
}

} // namespace

std::optional<Bytes> CompiledFiles::find(const std::string& name) const
{
    if (options_.directory.empty())
        return std::nullopt;
    const auto path = path_of(name);
    std::ifstream file{path, std::ios::binary | std::ios::ate};
    const std::streamoff size = file ? std::streamoff{file.tellg()} : 0;
    if (size <= 0 || (options_.max_bytes && static_cast<std::uint64_t>(size) > *options_.max_bytes))
        return std::nullopt;
    Bytes content(static_cast<std::size_t>(size));
    if (!file.seekg(0).read(reinterpret_cast<char*>(content.data()), size))
        return std::nullopt;
    auto code = open(options_.key, name, std::move(content));
    if (code && options_.max_bytes) { // it was used: others go before it
        std::error_code ignored;
        fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    }
    return code;
}

bool CompiledFiles::store(const std::string& name, ByteView code) const
{
    if (options_.directory.empty())
        return true;
    const Bytes content = seal(options_.key, name, code);
    if (options_.max_bytes && content.size() > *options_.max_bytes)
        return false;
    const std::lock_guard lock{writing_};
    std::error_code error;
    if (fs::create_directories(options_.directory, error))
        fs::permissions(options_.directory, fs::perms::owner_all, error);
    make_room(content.size());
    const auto target = path_of(name);
    auto unfinished = target;
    unfinished += "." + std::to_string(::getpid()) + ".tmp";
    {
        std::ofstream file{unfinished, std::ios::binary | std::ios::trunc};
        file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
        file.flush();
        if (!file) {
            fs::remove(unfinished, error);
            return false;
        }
    }
    fs::rename(unfinished, target, error);
    return !error;
}

/// What a process that ended left unfinished counts and goes like the rest.
void CompiledFiles::make_room(std::uint64_t bytes) const
{
    if (!options_.max_bytes)
        return;
    struct File {
        fs::file_time_type used;
        std::uint64_t size;
        fs::path path;
    };
    std::vector<File> files;
    std::uint64_t total = bytes;
    std::error_code error;
    for (fs::directory_iterator at{options_.directory, error}, end; !error && at != end; at.increment(error)) {
        std::error_code gone;
        File file{at->last_write_time(gone), at->file_size(gone), at->path()};
        if (gone)
            continue;
        total += file.size;
        files.push_back(std::move(file));
    }
    std::ranges::sort(files, {}, &File::used);
    for (const auto& file : files) {
        if (total <= *options_.max_bytes)
            return;
        if (fs::remove(file.path, error))
            total -= file.size;
    }
}

fs::path CompiledFiles::path_of(const std::string& name) const
{
    return options_.directory / (name + std::string{kEnding});
}

} // namespace phala::host
