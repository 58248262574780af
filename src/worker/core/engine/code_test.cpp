#include "host/wasm/instructions.hpp"
#include "worker/core/engine/code.hpp"
#include "worker/core/engine/wat_testing.hpp"

namespace phala::worker::engine {
namespace {

using namespace testing;

std::string module_text(std::string_view inside)
{
    return "(module " + std::string{inside} + ")";
}

constexpr std::string_view kMemory = R"((import "env" "memory" (memory 2 16)))";
constexpr std::string_view kEntries = R"((func (export "call")) (func (export "deploy")))";

Outcome<> check_text(const std::string& inside, Determinism determinism = Determinism::Enforced)
{
    const auto code = wat(module_text(inside));
    PHALA_CHECK(check_code(code, determinism));
    return machine().validate(code);
}

std::string contract(std::string_view more)
{
    return std::string{kMemory} + std::string{more} + std::string{kEntries};
}

TEST(CodeRules, AcceptAContract)
{
    EXPECT_TRUE(check_text(contract("")));
    EXPECT_TRUE(check_text(contract(
        R"((import "seal0" "seal_input" (func (param i32 i32))) (import "seal0" "input" (func (param i32 i32))))")));
}

TEST(CodeRules, RejectWithAReason)
{
    const std::pair<std::string, std::string_view> cases[] = {
        {std::string{kMemory}, "call and deploy"},
        {std::string{kEntries}, "does not import env.memory"},
        {R"((import "env" "memory" (memory (;0;) 1 2)) (export "memory" (memory 0)))" + std::string{kEntries},
         "exports memory"},
        {contract(R"((memory 1))"), "defines a memory"},
        {contract(R"((func (export "other")))"), "exports other"},
        {contract(R"((global (export "g") i32 (i32.const 1)))"), "exports g"},
        {contract(R"((import "env" "table" (table 1 funcref)))"), "table or global"},
        {contract(R"((import "env" "g" (global i32)))"), "table or global"},
        {contract(R"((import "seal0" "unknown" (func)))"), "unknown function seal0.unknown"},
        {contract(R"((import "seal0" "random" (func (param i32 i32 i32 i32))))"), "unknown function"},
        {contract(R"((import "seal2" "call" (func (param i32 i32 i64 i64 i32 i32 i32 i32 i32 i32) (result i32))))"),
         "unknown function"},
        {contract(R"((import "seal0" "sr25519_verify" (func (param i32 i32 i32 i32) (result i32))))"),
         "unknown function"},
        {contract(R"((import "seal0" "return" (func (param i32 i32 i32))))"), "unknown function"},
        {contract(R"((import "seal0" "input" (func (param i32))))"), "wrong signature"},
        {R"((import "env" "memory" (memory 1 65)))" + std::string{kEntries}, "above 64 pages"},
        {R"((import "env" "other" (memory 1 2)))" + std::string{kEntries}, "env.memory"},
        {R"((import "env" "memory" (memory 65)))" + std::string{kEntries}, "larger than its maximum"},
        {std::string{kMemory} + R"((func (export "call") (param i32)) (func (export "deploy")))", "take nothing"},
        {std::string{kMemory} + R"((func (export "call") (result i64) i64.const 0) (func (export "deploy")))",
         "take nothing"},
        {contract("(func (result f64) f64.const 1)"), "floating point"},
        {contract("(func i32.const 1 f32.convert_i32_s drop)"), "floating point"},
        {contract("(func (local f32))"), "floating point"},
        {contract("(global f64 (f64.const 1))"), "floating point"},
        {contract("(func (result i32 i32) i32.const 1 i32.const 2)"), "more than one result"},
        {contract("(func i32.const 0 i32.const 0 i32.const 0 memory.copy)"), "not supported"},
        {contract("(func ref.null func drop)"), "not supported"},
        {contract("(func $f return_call $f)"), "not supported"},
        {contract("(func (param v128))"), "value type"},
        {contract("(global i32 (i32.add (i32.const 1) (i32.const 2)))"), "extended constant"},
        {contract("(table 1 funcref) (table 1 funcref)"), "more than one table"},
        {contract("(table 70000 funcref)"), "65536"},
        {contract("(data \"passive\")"), "segments"},
    };
    for (const auto& [inside, why] : cases) {
        const auto result = check_text(inside);
        ASSERT_FALSE(result) << inside;
        EXPECT_TRUE(result.error().is(CodeError::Rejected)) << result.error().message();
        EXPECT_NE(result.error().message().find(why), std::string::npos)
            << inside << " gives " << result.error().message();
    }
}

TEST(CodeRules, FloatsRunWhereResultsNeedNotAgree)
{
    const auto text = contract("(func (param f64) (result f64) local.get 0 f64.sqrt)");
    EXPECT_FALSE(check_text(text));
    EXPECT_TRUE(check_text(text, Determinism::Relaxed));
}

TEST(CodeRules, SaturatingTruncationIsNotSupported)
{
    EXPECT_FALSE(
        check_text(contract("(func (param f64) (result i32) local.get 0 i32.trunc_sat_f64_s)"), Determinism::Relaxed));
}

TEST(CodeRules, SignExtensionIs)
{
    EXPECT_TRUE(check_text(contract("(func (param i32) (result i32) local.get 0 i32.extend8_s)")));
}

TEST(CodeRules, SizesAreLimited)
{
    EXPECT_TRUE(check_code(Bytes{0, 1, 2}, Determinism::Enforced).error().is(CodeError::Invalid));
    // half a million operators are 8 MiB of the estimate
    std::string many = "(func";
    for (int i = 0; i < 270'000; ++i)
        many += " i32.const 1 drop";
    EXPECT_TRUE(check_text(contract(many + ")")).error().is(CodeError::MemoryEstimateTooLarge));
    auto large = wat(module_text(contract("")));
    append(large, Bytes{0, 0x81, 0x80, 0x80, 0x01, 0}); // a custom section of 2 MiB
    large.resize(large.size() + kMaxCodeSize);
    EXPECT_TRUE(check_code(large, Determinism::Enforced).error().is(CodeError::TooLarge));
}

TEST(CodeRules, TypesAreValidated)
{
    // structurally fine, an operand is missing
    auto module = check_code(wat(module_text(contract(""))), Determinism::Enforced);
    ASSERT_TRUE(module);
    module->bodies[0].code = {host::wasm::op::kDrop, host::wasm::op::kEnd};
    EXPECT_TRUE(machine().validate(write_module(*module)).error().is(MachineError::NotValid));
    EXPECT_TRUE(instrument(*module).error().is(CodeError::Rejected));
}

TEST(Instrumented, IsReproducible)
{
    const auto code = wat(
        contract_text("(func $f (param i32) (result i32) local.get 0 if (result i32) i32.const 1 else i32.const 2 end)",
                      "i32.const 1 call $f drop"));
    auto first = instrument(*check_code(code, Determinism::Enforced));
    auto second = instrument(*check_code(code, Determinism::Enforced));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, *second);
    EXPECT_TRUE(machine().compile(*first));
}

} // namespace
} // namespace phala::worker::engine
