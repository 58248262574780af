#include "host/wasm/module.hpp"

namespace phala::host::wasm {

void write_u32(Bytes& out, std::uint32_t value)
{
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

void write_s64(Bytes& out, std::int64_t value)
{
    while (true) {
        const auto low = static_cast<std::uint8_t>(value & 0x7f);
        value >>= 7; // arithmetic: keeps the sign
        const bool done = (value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0);
        out.push_back(done ? low : static_cast<std::uint8_t>(low | 0x80));
        if (done)
            return;
    }
}

void write_s32(Bytes& out, std::int32_t value)
{
    write_s64(out, value);
}

namespace {

void size(Bytes& out, std::size_t value)
{
    write_u32(out, static_cast<std::uint32_t>(value));
}

void text(Bytes& out, std::string_view value)
{
    size(out, value.size());
    append(out, bytes_of(value));
}

void type(Bytes& out, ValueType value)
{
    out.push_back(static_cast<std::uint8_t>(value));
}

void types(Bytes& out, const std::vector<ValueType>& values)
{
    size(out, values.size());
    for (auto value : values)
        type(out, value);
}

void limits(Bytes& out, const Limits& value)
{
    out.push_back(value.maximum ? 1 : 0);
    write_u32(out, value.initial);
    if (value.maximum)
        write_u32(out, *value.maximum);
}

void table(Bytes& out, const Table& value)
{
    type(out, value.element);
    limits(out, value.limits);
}

void global_type(Bytes& out, const GlobalType& value)
{
    type(out, value.type);
    out.push_back(value.is_mutable ? 1 : 0);
}

void import(Bytes& out, const Import& value)
{
    text(out, value.module);
    text(out, value.name);
    out.push_back(static_cast<std::uint8_t>(value.what.index()));
    if (const auto* function = std::get_if<FunctionIndex>(&value.what))
        write_u32(out, function->type);
    else if (const auto* imported = std::get_if<Table>(&value.what))
        table(out, *imported);
    else if (const auto* memory = std::get_if<Memory>(&value.what))
        limits(out, memory->limits);
    else
        global_type(out, std::get<GlobalType>(value.what));
}

void body(Bytes& out, const Body& value)
{
    Bytes inside;
    size(inside, value.locals.size());
    for (const auto& group : value.locals) {
        write_u32(inside, group.count);
        type(inside, group.type);
    }
    append(inside, value.code);
    size(out, inside.size());
    append(out, inside);
}

void section(Bytes& out, std::uint8_t id, ByteView content)
{
    out.push_back(id);
    size(out, content.size());
    append(out, content);
}

template <class Item, class Write>
void items(Bytes& out, std::uint8_t id, const std::vector<Item>& values, Write write)
{
    if (values.empty())
        return;
    Bytes content;
    size(content, values.size());
    for (const auto& value : values)
        write(content, value);
    section(out, id, content);
}

void number(Bytes& out, std::uint8_t id, std::optional<std::uint32_t> value)
{
    if (!value)
        return;
    Bytes content;
    write_u32(content, *value);
    section(out, id, content);
}

} // namespace

Bytes write_module(const Module& module)
{
    Bytes out{0, 'a', 's', 'm', 1, 0, 0, 0};
    items(out, 1, module.types, [](Bytes& to, const FunctionType& value) {
        to.push_back(0x60);
        types(to, value.params);
        types(to, value.results);
    });
    items(out, 2, module.imports, import);
    items(out, 3, module.functions, write_u32);
    items(out, 4, module.tables, table);
    items(out, 5, module.memories, [](Bytes& to, const Memory& value) { limits(to, value.limits); });
    items(out, 6, module.globals, [](Bytes& to, const Global& value) {
        global_type(to, value.type);
        append(to, value.initial);
    });
    items(out, 7, module.exports, [](Bytes& to, const Export& value) {
        text(to, value.name);
        to.push_back(static_cast<std::uint8_t>(value.kind));
        write_u32(to, value.index);
    });
    number(out, 8, module.start);
    if (module.elements)
        section(out, 9, *module.elements);
    number(out, 12, module.data_count);
    items(out, 10, module.bodies, body);
    if (module.data)
        section(out, 11, *module.data);
    for (const auto& custom : module.customs) {
        Bytes content;
        text(content, custom.name);
        append(content, custom.data);
        section(out, 0, content);
    }
    return out;
}

} // namespace phala::host::wasm
