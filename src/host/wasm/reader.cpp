#include "host/wasm/cursor.hpp"

#include <algorithm>

namespace phala::host::wasm {

std::string_view describe(WasmError error)
{
    switch (error) {
    case WasmError::NotWasm: return "not a Wasm binary of version 1";
    case WasmError::UnexpectedEnd: return "Wasm binary ends in the middle of an item";
    case WasmError::BadInteger: return "Wasm integer is too long or too large";
    case WasmError::BadText: return "Wasm name is not UTF-8";
    case WasmError::BadSection: return "Wasm section is malformed, out of order or of an unsupported kind";
    case WasmError::BadType: return "Wasm type is malformed or unsupported";
    case WasmError::TooMany: return "Wasm binary declares more items than are allowed";
    case WasmError::BadOpcode: return "Wasm instruction is unknown or unsupported";
    case WasmError::BadIndex: return "Wasm index points at nothing";
    }
    return "Wasm";
}

bool Cursor::u32(std::uint32_t& out)
{
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        std::uint8_t next = 0;
        if (!byte(next))
            return false;
        if (shift == 28 && next > 0x0f)
            return refuse(WasmError::BadInteger);
        value |= static_cast<std::uint32_t>(next & 0x7f) << shift;
        if ((next & 0x80) == 0) {
            out = value;
            return true;
        }
    }
    return refuse(WasmError::BadInteger);
}

bool Cursor::signed_leb(std::int64_t& out, unsigned bits)
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < bits; shift += 7) {
        std::uint8_t next = 0;
        if (!byte(next))
            return false;
        value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
        const unsigned have = shift + 7;
        if (have >= bits) {
            // the bits above the value must repeat its sign, and no further byte may follow
            const unsigned used = bits - shift;
            const auto upper = static_cast<std::uint8_t>((next & 0x7f) >> (used - 1));
            const auto all = static_cast<std::uint8_t>(0x7f >> (used - 1));
            if ((next & 0x80) != 0 || (upper != 0 && upper != all))
                return refuse(WasmError::BadInteger);
        }
        if ((next & 0x80) == 0) {
            if (have < 64 && (next & 0x40) != 0)
                value |= ~std::uint64_t{0} << have;
            out = static_cast<std::int64_t>(value);
            return true;
        }
    }
    return refuse(WasmError::BadInteger);
}

bool Cursor::count(std::uint32_t& out)
{
    if (!u32(out))
        return false;
    if (out > kMaxItems)
        return refuse(WasmError::TooMany);
    return out <= remaining() || refuse(WasmError::UnexpectedEnd);
}

