#pragma once
// Chain specifications that others published. They are not part of this repository: PHALA_SPEC_DIR names a folder that
// holds them, each under its path in its repository, that path with _ for /, or its bare file name. Compiled runtimes
// are kept in its folder `compiled`.
#include "host/engine.hpp"
#include "vectors.hpp"

#include <filesystem>
#include <map>

namespace phala::vectors {

/// PHALA_SPEC_DIR, if it is set.
std::optional<std::filesystem::path> spec_folder();

/// The file of that path in its repository, if the folder has it.
std::optional<std::filesystem::path> find_spec(std::string_view path);

/// The top state of a raw specification.
std::map<Bytes, Bytes> genesis_of(const std::filesystem::path& spec);

/// A chain at its genesis: the state in memory and the runtime in it.
class Genesis {
public:
    Genesis(host::Engine& engine, const std::map<Bytes, Bytes>& entries);

    [[nodiscard]] const host::Runtime& runtime() const { return *runtime_; }
    [[nodiscard]] const host::StateReader& state() const { return state_; }
    [[nodiscard]] const trie::Hash& root() const { return state_.root(); }
    [[nodiscard]] trie::StateVersion version() const { return version_; }
    /// Encoded, and its hash.
    [[nodiscard]] Bytes header() const;
    [[nodiscard]] trie::Hash hash() const { return crypto::blake2_256(header()); }

    /// A call whose writes are dropped.
    [[nodiscard]] Outcome<Bytes> call(std::string_view function, ByteView arguments = {}) const;

private:
    std::shared_ptr<const host::Runtime> runtime_;
    trie::StateVersion version_;
    trie::MemoryNodes nodes_;
    host::TrieState state_;
};

/// The header of block 0 with that state.
Bytes genesis_header(const trie::Hash& state_root);

} // namespace phala::vectors
