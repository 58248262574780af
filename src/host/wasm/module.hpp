#pragma once
// A bounded reader and writer of Wasm binaries: for rewriting modules before they are compiled and for
// looking at what they import, export and contain. It checks the structure, not the types: a module that
// it reads still has to pass the validation of whoever compiles it.
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace phala::host::wasm {

enum class WasmError : std::uint8_t {
    NotWasm,
    UnexpectedEnd,
    BadInteger,
    BadText,
    BadSection,
    BadType,
    TooMany,
    BadOpcode,
    BadIndex
};
std::string_view describe(WasmError error);

/// What a module may hold at most; far above what a validator accepts, low enough that reading is cheap.
inline constexpr std::uint32_t kMaxItems = 1'000'000;
inline constexpr std::uint32_t kMaxLocals =
    50'000; ///< parameters and locals of one function, as the validators have it

enum class ValueType : std::uint8_t {
    I32 = 0x7f,
    I64 = 0x7e,
    F32 = 0x7d,
    F64 = 0x7c,
    V128 = 0x7b,
    FuncRef = 0x70,
    ExternRef = 0x6f
};

struct FunctionType {
    std::vector<ValueType> params;
    std::vector<ValueType> results;
    friend bool operator==(const FunctionType&, const FunctionType&) = default;
};

/// Bounds of a memory (in pages of 64 KiB) or a table (in elements).
struct Limits {
    std::uint32_t initial = 0;
    std::optional<std::uint32_t> maximum;
    friend bool operator==(const Limits&, const Limits&) = default;
};
struct Memory {
    Limits limits;
};
struct Table {
    ValueType element = ValueType::FuncRef;
    Limits limits;
};
struct GlobalType {
    ValueType type = ValueType::I32;
    bool is_mutable = false;
};
struct Global {
    GlobalType type;
    Bytes initial; ///< a constant expression, its `end` included
};
struct FunctionIndex {
    std::uint32_t type = 0;
};

struct Import {
    std::string module;
    std::string name;
    std::variant<FunctionIndex, Table, Memory, GlobalType> what;
};

enum class ExternKind : std::uint8_t { Function, Table, Memory, Global };
struct Export {
    std::string name;
    ExternKind kind = ExternKind::Function;
    std::uint32_t index = 0;
};

struct Locals {
    std::uint32_t count = 0;
    ValueType type = ValueType::I32;
};
struct Body {
    std::vector<Locals> locals;
    Bytes code; ///< instructions, the final `end` included
};

struct CustomSection {
    std::string name;
    Bytes data;
};

/// A module, section by section. Function index space: imported functions first, then `functions`.
/// Element and data sections stay as they are; read_elements and read_data look inside.
struct Module {
    std::vector<FunctionType> types;
    std::vector<Import> imports;
    std::vector<std::uint32_t> functions; ///< type index of each function defined here
    std::vector<Table> tables;
    std::vector<Memory> memories;
    std::vector<Global> globals;
    std::vector<Export> exports;
    std::optional<std::uint32_t> start;
    std::optional<Bytes> elements;
    std::optional<std::uint32_t> data_count;
    std::vector<Body> bodies; ///< one per function defined here
    std::optional<Bytes> data;
    std::vector<CustomSection> customs; ///< written after all others

    [[nodiscard]] std::uint32_t imported_functions() const { return count_imports<FunctionIndex>(); }
    [[nodiscard]] std::uint32_t imported_globals() const { return count_imports<GlobalType>(); }
    [[nodiscard]] const CustomSection* custom(std::string_view name) const;
    [[nodiscard]] const Export* find_export(std::string_view name) const;
    /// Type index of any function, imported or defined; nothing if there is no such function.
    [[nodiscard]] std::optional<std::uint32_t> type_of_function(std::uint32_t index) const;
    /// Index of a type, added if it is not there yet.
    std::uint32_t type_index(const FunctionType& type);

private:
    template <class What>
    [[nodiscard]] std::uint32_t count_imports() const
    {
        std::uint32_t count = 0;
        for (const auto& import : imports)
            count += std::holds_alternative<What>(import.what);
        return count;
    }
};

Outcome<Module> read_module(ByteView binary);
Bytes write_module(const Module& module);

/// A segment of the MVP: active, of table or memory 0.
struct ElementSegment {
    Bytes offset; ///< constant expression
    std::vector<std::uint32_t> functions;
};
struct DataSegment {
    Bytes offset; ///< constant expression
    Bytes bytes;
};
/// Segments of the MVP; passive, declared and typed ones are WasmError::BadSection.
Outcome<std::vector<ElementSegment>> read_elements(ByteView section);
Outcome<std::vector<DataSegment>> read_data(ByteView section);

/// True if the expression is one constant, or one global.get, and `end`: what the MVP allows.
bool is_mvp_constant(ByteView expression);

void write_u32(Bytes& out, std::uint32_t value);
void write_s32(Bytes& out, std::int32_t value);
void write_s64(Bytes& out, std::int64_t value);

} // namespace phala::host::wasm