namespace {

/// Well-formed UTF-8, without overlong forms and surrogates.
bool is_utf8(ByteView text)
{
    for (std::size_t i = 0; i < text.size();) {
        const std::uint8_t lead = text[i];
        const std::size_t more = lead < 0x80         ? 0
                                 : (lead >> 5) == 6  ? 1
                                 : (lead >> 4) == 14 ? 2
                                 : (lead >> 3) == 30 ? 3
                                                     : 4;
        if (more == 4 || more >= text.size() - i)
            return false;
        std::uint32_t point = more == 0 ? lead : lead & (0x3fu >> more);
        for (std::size_t k = 1; k <= more; ++k) {
            if ((text[i + k] & 0xc0) != 0x80)
                return false;
            point = (point << 6) | (text[i + k] & 0x3fu);
        }
        constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
        if (point < kLeast[more] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return false;
        i += more + 1;
    }
    return true;
}

bool value_type(Cursor& in, ValueType& out)
{
    std::uint8_t byte = 0;
    if (!in.byte(byte))
        return false;
    out = static_cast<ValueType>(byte);
    switch (out) {
    case ValueType::I32:
    case ValueType::I64:
    case ValueType::F32:
    case ValueType::F64:
    case ValueType::V128:
    case ValueType::FuncRef:
    case ValueType::ExternRef: return true;
    }
    return in.refuse(WasmError::BadType);
}

bool value_types(Cursor& in, std::vector<ValueType>& out)
{
    std::uint32_t count = 0;
    if (!in.count(count))
        return false;
    out.resize(count);
    return std::ranges::all_of(out, [&](ValueType& type) { return value_type(in, type); });
}

bool limits(Cursor& in, Limits& out)
{
    std::uint8_t flags = 0;
    if (!in.byte(flags))
        return false;
    if (flags > 1) // shared and 64-bit memories
        return in.refuse(WasmError::BadType);
    if (!in.u32(out.initial))
        return false;
    return flags == 0 || in.u32(out.maximum.emplace());
}

bool table(Cursor& in, Table& out)
{
    return value_type(in, out.element) && limits(in, out.limits);
}

bool global_type(Cursor& in, GlobalType& out)
{
    std::uint8_t mutability = 0;
    if (!value_type(in, out.type) || !in.byte(mutability))
        return false;
    out.is_mutable = mutability == 1;
    return mutability <= 1 || in.refuse(WasmError::BadType);
}

/// The bytes of a constant expression: constants, global.get, ref.null, ref.func and integer arithmetic.
bool constant_expression(Cursor& in, Bytes& out)
{
    const std::size_t begin = in.position();
    while (true) {
        std::uint8_t opcode = 0;
        std::int64_t integer = 0;
        std::uint32_t index = 0;
        ByteView bytes;
        if (!in.byte(opcode))
            return false;
        bool ok = true;
        switch (opcode) {
        case 0x0b: out = to_bytes(in.bytes().subspan(begin, in.position() - begin)); return true;
        case 0x23: // global.get
        case 0xd2: ok = in.u32(index); break;
        case 0x41: ok = in.signed_leb(integer, 32); break;
        case 0x42: ok = in.signed_leb(integer, 64); break;
        case 0x43: ok = in.view(bytes, 4); break;
        case 0x44: ok = in.view(bytes, 8); break;
        case 0xd0: ok = in.signed_leb(integer, 33); break; // ref.null
        case 0x6a:                                         // add, sub, mul of i32 and i64
        case 0x6b:
        case 0x6c:
        case 0x7c:
        case 0x7d:
        case 0x7e: break;
        default: return in.refuse(WasmError::BadOpcode);
        }
        if (!ok)
            return false;
    }
}

template <class Item, class ReadItem>
bool items(Cursor& in, std::vector<Item>& out, ReadItem read)
{
    std::uint32_t count = 0;
    if (!in.count(count))
        return false;
    for (std::uint32_t i = 0; i < count; ++i)
        if (!read(in, out.emplace_back()))
            return false;
    return true;
}

bool function_type(Cursor& in, FunctionType& out)
{
    std::uint8_t form = 0;
    if (!in.byte(form))
        return false;
    if (form != 0x60)
        return in.refuse(WasmError::BadType);
    return value_types(in, out.params) && value_types(in, out.results);
}

bool import(Cursor& in, Import& out)
{
    std::uint8_t kind = 0;
    if (!in.text(out.module) || !in.text(out.name) || !in.byte(kind))
        return false;
    switch (kind) {
    case 0: return in.u32(out.what.emplace<FunctionIndex>().type);
    case 1: return table(in, out.what.emplace<Table>());
    case 2: return limits(in, out.what.emplace<Memory>().limits);
    case 3: return global_type(in, out.what.emplace<GlobalType>());
    default: return in.refuse(WasmError::BadType);
    }
}

bool export_item(Cursor& in, Export& out)
{
    std::uint8_t kind = 0;
    if (!in.text(out.name) || !in.byte(kind) || !in.u32(out.index))
        return false;
    out.kind = static_cast<ExternKind>(kind);
    return kind <= 3 || in.refuse(WasmError::BadType);
}

bool body(Cursor& in, Body& out)
{
    std::uint32_t size = 0;
    ByteView bytes;
    if (!in.u32(size) || !in.view(bytes, size))
        return false;
    Cursor inner{bytes};
    std::uint32_t groups = 0;
    std::uint64_t total = 0;
    if (!inner.count(groups))
        return in.refuse(WasmError::BadSection);
    for (std::uint32_t i = 0; i < groups; ++i) {
        auto& group = out.locals.emplace_back();
        if (!inner.u32(group.count) || !value_type(inner, group.type))
            return in.refuse(WasmError::BadSection);
        total += group.count;
        if (total > kMaxLocals)
            return in.refuse(WasmError::TooMany);
    }
    out.code = to_bytes(bytes.subspan(inner.position()));
    return (!out.code.empty() && out.code.back() == 0x0b) || in.refuse(WasmError::BadSection);
}

/// Where a section stands among the others; custom sections have no place.
int place_of(std::uint8_t id)
{
    constexpr std::uint8_t kOrder[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11};
    const auto* at = std::ranges::find(kOrder, id);
    return at == std::end(kOrder) ? -1 : static_cast<int>(at - std::begin(kOrder));
}

bool section(Cursor& in, std::uint8_t id, Module& module)
{
    switch (id) {
    case 0: {
        auto& custom = module.customs.emplace_back();
        if (!in.text(custom.name))
            return false;
        ByteView rest;
        in.view(rest, in.remaining());
        custom.data = to_bytes(rest);
        return true;
    }
    case 1: return items(in, module.types, function_type);
    case 2: return items(in, module.imports, import);
    case 3: return items(in, module.functions, [](Cursor& at, std::uint32_t& type) { return at.u32(type); });
    case 4: return items(in, module.tables, table);
    case 5: return items(in, module.memories, [](Cursor& at, Memory& memory) { return limits(at, memory.limits); });
    case 6:
        return items(in, module.globals, [](Cursor& at, Global& global) {
            return global_type(at, global.type) && constant_expression(at, global.initial);
        });
    case 7: return items(in, module.exports, export_item);
    case 8: return in.u32(module.start.emplace());
    case 10: return items(in, module.bodies, body);
    case 12: return in.u32(module.data_count.emplace());
    default: {
        ByteView rest;
        in.view(rest, in.remaining());
        (id == 9 ? module.elements : module.data) = to_bytes(rest);
        return true;
    }
    }
}

Outcome<> check_indexes(const Module& module)
{
    const auto bad = [](const char* what) { return fail(WasmError::BadIndex, what); };
    if (module.functions.size() != module.bodies.size())
        return fail(WasmError::BadSection, "as many function bodies as function declarations are needed");
    for (const auto& item : module.imports)
        if (const auto* function = std::get_if<FunctionIndex>(&item.what);
            function && function->type >= module.types.size())
            return bad("type of an import");
    for (auto type : module.functions)
        if (type >= module.types.size())
            return bad("type of a function");
    for (const auto& item : module.exports)
        if (item.kind == ExternKind::Function && !module.type_of_function(item.index))
            return bad("exported function");
    if (module.start && !module.type_of_function(*module.start))
        return bad("start function");
    return {};
}

} // namespace

bool Cursor::text(std::string& out)
{
    std::uint32_t size = 0;
    ByteView bytes;
    if (!u32(size) || !view(bytes, size))
        return false;
    out = text_of(bytes);
    return is_utf8(bytes) || refuse(WasmError::BadText);
}

const CustomSection* Module::custom(std::string_view name) const
{
    auto at = std::ranges::find(customs, name, &CustomSection::name);
    return at == customs.end() ? nullptr : &*at;
}

const Export* Module::find_export(std::string_view name) const
{
    auto at = std::ranges::find(exports, name, &Export::name);
    return at == exports.end() ? nullptr : &*at;
}

std::optional<std::uint32_t> Module::type_of_function(std::uint32_t index) const
{
    for (const auto& item : imports)
        if (const auto* function = std::get_if<FunctionIndex>(&item.what); function && index-- == 0)
            return function->type;
    if (index >= functions.size())
        return std::nullopt;
    return functions[index];
}

std::uint32_t Module::type_index(const FunctionType& type)
{
    auto at = std::ranges::find(types, type);
    if (at == types.end())
        at = types.insert(at, type);
    return static_cast<std::uint32_t>(at - types.begin());
}

Outcome<Module> read_module(ByteView binary)
{
    constexpr std::uint8_t kMagic[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    if (!starts_with(binary, kMagic))
        return fail(WasmError::NotWasm);
    Module module;
    Cursor in{binary};
    ByteView magic;
    in.view(magic, sizeof kMagic);
    int place = -1;
    while (!in.at_end()) {
        std::uint8_t id = 0;
        std::uint32_t size = 0;
        ByteView bytes;
        if (!in.byte(id) || !in.u32(size) || !in.view(bytes, size))
            return in.failure();
        if (id != 0) {
            const int next = place_of(id);
            if (next <= place)
                return fail(WasmError::BadSection,
                            "section " + std::to_string(id) + " is unknown, repeated or out of order");
            place = next;
        }
        Cursor inside{bytes, in.position() - size};
        if (!section(inside, id, module))
            return inside.failure();
        if (!inside.at_end())
            return fail(WasmError::BadSection, "bytes are left in section " + std::to_string(id));
    }
    PHALA_CHECK(check_indexes(module));
    return module;
}

Outcome<std::vector<ElementSegment>> read_elements(ByteView section_bytes)
{
    Cursor in{section_bytes};
    std::vector<ElementSegment> segments;
    const auto segment = [](Cursor& at, ElementSegment& out) {
        std::uint32_t table_index = 0;
        if (!at.u32(table_index))
            return false;
        if (table_index != 0)
            return at.refuse(WasmError::BadSection);
        return constant_expression(at, out.offset)
               && items(at, out.functions, [](Cursor& c, std::uint32_t& f) { return c.u32(f); });
    };
    if (!items(in, segments, segment) || (!in.at_end() && !in.refuse(WasmError::BadSection)))
        return in.failure();
    return segments;
}

Outcome<std::vector<DataSegment>> read_data(ByteView section_bytes)
{
    Cursor in{section_bytes};
    std::vector<DataSegment> segments;
    const auto segment = [](Cursor& at, DataSegment& out) {
        std::uint32_t memory = 0;
        std::uint32_t size = 0;
        ByteView bytes;
        if (!at.u32(memory))
            return false;
        if (memory != 0)
            return at.refuse(WasmError::BadSection);
        if (!constant_expression(at, out.offset) || !at.u32(size) || !at.view(bytes, size))
            return false;
        out.bytes = to_bytes(bytes);
        return true;
    };
    if (!items(in, segments, segment) || (!in.at_end() && !in.refuse(WasmError::BadSection)))
        return in.failure();
    return segments;
}

bool is_mvp_constant(ByteView expression)
{
    if (expression.size() < 2 || expression.back() != 0x0b)
        return false;
    Cursor in{expression.first(expression.size() - 1)};
    std::uint8_t opcode = 0;
    std::int64_t integer = 0;
    std::uint32_t index = 0;
    ByteView bytes;
    in.byte(opcode);
    switch (opcode) {
    case 0x23: return in.u32(index) && in.at_end();
    case 0x41: return in.signed_leb(integer, 32) && in.at_end();
    case 0x42: return in.signed_leb(integer, 64) && in.at_end();
    case 0x43: return in.view(bytes, 4) && in.at_end();
    case 0x44: return in.view(bytes, 8) && in.at_end();
    default: return false;
    }
}

} // namespace phala::host::wasm
