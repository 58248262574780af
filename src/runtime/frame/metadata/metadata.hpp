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

/// The parts of a signed extrinsic.
struct ExtrinsicDescription {
    TypeRef type; ///< in V14, decoders find the parts in its named parameters
    TypeRef address;
    TypeRef call;
    TypeRef signature;
    TypeRef extra;
    std::span<const std::uint8_t> versions; ///< the one that clients should sign comes first
    std::span<const Extension> extensions;
};

struct ApiMethod {
    std::string_view name;
    std::span<const Field> inputs;
    TypeRef output;
    std::string_view docs;
};

struct Api {
    std::string_view name;
    std::uint32_t version; ///< told from V16 on
    std::span<const ApiMethod> methods;
    std::string_view docs;
};

/// A runtime, as every version of metadata is made from it.
struct RuntimeDescription {
    std::span<const PalletDescription> pallets;
    ExtrinsicDescription extrinsic;
    TypeRef runtime;
    std::span<const Api> apis; ///< from V15 on, as are the outer enums
    TypeRef call;
    TypeRef event;
    TypeRef error;
};

/// The versions that can be made.
inline constexpr std::array<std::uint32_t, 3> kVersions{14, 15, 16};

/// With the magic number in front, as state_getMetadata shows it; nothing for a version that is not in kVersions.
std::optional<Bytes> encode(const RuntimeDescription& runtime, std::uint32_t version);

} // namespace phala::runtime::metadata
