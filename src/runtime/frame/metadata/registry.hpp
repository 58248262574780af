#pragma once
// The list of types in metadata: each type once, referred to by its place in the list.
#include "base/bytes.hpp"
#include "runtime/frame/metadata/type.hpp"
#include "scale/codec.hpp"

#include <map>

namespace phala::runtime::metadata {

class Registry {
public:
    /// The id of a type; the type and all that it refers to are listed at the first mention.
    std::uint32_t id(TypeRef type);

    /// Vec<PortableType>: all types listed so far.
    void encode(scale::Writer& out) const;

    [[nodiscard]] std::size_t size() const { return types_.size(); }

private:
    void describe(scale::Writer& out, const Type& type);
    void encode_fields(scale::Writer& out, std::span<const Field> fields);

    std::map<const Type*, std::uint32_t> ids_;
    std::vector<Bytes> types_; ///< encoded, by id
};

/// A type as Rust would write it: "Vec<u8>", "[u8; 32]", "Option<AccountId32>".
std::string type_text(const Type& type);

/// Vec<String>, one line each.
void encode_docs(scale::Writer& out, std::string_view docs);

/// Compact type id, as everything in metadata refers to types.
void encode_id(scale::Writer& out, std::uint32_t id);

} // namespace phala::runtime::metadata
