#include "runtime/frame/metadata/metadata.hpp"

namespace phala::runtime::metadata {
namespace {

constexpr std::uint32_t kMagic = 0x6174656d; // "meta"

/// The body of V14; types are collected on the way and come first in the bytes.
class V14 {
public:
    Bytes encode(const RuntimeDescription& runtime)
    {
        scale::encode_compact(body_, runtime.pallets.size());
        for (const auto& pallet : runtime.pallets)
            this->pallet(pallet);
        type(runtime.extrinsic);
        body_.byte(runtime.extrinsic_version);
        scale::encode_compact(body_, runtime.extensions.size());
        for (const auto& extension : runtime.extensions) {
            encode_to(body_, extension.identifier);
            type(extension.type);
            type(extension.implicit);
        }
        type(runtime.runtime);

        Bytes out;
        scale::Writer writer{out};
        encode_to(writer, kMagic);
        writer.byte(14);
        registry_.encode(writer);
        writer.write(bytes_);
        return out;
    }

private:
    void type(TypeRef reference) { encode_id(body_, registry_.id(reference)); }

    void option(TypeRef reference)
    {
        encode_to(body_, reference != nullptr);
        if (reference != nullptr)
            type(reference);
    }

    void pallet(const PalletDescription& pallet)
    {
        encode_to(body_, pallet.name);
        encode_to(body_, !pallet.storage.empty());
        if (!pallet.storage.empty()) {
            encode_to(body_, pallet.name); // the prefix of its keys
            scale::encode_compact(body_, pallet.storage.size());
            for (const auto& entry : pallet.storage)
                storage(entry);
        }
        option(pallet.calls);
        option(pallet.event);
        scale::encode_compact(body_, pallet.constants.size());
        for (const auto& constant : pallet.constants) {
            encode_to(body_, constant.name);
            type(constant.type);
            encode_to(body_, constant.value());
            encode_docs(body_, constant.docs);
        }
        option(pallet.error);
        body_.byte(pallet.index);
    }

    void storage(const StorageEntry& entry)
    {
        encode_to(body_, entry.name);
        encode_to(body_, entry.modifier);
        const bool is_map = entry.key != nullptr;
        encode_to(body_, is_map);
        if (is_map) {
            scale::encode_compact(body_, entry.hashers.size());
            for (auto hasher : entry.hashers)
                encode_to(body_, hasher);
            type(entry.key);
        }
        type(entry.value);
        encode_to(body_, entry.default_bytes());
        encode_docs(body_, entry.docs);
    }

    Registry registry_;
    Bytes bytes_;
    scale::Writer body_{bytes_};
};

} // namespace

Bytes encode_v14(const RuntimeDescription& runtime)
{
    return V14{}.encode(runtime);
}

} // namespace phala::runtime::metadata
