#pragma once
// The instructions of the Wasm MVP with sign extension, one after the other.
#include "host/wasm/cursor.hpp"

namespace phala::host::wasm {

namespace op {
inline constexpr std::uint8_t kUnreachable = 0x00, kNop = 0x01, kBlock = 0x02, kLoop = 0x03, kIf = 0x04, kElse = 0x05,
                              kEnd = 0x0b, kBr = 0x0c, kBrIf = 0x0d, kBrTable = 0x0e, kReturn = 0x0f, kCall = 0x10,
                              kCallIndirect = 0x11, kDrop = 0x1a, kSelect = 0x1b, kLocalGet = 0x20, kLocalSet = 0x21,
                              kLocalTee = 0x22, kGlobalGet = 0x23, kGlobalSet = 0x24, kMemorySize = 0x3f,
                              kMemoryGrow = 0x40, kI32Const = 0x41, kI64Const = 0x42, kF32Const = 0x43,
                              kF64Const = 0x44, kI32Eqz = 0x45, kI32Eq = 0x46, kI32GtU = 0x4b, kI64Eqz = 0x50,
                              kI64Ne = 0x52, kI64LtU = 0x54, kI64Add = 0x7c, kI64Sub = 0x7d, kI64Mul = 0x7e,
                              kI64And = 0x83, kI64ExtendI32U = 0xad, kFirstReinterpret = 0xbc, kLastReinterpret = 0xbf,
                              kLast = 0xc4;
}

/// What a block leaves on the stack: nothing or one value (the MVP has no other blocks).
inline constexpr std::uint8_t kEmptyBlock = 0x40;

struct Instruction {
    std::uint8_t opcode = 0;
    std::uint8_t block_type = 0; ///< of block, loop, if: kEmptyBlock or a value type
    std::uint32_t index = 0;     ///< label, function, type, local or global, whichever the instruction has
    ByteView raw;                ///< all its bytes
};

/// Reads instructions from a function body. Opcodes outside the MVP and sign extension are refused.
class InstructionReader {
public:
    explicit InstructionReader(ByteView code) : in_{code} {}

    [[nodiscard]] bool at_end() const { return in_.at_end(); }
    /// The next instruction, or false with error().
    bool next(Instruction& out);
    [[nodiscard]] Error error() const { return in_.error(); }

private:
    bool immediates(Instruction& out);

    Cursor in_;
};

/// How many values an instruction takes and gives, where its opcode alone decides that.
struct StackEffect {
    std::uint8_t pops = 0;
    std::uint8_t pushes = 0;
};
/// Nothing for control instructions and calls.
std::optional<StackEffect> stack_effect(std::uint8_t opcode);

/// True for instructions with a floating-point operand, immediate or result.
bool is_float(std::uint8_t opcode);

} // namespace phala::host::wasm
