#include "host/code.hpp"

#include "host/error.hpp"

#include <zstd.h>

#include <algorithm>
#include <memory>

namespace phala::host {

namespace {

constexpr ByteArray<8> kCompressedMagic = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};

} // namespace

Outcome<Bytes> decompress_code(ByteView blob)
{
    if (!starts_with(blob, kCompressedMagic)) {
        if (blob.size() > kMaxCodeSize)
            return fail(HostError::BadBlob, "larger than 50 MiB");
        return to_bytes(blob);
    }
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context{ZSTD_createDCtx(), ZSTD_freeDCtx};
    if (!context)
        return fail(HostError::Unavailable, "no memory to decompress code");
    const ByteView compressed = blob.subspan(kCompressedMagic.size());
    ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
    Bytes out;
    for (;;) { // the frame need not tell its size, and what it tells need not be true
        const std::size_t done = out.size();
        out.resize(done + ZSTD_DStreamOutSize());
        ZSTD_outBuffer buffer{out.data(), out.size(), done};
        const std::size_t left = ZSTD_decompressStream(context.get(), &buffer, &in);
        out.resize(buffer.pos);
        if (ZSTD_isError(left) != 0)
            return fail(HostError::BadBlob, std::string{"compressed code: "} + ZSTD_getErrorName(left));
        if (out.size() > kMaxCodeSize)
            return fail(HostError::BadBlob, "larger than 50 MiB when decompressed");
        if (left == 0)
            break;
        if (in.pos == in.size && buffer.pos < buffer.size)
            return fail(HostError::BadBlob, "compressed code is cut off");
    }
    if (in.pos != in.size)
        return fail(HostError::BadBlob, "bytes behind the compressed code");
    return out;
}

Outcome<void> own_memory(wasm::Module& module)
{
    const auto is_memory = [](const wasm::Import& import) { return std::holds_alternative<wasm::Memory>(import.what); };
    if (const auto imported = std::ranges::find_if(module.imports, is_memory); imported != module.imports.end()) {
        if (!module.memories.empty() || imported->module != "env" || imported->name != "memory")
            return fail(HostError::BadBlob, "imports a memory other than env.memory");
        module.memories.push_back(std::get<wasm::Memory>(imported->what));
        module.imports.erase(imported);
        if (std::ranges::any_of(module.imports, is_memory))
            return fail(HostError::BadBlob, "imports two memories");
        if (module.find_export("memory") == nullptr)
            module.exports.push_back({"memory", wasm::ExternKind::Memory, 0});
    }
    if (module.memories.size() != 1)
        return fail(HostError::BadBlob, "has no memory");
    const wasm::Export* exported = module.find_export("memory");
    if (exported == nullptr || exported->kind != wasm::ExternKind::Memory)
        return fail(HostError::BadBlob, "does not export its memory as `memory`");
    module.memories.front().limits.maximum.reset();
    return {};
}

} // namespace phala::host
