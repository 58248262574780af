#include "host/wasm/instructions.hpp"
#include "host/wasm/module.hpp"

#include <gtest/gtest.h>

#include <set>

namespace phala::host::wasm {
namespace {

/// (module (import "env" "memory" (memory 2 16)) (func (export "call") (local i32 i32) i32.const -1 local.set 1))
Module sample()
{
    Module module;
    const auto type = module.type_index({});
    module.imports.push_back({"env", "memory", Memory{{2, 16}}});
    module.functions.push_back(type);
    module.bodies.push_back({{{2, ValueType::I32}}, {op::kI32Const, 0x7f, op::kLocalSet, 1, op::kEnd}});
    module.exports.push_back({"call", ExternKind::Function, 0});
    module.globals.push_back({{ValueType::I64, true}, {op::kI64Const, 5, op::kEnd}});
    module.data = Bytes{1, 0, op::kI32Const, 8, op::kEnd, 3, 'a', 'b', 'c'};
    module.elements = Bytes{1, 0, op::kI32Const, 0, op::kEnd, 1, 0};
    module.tables.push_back({ValueType::FuncRef, {1, 1}});
    module.customs.push_back({"note", {1, 2}});
    return module;
}

TEST(WasmModule, ReadsWhatItWrote)
{
    const Bytes binary = write_module(sample());
    const auto module = read_module(binary);
    ASSERT_TRUE(module) << module.error().message();
    EXPECT_EQ(write_module(*module), binary);
    EXPECT_EQ(module->imports.at(0).name, "memory");
    EXPECT_EQ(std::get<Memory>(module->imports.at(0).what).limits, (Limits{2, 16}));
    EXPECT_EQ(module->find_export("call")->index, 0u);
    EXPECT_EQ(module->find_export("deploy"), nullptr);
    EXPECT_EQ(module->custom("note")->data, (Bytes{1, 2}));
    EXPECT_EQ(module->type_of_function(0), 0u);
    EXPECT_EQ(module->type_of_function(1), std::nullopt);
    const auto data = read_data(*module->data);
    ASSERT_TRUE(data);
    EXPECT_EQ(data->at(0).bytes, (Bytes{'a', 'b', 'c'}));
    const auto elements = read_elements(*module->elements);
    ASSERT_TRUE(elements);
    EXPECT_EQ(elements->at(0).functions, std::vector<std::uint32_t>{0});
}

TEST(WasmModule, RefusesATruncationInsideASection)
{
    const Bytes binary = write_module(sample());
    std::set<std::size_t> boundaries{8};
    for (std::size_t at = 8; at < binary.size();) // every section of the sample is shorter than 128 bytes
        boundaries.insert(at += 2 + std::size_t{binary[at + 1]});
    ASSERT_EQ(*boundaries.rbegin(), binary.size());
    for (std::size_t size = 0; size < binary.size(); ++size)
        if (!boundaries.contains(size))
            EXPECT_FALSE(read_module(ByteView{binary}.first(size))) << size;
}

TEST(WasmModule, RefusesWhatPointsAtNothing)
{
    Module module = sample();
    module.exports.push_back({"deploy", ExternKind::Function, 7});
    EXPECT_TRUE(read_module(write_module(module)).error().is(WasmError::BadIndex));
    module = sample();
    module.functions[0] = 3;
    EXPECT_TRUE(read_module(write_module(module)).error().is(WasmError::BadIndex));
    module = sample();
    module.bodies.pop_back();
    EXPECT_TRUE(read_module(write_module(module)).error().is(WasmError::BadSection));
    module = sample();
    module.start = 9;
    EXPECT_TRUE(read_module(write_module(module)).error().is(WasmError::BadIndex));
}

TEST(WasmModule, RefusesSectionsOutOfOrder)
{
    Bytes binary = write_module(sample());
    const Bytes types{1, 1, 0};
    append(binary, types);
    EXPECT_TRUE(read_module(binary).error().is(WasmError::BadSection));
    EXPECT_TRUE(read_module(Bytes{1, 2, 3}).error().is(WasmError::NotWasm));
}

TEST(WasmIntegers, AreReadStrictly)
{
    const auto unsigned_of = [](Bytes bytes) {
        Cursor in{bytes};
        std::uint32_t value = 0;
        return in.u32(value) ? std::optional{value} : std::nullopt;
    };
    EXPECT_EQ(unsigned_of({0xe5, 0x8e, 0x26}), 624485u);
    EXPECT_EQ(unsigned_of({0xff, 0xff, 0xff, 0xff, 0x0f}), 0xffffffffu);
    EXPECT_EQ(unsigned_of({0xff, 0xff, 0xff, 0xff, 0x1f}), std::nullopt);
    EXPECT_EQ(unsigned_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}), std::nullopt);
    const auto signed_of = [](Bytes bytes, unsigned bits) {
        Cursor in{bytes};
        std::int64_t value = 0;
        return in.signed_leb(value, bits) ? std::optional{value} : std::nullopt;
    };
    for (std::int64_t value : {0L, -1L, 63L, 64L, -64L, -65L, 1L << 40, INT64_MIN, INT64_MAX}) {
        Bytes bytes;
        write_s64(bytes, value);
        EXPECT_EQ(signed_of(bytes, 64), value);
    }
    EXPECT_EQ(signed_of({0xff, 0xff, 0xff, 0xff, 0x07}, 32), 0x7fffffff);
    EXPECT_EQ(signed_of({0x80, 0x80, 0x80, 0x80, 0x78}, 32), INT32_MIN);
    EXPECT_EQ(signed_of({0xff, 0xff, 0xff, 0xff, 0x0f}, 32), std::nullopt); // bits beyond the sign
}

