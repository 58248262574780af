// The parts of the frame that need the composition's table, and nothing of any pallet's types.
#include "base/hex.hpp"
#include "runtime/frame/composition.hpp"
#include "runtime/frame/event.hpp"
#include "runtime/frame/storage.hpp"
#include "runtime/frame/storage_version.hpp"

namespace phala::runtime {

const PalletEntry* find_pallet(std::string_view name)
{
    for (const auto& pallet : pallets())
        if (pallet.name == name)
            return &pallet;
    return nullptr;
}

std::uint8_t pallet_index(std::string_view name)
{
    const auto* pallet = find_pallet(name);
    if (pallet == nullptr)
        panic("pallet " + std::string{name} + " is not part of this runtime");
    return pallet->index;
}

namespace {

Bytes storage_version_key(std::string_view pallet)
{
    static constexpr auto suffix = crypto::twox_128_const(":__STORAGE_VERSION__:");
    return concat(crypto::twox_128(bytes_of(pallet)), suffix);
}

} // namespace

std::uint16_t storage_version(std::string_view pallet)
{
    const Bytes key = storage_version_key(pallet);
    const auto stored = io::get(key);
    return stored ? detail::decode_stored<std::uint16_t>(key, *stored) : std::uint16_t{0};
}

void put_storage_version(std::string_view pallet, std::uint16_t version)
{
    io::set(storage_version_key(pallet), scale::encode(version));
}

const CallOps* find_call(std::uint8_t pallet_at, std::uint8_t call_at)
{
    for (const auto& pallet : pallets())
        if (pallet.index == pallet_at)
            for (const auto& call : pallet.calls)
                if (call.index == call_at)
                    return &call;
    return nullptr;
}

bool operator==(const RuntimeCall& a, const RuntimeCall& b)
{
    if (a.ops_ == nullptr || b.ops_ == nullptr)
        return a.ops_ == b.ops_;
    return scale::encode(a) == scale::encode(b);
}

namespace detail {

void corrupt_entry(ByteView key)
{
    panic("state is corrupt: what is stored under " + to_hex0x(key) + " does not decode");
}

} // namespace detail
} // namespace phala::runtime

namespace phala::scale {

std::size_t Codec<runtime::RuntimeCall>::size(const runtime::RuntimeCall& call)
{
    return 2 + call.ops_->size(call.call_);
}

std::uint8_t* Codec<runtime::RuntimeCall>::put(std::uint8_t* at, const runtime::RuntimeCall& call)
{
    at[0] = call.pallet_;
    at[1] = call.ops_->index;
    return call.ops_->put(at + 2, call.call_);
}

bool Codec<runtime::RuntimeCall>::decode(Reader& in, runtime::RuntimeCall& call)
{
    ByteArray<2> index{};
    const detail::Nesting nesting{in};
    if (!nesting || !in.read(index.data(), index.size()))
        return false;
    runtime::RuntimeCall decoded;
    const auto* ops = runtime::find_call(index[0], index[1]);
    if (ops == nullptr)
        return in.refuse(ScaleError::BadVariant);
    decoded.pallet_ = index[0];
    decoded.call_ = ops->decode(in);
    if (decoded.call_ == nullptr)
        return false;
    decoded.ops_ = ops;
    call = std::move(decoded);
    return true;
}

bool Codec<runtime::RuntimeEvent>::decode(Reader& in, runtime::RuntimeEvent& event)
{
    const ByteView before = in.rest();
    std::uint8_t index = 0;
    if (!in.read(&index, 1))
        return false;
    for (const auto& pallet : runtime::pallets()) {
        if (pallet.index != index || pallet.skip_event == nullptr)
            continue;
        if (!pallet.skip_event(in))
            return false;
        event = runtime::RuntimeEvent{index, before.subspan(1, before.size() - in.remaining() - 1)};
        return true;
    }
    return in.refuse(ScaleError::BadVariant);
}

} // namespace phala::scale
