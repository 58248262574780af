#pragma once
// What metadata says about a runtime besides its types, and the bytes of it (spec substrate-host §4.1, §4.2).
#include "runtime/frame/metadata/registry.hpp"
#include "runtime/frame/storage.hpp"

namespace phala::runtime::metadata {

struct StorageEntry {
    std::string_view name;
    Modifier modifier;
    std::span<const HasherKind> hashers; ///< empty for a plain value
    TypeRef key;                         ///< null for a plain value
    TypeRef value;
    Bytes (*default_bytes)();
    std::string_view docs;
};

struct Constant {
    std::string_view name;
    TypeRef type;
    Bytes (*value)();
    std::string_view docs;
};

struct PalletDescription {
    std::string_view name;
    std::uint8_t index;
    std::span<const StorageEntry> storage{};
    TypeRef calls{};
    TypeRef event{};
    TypeRef error{};
    std::span<const Constant> constants{};
    std::string_view docs{}; ///< from V15 on
};

struct Extension {
    std::string_view identifier;
    TypeRef type;
    TypeRef implicit;
};

/// A runtime, as every version of metadata is made from it.
struct RuntimeDescription {
    std::span<const PalletDescription> pallets;
    TypeRef extrinsic; ///< decoders find address, call, signature and extra in its named parameters
    std::uint8_t extrinsic_version;
    std::span<const Extension> extensions;
    TypeRef runtime;
};

/// With the magic number in front, as state_getMetadata shows it.
Bytes encode_v14(const RuntimeDescription& runtime);

} // namespace phala::runtime::metadata
