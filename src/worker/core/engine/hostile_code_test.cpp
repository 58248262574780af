// Code made to cost its worker more than it pays: whatever passes the check compiles in bounded time and memory, and
// what does not is refused with a reason.
#include "host/wasm/instructions.hpp"
#include "worker/core/engine/wat_testing.hpp"

namespace phala::worker::engine {
namespace {

constexpr std::uint8_t kI32WrapI64 = 0xa7;

using namespace testing;
using namespace host::wasm;

/// Makes a module out of functions without parameters and results.
class Bomb {
public:
    Bomb()
    {
        module.type_index({});
        module.imports.push_back({"env", "memory", Memory{{2, 16}}});
        function({op::kEnd});
        function({op::kEnd});
        module.exports.push_back({"call", ExternKind::Function, 0});
        module.exports.push_back({"deploy", ExternKind::Function, 1});
    }
    void function(Bytes code, std::uint32_t locals = 0)
    {
        module.functions.push_back(0);
        Body body;
        if (locals != 0)
            body.locals.push_back({locals, ValueType::I64});
        body.code = std::move(code);
        module.bodies.push_back(std::move(body));
    }
    Module module;
};

Bytes repeat(const Bytes& what, std::size_t times)
{
    Bytes out;
    for (std::size_t i = 0; i < times; ++i)
        append(out, what);
    return out;
}

Bytes indexed(std::uint8_t opcode, std::uint32_t index)
{
    Bytes out{opcode};
    write_u32(out, index);
    return out;
}

/// "built", or why not.
std::string fate(const Bomb& bomb)
{
    const auto built = build(write_module(bomb.module));
    return built ? "built" : built.error().message();
}

void expect_refused(const Bomb& bomb, std::string_view why)
{
    const auto text = fate(bomb);
    EXPECT_NE(text.find(why), std::string::npos) << text;
}

TEST(HostileCode, ManyFunctions)
{
    Bomb bomb;
    while (bomb.module.bodies.size() < kMaxFunctions)
        bomb.function({op::kEnd});
    EXPECT_EQ(fate(bomb), "built");
    bomb.function({op::kEnd});
    expect_refused(bomb, "more than 8192 functions");
}

TEST(HostileCode, ManyLocals)
{
    Bomb bomb; // 14 KB of code that declare 20 million variables
    for (int i = 0; i < 2'000; ++i)
        bomb.function({op::kEnd}, 10'000);
    expect_refused(bomb, "more locals");
}

Bytes read_all(std::uint32_t locals)
{
    Bytes code;
    for (std::uint32_t i = 0; i < locals; ++i)
        append(code, concat(indexed(op::kLocalGet, i), Bytes{op::kDrop}));
    return code;
}

TEST(HostileCode, LocalsThroughLoops)
{
    const auto loops = [](std::uint32_t locals, std::size_t depth) {
        Bomb bomb;
        bomb.function(concat(repeat({op::kLoop, kEmptyBlock}, depth), read_all(locals), repeat({op::kEnd}, depth + 1)),
                      locals);
        return bomb;
    };
    expect_refused(loops(2'000, 2'000), "more locals"); // a compiler would take half a minute for 14 KB
    EXPECT_EQ(fate(loops(256, 1'000)), "built");
}

TEST(HostileCode, LocalsThroughBranches)
{
    const auto branches = [](std::uint32_t locals, std::size_t count) {
        Bomb bomb;
        bomb.function(concat(read_all(locals),
                             repeat({op::kLocalGet, 0, kI32WrapI64, op::kIf, kEmptyBlock, op::kEnd}, count),
                             read_all(locals), Bytes{op::kEnd}),
                      locals);
        return bomb;
    };
    expect_refused(branches(10'000, 10'000), "more locals");
    EXPECT_EQ(fate(branches(2'000, 2'000)), "built");
}

TEST(HostileCode, DeepNests)
{
    Bomb bomb;
    bomb.function(concat(repeat({op::kBlock, kEmptyBlock}, 100'000), repeat({op::kEnd}, 100'001)));
    EXPECT_EQ(fate(bomb), "built");
}

TEST(HostileCode, LargeBranchTables)
{
    Bomb bomb;
    constexpr std::uint32_t kTargets = 900'000;
    Bytes code{op::kI32Const, 0, op::kBrTable};
    write_u32(code, kTargets);
    append(code, Bytes(kTargets + 1, 0));
    code.push_back(op::kEnd);
    bomb.function(code);
    expect_refused(bomb, "could not be compiled");
}

TEST(HostileCode, ManyTypesGlobalsAndImports)
{
    Bomb bomb;
    for (int i = 0; i < 100'000; ++i)
        bomb.module.types.push_back({});
    for (int i = 0; i < 100'000; ++i)
        bomb.module.globals.push_back({{ValueType::I32, true}, {op::kI32Const, 0, op::kEnd}});
    const auto type = bomb.module.type_index({{ValueType::I32, ValueType::I32}, {}});
    for (int i = 0; i < 30'000; ++i)
        bomb.module.imports.push_back({"seal0", "input", FunctionIndex{type}});
    for (auto& item : bomb.module.exports)
        item.index += 30'000;
    const auto code = build(write_module(bomb.module));
    ASSERT_TRUE(code) << code.error().message();
    NoHost host;
    EXPECT_EQ(run(**code, 100, host).ending, Ending::Returned);
}

TEST(HostileCode, ManySegments)
{
    const auto with = [](std::uint32_t data_segments, std::uint32_t element_segments) {
        Bomb bomb;
        bomb.module.tables.push_back({ValueType::FuncRef, {kMaxTableElements, std::nullopt}});
        Bytes data;
        write_u32(data, data_segments);
        append(data, repeat({0, op::kI32Const, 0, op::kEnd, 1, 7}, data_segments));
        bomb.module.data = data;
        Bytes elements;
        write_u32(elements, element_segments);
        append(elements, repeat({0, op::kI32Const, 0, op::kEnd, 1, 0}, element_segments));
        bomb.module.elements = elements;
        return bomb;
    };
    EXPECT_EQ(fate(with(90'000, 90'000)), "built");
    expect_refused(with(200'000, 0), "data segments count exceeds limit");
    expect_refused(with(0, 200'000), "element segments count exceeds limit");
}

TEST(HostileCode, SegmentsOutsideOfTheirMemory)
{
    Bomb bomb;
    Bytes data;
    write_u32(data, 1);
    append(data, concat(Bytes{0, op::kI32Const}, Bytes{0xff, 0xff, 0xff, 0xff, 0x07}, Bytes{op::kEnd, 1, 7}));
    bomb.module.data = data;
    const auto code = build(write_module(bomb.module));
    ASSERT_TRUE(code) << code.error().message();
    NoHost host;
    EXPECT_EQ(run(**code, 100, host).ending, Ending::NotStarted);
}

} // namespace
} // namespace phala::worker::engine
