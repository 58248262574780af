// crypto/hash.hpp over the host: its native code is much faster than ours would be in Wasm.
#include "crypto/hash.hpp"
#include "runtime/wasm/hostabi.hpp"

namespace phala::crypto {
namespace {

using runtime::host::fat;

template <std::size_t N>
ByteArray<N> take(std::uint32_t pointer)
{
    return array_of<N>(runtime::host::Returned{pointer, N}.bytes());
}

} // namespace

ByteArray<16> blake2_128(ByteView bytes)
{
    return take<16>(runtime::host::ext_hashing_blake2_128_version_1(fat(bytes)));
}

ByteArray<32> blake2_256(ByteView bytes)
{
    return take<32>(runtime::host::ext_hashing_blake2_256_version_1(fat(bytes)));
}

ByteArray<8> twox_64(ByteView bytes)
{
    return take<8>(runtime::host::ext_hashing_twox_64_version_1(fat(bytes)));
}

ByteArray<16> twox_128(ByteView bytes)
{
    return take<16>(runtime::host::ext_hashing_twox_128_version_1(fat(bytes)));
}

ByteArray<32> twox_256(ByteView bytes)
{
    return take<32>(runtime::host::ext_hashing_twox_256_version_1(fat(bytes)));
}

ByteArray<32> sha2_256(ByteView bytes)
{
    return take<32>(runtime::host::ext_hashing_sha2_256_version_1(fat(bytes)));
}

} // namespace phala::crypto
