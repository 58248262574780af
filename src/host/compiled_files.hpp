#pragma once
#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace phala::host {

/// Compiled code in files, between runs. A file that is damaged, or was written by another key, is as good as none;
/// a process that ends while it writes leaves the file as it was before. Safe to use from many threads.
class CompiledFiles {
public:
    struct Options {
        std::filesystem::path directory; ///< made when first needed; nothing is kept if empty
        /// With a key what is read is what its holder wrote under that name: whoever else can write to the directory
        /// cannot bring code in. Without one, files are only checked for damage.
        std::optional<Secret<32>> key = {};
        /// Of all files together; those that were used longest ago go first.
        std::optional<std::uint64_t> max_bytes = {};
    };
    explicit CompiledFiles(Options options) : options_{std::move(options)} {}

    /// `name` says of what code it is and all that compiling it depends on; it is part of the file's name.
    [[nodiscard]] std::optional<Bytes> find(const std::string& name) const;

    /// False if it could not be written, which costs nothing but the next start.
    [[nodiscard]] bool store(const std::string& name, ByteView code) const;

private:
    [[nodiscard]] std::filesystem::path path_of(const std::string& name) const;
    void make_room(std::uint64_t bytes) const;

    Options options_;
    mutable std::mutex writing_; ///< one thread at a time makes room and writes
};

} // namespace phala::host
