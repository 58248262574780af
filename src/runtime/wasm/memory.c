// memcpy and friends by words. Debian's libc uses opcodes that are not in the MVP, and lowering those gives byte loops,
// about twenty times slower on long copies. Compiled with -fno-builtin, or the compiler would make these call themselves.
// Wasm allows unaligned loads and stores, so every copy goes by eight bytes.
#include <stddef.h>
#include <stdint.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) word;

/// Copies upwards, also onto what lies in front of `from`: each round loads all before it stores any. So nothing here may be
/// `restrict`, which would allow the compiler another order.
static inline void copy_up(uint8_t* out, const uint8_t* in, size_t size)
{
    for (; size >= 32; size -= 32, in += 32, out += 32) {
        word a = ((const word*)in)[0], b = ((const word*)in)[1], c = ((const word*)in)[2], d = ((const word*)in)[3];
        ((word*)out)[0] = a;
        ((word*)out)[1] = b;
        ((word*)out)[2] = c;
        ((word*)out)[3] = d;
    }
    for (; size >= 8; size -= 8, in += 8, out += 8)
        *(word*)out = *(const word*)in;
    while (size--)
        *out++ = *in++;
}

void* memcpy(void* restrict to, const void* restrict from, size_t size)
{
    copy_up(to, from, size);
    return to;
}

void* memmove(void* to, const void* from, size_t size)
{
    uint8_t* out = to;
    const uint8_t* in = from;
    if ((uintptr_t)out - (uintptr_t)in >= size) { // also where `to` lies before `from`
        copy_up(out, in, size);
        return to;
    }
    out += size;
    in += size;
    for (; size >= 8; size -= 8) {
        in -= 8;
        out -= 8;
        *(word*)out = *(const word*)in;
    }
    while (size--)
        *--out = *--in;
    return to;
}

void* memset(void* to, int value, size_t size)
{
    uint8_t* out = to;
    const uint64_t words = (uint8_t)value * UINT64_C(0x0101010101010101);
    for (; size >= 32; size -= 32, out += 32) {
        ((word*)out)[0] = words;
        ((word*)out)[1] = words;
        ((word*)out)[2] = words;
        ((word*)out)[3] = words;
    }
    for (; size >= 8; size -= 8, out += 8)
        *(word*)out = words;
    while (size--)
        *out++ = (uint8_t)value;
    return to;
}

int memcmp(const void* left, const void* right, size_t size)
{
    const uint8_t* a = left;
    const uint8_t* b = right;
    for (; size >= 8 && *(const word*)a == *(const word*)b; size -= 8, a += 8, b += 8) {
    }
    for (; size; --size, ++a, ++b)
        if (*a != *b)
            return *a - *b;
    return 0;
}
