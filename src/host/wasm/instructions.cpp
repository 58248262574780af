#include "host/wasm/instructions.hpp"

namespace phala::host::wasm {

bool InstructionReader::next(Instruction& out)
{
    const std::size_t begin = in_.position();
    if (!in_.byte(out.opcode) || !immediates(out))
        return false;
    out.raw = in_.bytes().subspan(begin, in_.position() - begin);
    return true;
}

bool InstructionReader::immediates(Instruction& out)
{
    std::int64_t integer = 0;
    std::uint32_t number = 0;
    std::uint8_t zero = 0;
    ByteView bytes;
    const std::uint8_t opcode = out.opcode;
    switch (opcode) {
    case op::kBlock:
    case op::kLoop:
    case op::kIf:
        if (!in_.byte(out.block_type))
            return false;
        return out.block_type == kEmptyBlock || (out.block_type >= 0x7c && out.block_type <= 0x7f)
               || in_.refuse(WasmError::BadOpcode);
    case op::kBr:
    case op::kBrIf:
    case op::kCall:
    case op::kLocalGet:
    case op::kLocalSet:
    case op::kLocalTee:
    case op::kGlobalGet:
    case op::kGlobalSet: return in_.u32(out.index);
    case op::kBrTable: {
        std::uint32_t count = 0;
        if (!in_.count(count))
            return false;
        for (std::uint32_t i = 0; i <= count; ++i) // the default label follows the others
            if (!in_.u32(number))
                return false;
        return true;
    }
    case op::kCallIndirect:
    case op::kMemorySize:
    case op::kMemoryGrow:
        if (opcode == op::kCallIndirect && !in_.u32(out.index))
            return false;
        return in_.byte(zero) && (zero == 0 || in_.refuse(WasmError::BadOpcode));
    case op::kI32Const: return in_.signed_leb(integer, 32);
    case op::kI64Const: return in_.signed_leb(integer, 64);
    case op::kF32Const: return in_.view(bytes, 4);
    case op::kF64Const: return in_.view(bytes, 8);
    default: break;
    }
    if (opcode >= 0x28 && opcode <= 0x3e) // loads and stores: alignment, offset
        return in_.u32(number) && in_.u32(number);
    const bool plain = opcode <= op::kNop || opcode == op::kElse || opcode == op::kEnd || opcode == op::kReturn
                       || opcode == op::kDrop || opcode == op::kSelect
                       || (opcode >= op::kI32Eqz && opcode <= op::kLast);
    return plain || in_.refuse(WasmError::BadOpcode);
}

std::optional<StackEffect> stack_effect(std::uint8_t opcode)
{
    const auto effect = [](std::uint8_t pops, std::uint8_t pushes) { return StackEffect{pops, pushes}; };
    const auto within = [opcode](std::uint8_t first, std::uint8_t last) { return opcode >= first && opcode <= last; };
    switch (opcode) {
    case op::kNop: return effect(0, 0);
    case op::kDrop:
    case op::kLocalSet:
    case op::kGlobalSet: return effect(1, 0);
    case op::kSelect: return effect(3, 1);
    case op::kLocalTee:
    case op::kMemoryGrow:
    case op::kI32Eqz:
    case op::kI64Eqz: return effect(1, 1);
    case op::kLocalGet:
    case op::kGlobalGet:
    case op::kMemorySize: return effect(0, 1);
    default: break;
    }
    if (within(0x28, 0x35)) // loads
        return effect(1, 1);
    if (within(0x36, 0x3e)) // stores
        return effect(2, 0);
    if (within(op::kI32Const, op::kF64Const))
        return effect(0, 1);
    if (within(0x46, 0x66)) // comparisons
        return effect(2, 1);
    const bool unary =
        within(0x67, 0x69) || within(0x79, 0x7b) || within(0x8b, 0x91) || within(0x99, 0x9f) || within(0xa7, op::kLast);
    if (unary)
        return effect(1, 1);
    if (within(0x6a, 0xa6))
        return effect(2, 1);
    return std::nullopt;
}

bool is_float(std::uint8_t opcode)
{
    const auto within = [opcode](std::uint8_t first, std::uint8_t last) { return opcode >= first && opcode <= last; };
    return within(0x2a, 0x2b) || within(0x38, 0x39) || within(op::kF32Const, op::kF64Const) || within(0x5b, 0x66)
           || within(0x8b, 0xa6) || within(0xa8, 0xab) || within(0xae, 0xbf);
}

} // namespace phala::host::wasm
