#pragma once
#include "base/bytes.hpp"

#include <functional>
#include <optional>

namespace phala::host {

/// One thing that a runtime did with its storage; what it refers to is borrowed for the call.
struct StorageAccess {
    /// The words of the reference's traces.
    enum class Method : std::uint8_t { Get, Put, Append, Exists, NextKey, ClearPrefix, StorageRoot };

    Method method;
    std::optional<ByteView> child = std::nullopt; ///< name of a child trie; none: the state itself
    ByteView key = {};                            ///< or a prefix
    std::optional<ByteView> value = std::nullopt; ///< read or written; of Put, none removes. Of NextKey, that key
    bool found = false;                           ///< of Exists
};

using StorageTrace = std::function<void(const StorageAccess&)>;

} // namespace phala::host