TEST(WasmInstructions, AreTakenApart)
{
    const Bytes code{op::kBlock, kEmptyBlock, op::kLocalGet, 0,    op::kBrTable, 2,       0, 0,
                     1,          op::kEnd,    op::kI64Const, 0x7f, op::kDrop,    op::kEnd};
    InstructionReader in{code};
    std::vector<std::uint8_t> opcodes;
    Bytes again;
    while (!in.at_end()) {
        Instruction instruction;
        ASSERT_TRUE(in.next(instruction)) << in.error().message();
        opcodes.push_back(instruction.opcode);
        append(again, instruction.raw);
    }
    EXPECT_EQ(opcodes, (std::vector<std::uint8_t>{op::kBlock, op::kLocalGet, op::kBrTable, op::kEnd, op::kI64Const,
                                                  op::kDrop, op::kEnd}));
    EXPECT_EQ(again, code);
}

TEST(WasmInstructions, BeyondTheMvpAreRefused)
{
    // saturating truncation, bulk memory, SIMD, atomics, ref.null, typed select, tail call, a block with a type index
    for (Bytes code : {Bytes{0xfc, 0}, Bytes{0xfc, 10, 0, 0}, Bytes{0xfd, 0}, Bytes{0xfe, 0}, Bytes{0xd0, 0x70},
                       Bytes{0x1c, 1, 0x7f}, Bytes{0x12, 0}, Bytes{op::kBlock, 0}}) {
        InstructionReader in{code};
        Instruction instruction;
        EXPECT_FALSE(in.next(instruction));
    }
}

TEST(WasmInstructions, EveryOpcodeHasAnEffectOrIsControl)
{
    for (unsigned opcode = 0; opcode <= op::kLast; ++opcode) {
        const Bytes code{static_cast<std::uint8_t>(opcode), 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        InstructionReader in{code};
        Instruction instruction;
        if (!in.next(instruction))
            continue;
        const bool control = (opcode <= op::kCallIndirect && opcode != op::kNop);
        EXPECT_EQ(stack_effect(instruction.opcode).has_value(), !control) << opcode;
    }
}

} // namespace
} // namespace phala::host::wasm
