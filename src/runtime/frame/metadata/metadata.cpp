#include "runtime/frame/metadata/metadata.hpp"

#include <algorithm>

namespace phala::runtime::metadata {
namespace {

constexpr std::uint32_t kMagic = 0x6174656d; // "meta"

/// The body of one version; types are collected on the way and come first in the bytes.
class Encoder {
public:
    explicit Encoder(std::uint32_t version) : version_{version} {}

    Bytes encode(const RuntimeDescription& runtime)
    {
        list(runtime.pallets, [&](const auto& one) { pallet(one); });
        extrinsic(runtime.extrinsic);
        if (version_ < 16)
            type(runtime.runtime);
        if (version_ >= 15) {
            list(runtime.apis, [&](const auto& one) { api(one); });
            type(runtime.call);
            type(runtime.event);
            type(runtime.error);
            none(); // no custom values
        }

        Bytes out;
        scale::Writer writer{out};
        encode_to(writer, kMagic);
        writer.byte(static_cast<std::uint8_t>(version_));
        registry_.encode(writer);
        writer.write(bytes_);
        return out;
    }

private:
    template <class Items, class Each>
    void list(const Items& items, Each&& each)
    {
        scale::encode_compact(body_, items.size());
        for (const auto& item : items)
            each(item);
    }

    /// An empty list, an absent option, or "not deprecated".
    void none() { body_.byte(0); }

    /// From V16 on every item tells whether it is deprecated. Nothing of this runtime is.
    void deprecation()
    {
        if (version_ >= 16)
            none();
    }

    void type(TypeRef reference) { encode_id(body_, registry_.id(reference)); }

    /// The calls, events or errors of a pallet.
    void variants(TypeRef reference)
    {
        encode_to(body_, reference != nullptr);
        if (reference != nullptr) {
            type(reference);
            deprecation();
        }
    }

    void pallet(const PalletDescription& pallet)
    {
        encode_to(body_, pallet.name);
        encode_to(body_, !pallet.storage.empty());
        if (!pallet.storage.empty()) {
            encode_to(body_, pallet.name); // the prefix of its keys
            list(pallet.storage, [&](const auto& entry) { storage(entry); });
        }
        variants(pallet.calls);
        variants(pallet.event);
        list(pallet.constants, [&](const auto& constant) {
            encode_to(body_, constant.name);
            type(constant.type);
            encode_to(body_, constant.value());
            encode_docs(body_, constant.docs);
            deprecation();
        });
        variants(pallet.error);
        if (version_ >= 16) {
            none(); // associated types
            none(); // view functions
        }
        body_.byte(pallet.index);
        if (version_ >= 15)
            encode_docs(body_, pallet.docs);
        deprecation();
    }

    void storage(const StorageEntry& entry)
    {
        encode_to(body_, entry.name);
        encode_to(body_, entry.modifier);
        const bool is_map = entry.key != nullptr;
        encode_to(body_, is_map);
        if (is_map) {
            list(entry.hashers, [&](HasherKind hasher) { encode_to(body_, hasher); });
            type(entry.key);
        }
        type(entry.value);
        encode_to(body_, entry.default_bytes());
        encode_docs(body_, entry.docs);
        deprecation();
    }

    void extrinsic(const ExtrinsicDescription& extrinsic)
    {
        if (version_ == 14)
            type(extrinsic.type);
        if (version_ < 16)
            body_.byte(extrinsic.versions.front());
        else
            list(extrinsic.versions, [&](std::uint8_t version) { body_.byte(version); });
        if (version_ >= 15) {
            type(extrinsic.address);
            type(extrinsic.call);
            type(extrinsic.signature);
        }
        if (version_ == 15)
            type(extrinsic.extra);
        if (version_ >= 16) { // one set of extensions, number 0, which is all of them
            scale::encode_compact(body_, 1U);
            body_.byte(0);
            scale::encode_compact(body_, extrinsic.extensions.size());
            for (std::size_t index = 0; index < extrinsic.extensions.size(); ++index)
                scale::encode_compact(body_, index);
        }
        list(extrinsic.extensions, [&](const auto& extension) {
            encode_to(body_, extension.identifier);
            type(extension.type);
            type(extension.implicit);
        });
    }

    void api(const Api& api)
    {
        encode_to(body_, api.name);
        list(api.methods, [&](const auto& method) {
            encode_to(body_, method.name);
            list(method.inputs, [&](const Field& input) {
                encode_to(body_, input.name);
                type(input.type);
            });
            type(method.output);
            encode_docs(body_, method.docs);
            deprecation();
        });
        encode_docs(body_, api.docs);
        if (version_ >= 16)
            scale::encode_compact(body_, api.version);
        deprecation();
    }

    std::uint32_t version_;
    Registry registry_;
    Bytes bytes_;
    scale::Writer body_{bytes_};
};

} // namespace

std::optional<Bytes> encode(const RuntimeDescription& runtime, std::uint32_t version)
{
    if (std::ranges::find(kVersions, version) == kVersions.end())
        return std::nullopt;
    return Encoder{version}.encode(runtime);
}

} // namespace phala::runtime::metadata
