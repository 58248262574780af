#include "host/wasm/instructions.hpp"
#include "worker/core/engine/code.hpp"

#include <algorithm>

namespace phala::worker::engine {

using namespace host::wasm;

namespace {

// Stack budget: functions left in the upper half of one i64, operands left in the lower half. Taking too much of
// either sets the highest bit of its half; no function takes more than the lower half can show (kOperandCap).
constexpr unsigned kFrameShift = 32;
constexpr std::int64_t kOverdrawn = static_cast<std::int64_t>(0x8000'0000'8000'0000);
constexpr std::uint32_t kOperandCap = kMaxOperands + 1;

// What the compiler keeps on the native stack beyond operands grows with the length of a function: its spilled values
// lie side by side even where they do not live together. So length counts as operands too, few enough that a function
// of usual size is not bounded by it. With one slot of 8 bytes for each operator and each value of an injected charge,
// kMaxOperands are at most 32 MiB of frames.
constexpr std::uint64_t kOperatorsPerOperand = 32;
constexpr std::uint64_t kValuesPerCharge = 8;

constexpr std::uint32_t kBodyPerUnit = 8;   // locals and parameters of a function body for one unit of fuel
constexpr std::int64_t kFuelPerPage = 1024; // of memory.grow
constexpr std::int32_t kLargestMemoryPages = 65'536;

enum class ControlKind : std::uint8_t { Function, Block, Loop, Then, Else };

struct Control {
    ControlKind kind;
    bool reachable;           ///< whether control can reach the construct at all
    std::uint8_t results;     ///< values it leaves: 0 or 1
    std::uint32_t height;     ///< of the operand stack outside of it
    std::size_t outer_region; ///< the region to go back to after it
};

/// A place in the body where something is put in or replaced.
struct Edit {
    enum class Kind : std::uint8_t { Charge, Return, Called, Grow };
    Kind kind;
    std::size_t begin;  ///< byte offset
    std::size_t end;    ///< equal to begin: nothing is replaced
    std::size_t labels; ///< how many stand between here and the function
    std::size_t region; ///< of Charge
};

struct Analysis {
    FunctionCosts costs;
    std::vector<Edit> edits;
    bool calls_defined = false; ///< may call a function of this module, so that its frame counts while they run
    bool has_loops = false;
    std::uint32_t slots = 0; ///< parameters and locals
};

std::unexpected<Error> malformed()
{
    return fail(CodeError::Rejected, "a function body that does not validate");
}

/// Walks over one body and finds out what its regions cost (spec contract-engine §2.2, fuel rule).
class Analyzer {
public:
    Analyzer(const Module& module, std::uint32_t imported, const FunctionType& type, const Body& body)
        : module_{module}, imported_{imported}, body_{body}
    {
        std::uint64_t slots = type.params.size();
        for (const auto& group : body.locals)
            slots += group.count;
        slots_ = slots;
        out_.slots = static_cast<std::uint32_t>(slots);
        out_.costs.regions.push_back(1 + slots / kBodyPerUnit);
        controls_.push_back({ControlKind::Function, true, static_cast<std::uint8_t>(type.results.size()), 0, 0});
    }

    Outcome<Analysis> run()
    {
        InstructionReader in{body_.code};
        std::size_t at = 0;
        while (!in.at_end()) {
            Instruction instruction;
            if (controls_.empty() || !in.next(instruction))
                return malformed();
            ++operators_;
            const std::size_t end = at + instruction.raw.size();
            if (!step(instruction, at, end))
                return malformed();
            at = end;
        }
        if (!controls_.empty())
            return malformed();
        const std::uint64_t length = operators_ + kValuesPerCharge * out_.costs.regions.size();
        const std::uint64_t operands = slots_ + highest_ + length / kOperatorsPerOperand;
        out_.costs.operands = static_cast<std::uint32_t>(std::min<std::uint64_t>(operands, kOperandCap));
        return std::move(out_);
    }

private:
    [[nodiscard]] std::size_t labels() const { return controls_.size() - 1; }

    void cost(std::uint64_t units)
    {
        if (reachable_)
            out_.costs.regions[region_] += units;
    }

    bool pop(std::uint64_t count)
    {
        if (!reachable_)
            return true;
        if (height_ < controls_.back().height + count)
            return false;
        height_ -= static_cast<std::uint32_t>(count);
        return true;
    }

    void push(std::uint64_t count)
    {
        if (!reachable_)
            return;
        height_ += static_cast<std::uint32_t>(count);
        highest_ = std::max(highest_, height_);
    }

    /// Enters a region of its own and charges for it behind the instruction that opens it.
    void open_region(std::size_t behind)
    {
        if (!reachable_)
            return;
        region_ = out_.costs.regions.size();
        out_.costs.regions.push_back(1);
        out_.edits.push_back({Edit::Kind::Charge, behind, behind, labels(), region_});
    }

    void open(ControlKind kind, const Instruction& instruction)
    {
        const std::uint8_t results = instruction.block_type == kEmptyBlock ? 0 : 1;
        controls_.push_back({kind, reachable_, results, height_, region_});
    }

    bool close()
    {
        Control& control = controls_.back();
        if (control.kind == ControlKind::Function) {
            cost(1); // the implicit return
            controls_.pop_back();
            return true;
        }
        reachable_ = control.reachable;
        height_ = control.height;
        region_ = control.outer_region;
        const auto results = control.results;
        controls_.pop_back();
        push(results);
        return true;
    }

    bool otherwise(std::size_t end)
    {
        Control& control = controls_.back();
        if (control.kind != ControlKind::Then)
            return false;
        const bool falls_through = reachable_;
        control.kind = ControlKind::Else;
        reachable_ = control.reachable;
        height_ = control.height;
        region_ = control.outer_region;
        if (falls_through)
            cost(1);
        open_region(end);
        return true;
    }

    void called(std::size_t behind) { out_.edits.push_back({Edit::Kind::Called, behind, behind, labels(), 0}); }

    bool call(const FunctionType& type, std::uint64_t extra, std::size_t end)
    {
        cost(1);
        called(end);
        if (!pop(type.params.size() + extra))
            return false;
        push(type.results.size());
        return true;
    }

    bool leave(std::uint64_t pops)
    {
        cost(1);
        const bool ok = pop(pops);
        reachable_ = false;
        return ok;
    }

    bool step(const Instruction& instruction, std::size_t at, std::size_t end)
    {
        switch (instruction.opcode) {
        case op::kBlock: open(ControlKind::Block, instruction); return true;
        case op::kLoop:
            out_.has_loops |= reachable_;
            open(ControlKind::Loop, instruction);
            open_region(end);
            return true;
        case op::kIf:
            cost(1);
            if (!pop(1))
                return false;
            open(ControlKind::Then, instruction);
            open_region(end);
            return true;
        case op::kElse: return otherwise(end);
        case op::kEnd: return close();
        case op::kUnreachable:
        case op::kBr: return leave(0);
        case op::kBrTable: return leave(1);
        case op::kReturn: out_.edits.push_back({Edit::Kind::Return, at, end, labels(), 0}); return leave(0);
        case op::kBrIf:
            if (instruction.index > labels())
                return false;
            cost(instruction.index == labels() ? 0 : 1); // a conditional return costs nothing
            return pop(1);
        case op::kCall: {
            const auto type = module_.type_of_function(instruction.index);
            if (!type)
                return false;
            out_.calls_defined |= instruction.index >= imported_;
            return call(module_.types[*type], 0, end);
        }
        case op::kCallIndirect:
            if (instruction.index >= module_.types.size())
                return false;
            out_.calls_defined = true;
            return call(module_.types[instruction.index], 1, end);
        case op::kMemoryGrow:
            out_.edits.push_back({Edit::Kind::Grow, at, end, labels(), 0});
            called(end);
            break;
        default: break;
        }
        const auto effect = stack_effect(instruction.opcode);
        const bool reinterprets =
            instruction.opcode >= op::kFirstReinterpret && instruction.opcode <= op::kLastReinterpret;
        if (!effect)
            return false;
        cost(instruction.opcode == op::kNop || reinterprets ? 0 : 1);
        if (!pop(effect->pops))
            return false;
        push(effect->pushes);
        return true;
    }

    const Module& module_;
    std::uint32_t imported_;
    const Body& body_;
    std::uint64_t slots_ = 0;
    std::uint64_t operators_ = 0;
    Analysis out_;
    std::vector<Control> controls_;
    std::size_t region_ = 0;
    bool reachable_ = true;
    std::uint32_t height_ = 0;
    std::uint32_t highest_ = 0;
};

/// Indexes of what the rewriting adds.
struct Added {
    std::uint32_t fuel;
    std::uint32_t fault;
    std::uint32_t stack;
    std::uint32_t grow;
};

/// Writes instructions one behind the other.
class Emit {
public:
    Emit(Bytes& out, const Added& added) : out_{out}, added_{added} {}

    Emit& code(std::uint8_t opcode)
    {
        out_.push_back(opcode);
        return *this;
    }
    Emit& indexed(std::uint8_t opcode, std::uint32_t index)
    {
        out_.push_back(opcode);
        write_u32(out_, index);
        return *this;
    }
    Emit& i64(std::int64_t value)
    {
        out_.push_back(op::kI64Const);
        write_s64(out_, value);
        return *this;
    }
    Emit& i32(std::int32_t value)
    {
        out_.push_back(op::kI32Const);
        write_s32(out_, value);
        return *this;
    }
    Emit& block(std::uint8_t opcode, std::uint8_t type)
    {
        out_.push_back(opcode);
        out_.push_back(type);
        return *this;
    }

    /// if (condition on the stack) { fault = why; unreachable }
    Emit& fault_if(Fault why) { return block(op::kIf, kEmptyBlock).end_in(why).code(op::kEnd); }

    /// What is left is always in the global, where a trap or a call finds it. If it is in the local `fuel` too, it is
    /// read from there: in a loop that is a register. `out_of_fuel`: label to branch to.
    Emit& charge(std::uint64_t units, std::optional<std::uint32_t> fuel, std::size_t out_of_fuel)
    {
        const auto amount = static_cast<std::int64_t>(units);
        const auto left = [&] {
            if (fuel)
                indexed(op::kLocalGet, *fuel);
            else
                indexed(op::kGlobalGet, added_.fuel);
        };
        left();
        i64(amount).code(op::kI64LtU).indexed(op::kBrIf, static_cast<std::uint32_t>(out_of_fuel));
        left();
        i64(amount).code(op::kI64Sub);
        if (fuel)
            indexed(op::kLocalTee, *fuel);
        return indexed(op::kGlobalSet, added_.fuel);
    }

    /// Brings the local up to date with the global.
    Emit& reload(std::uint32_t fuel) { return indexed(op::kGlobalGet, added_.fuel).indexed(op::kLocalSet, fuel); }

    /// The end of a block whose branches are faults.
    Emit& end_in(Fault why)
    {
        return i32(static_cast<std::int32_t>(why)).indexed(op::kGlobalSet, added_.fault).code(op::kUnreachable);
    }

    /// Leaves whether the stack has no room for what is taken.
    Emit& stack_is_overdrawn(std::int64_t taken)
    {
        indexed(op::kGlobalGet, added_.stack).i64(taken).code(op::kI64Sub).i64(kOverdrawn).code(op::kI64And);
        return i64(0).code(op::kI64Ne);
    }

    Emit& change_stack(std::uint8_t add_or_subtract, std::int64_t amount)
    {
        return indexed(op::kGlobalGet, added_.stack)
            .i64(amount)
            .code(add_or_subtract)
            .indexed(op::kGlobalSet, added_.stack);
    }

private:
    Bytes& out_;
    const Added& added_;
};

Body rewrite(const Body& body, const FunctionType& type, const Analysis& analysis, const Added& added)
{
    Body out{body.locals, {}};
    out.code.reserve(2 * body.code.size() + 64);
    Emit emit{out.code, added};
    std::optional<std::uint32_t> fuel; // a local
    if (analysis.has_loops && analysis.slots < kMaxLocals) {
        fuel = analysis.slots;
        out.locals.push_back({1, ValueType::I64});
    }
    const std::int64_t taken = (std::int64_t{1} << kFrameShift) + analysis.costs.operands;
    // around the body: a block whose label is that of the function, inside of one for each fault, which thereby stand
    // behind all else in the machine code
    emit.block(op::kBlock, kEmptyBlock).block(op::kBlock, kEmptyBlock);
    emit.stack_is_overdrawn(taken).indexed(op::kBrIf, 1);
    if (analysis.calls_defined)
        emit.change_stack(op::kI64Sub, taken);
    if (fuel)
        emit.reload(*fuel);
    emit.charge(analysis.costs.regions[0], fuel, 0);
    emit.block(op::kBlock, type.results.empty() ? kEmptyBlock : static_cast<std::uint8_t>(type.results[0]));
    std::size_t at = 0;
    for (const auto& edit : analysis.edits) {
        append(out.code, ByteView{body.code}.subspan(at, edit.begin - at));
        at = edit.end;
        switch (edit.kind) {
        case Edit::Kind::Charge: emit.charge(analysis.costs.regions[edit.region], fuel, edit.labels + 1); break;
        case Edit::Kind::Called:
            if (fuel)
                emit.reload(*fuel);
            break;
        case Edit::Kind::Grow: emit.indexed(op::kCall, added.grow); break;
        case Edit::Kind::Return:
            // a return must pass where the stack is given back
            if (analysis.calls_defined)
                emit.indexed(op::kBr, static_cast<std::uint32_t>(edit.labels));
            else
                emit.code(op::kReturn);
            break;
        }
    }
    append(out.code, ByteView{body.code}.subspan(at));
    if (analysis.calls_defined)
        emit.change_stack(op::kI64Add, taken);
    emit.code(op::kReturn);
    emit.code(op::kEnd).end_in(Fault::OutOfFuel);
    emit.code(op::kEnd).end_in(Fault::StackLimit);
    emit.code(op::kEnd);
    return out;
}

/// memory.grow that pays for the pages it gets. A request that no memory could meet fails without a charge.
Body grow_body(const Added& added)
{
    constexpr std::uint32_t kPages = 0;
    constexpr std::uint32_t kBefore = 1;
    Body body{{{1, ValueType::I32}}, {}};
    Emit emit{body.code, added};
    const auto price = [&] {
        emit.indexed(op::kLocalGet, kPages).code(op::kI64ExtendI32U).i64(kFuelPerPage).code(op::kI64Mul);
    };
    emit.indexed(op::kLocalGet, kPages).i32(kLargestMemoryPages).code(op::kI32GtU);
    emit.block(op::kIf, kEmptyBlock).i32(-1).code(op::kReturn).code(op::kEnd);
    emit.indexed(op::kGlobalGet, added.fuel);
    price();
    emit.code(op::kI64LtU).fault_if(Fault::OutOfFuel);
    emit.indexed(op::kLocalGet, kPages)
        .indexed(op::kMemoryGrow, 0)
        .indexed(op::kLocalTee, kBefore)
        .i32(-1)
        .code(op::kI32Eq);
    emit.block(op::kIf, kEmptyBlock).i32(-1).code(op::kReturn).code(op::kEnd);
    emit.indexed(op::kGlobalGet, added.fuel);
    price();
    emit.code(op::kI64Sub).indexed(op::kGlobalSet, added.fuel);
    emit.indexed(op::kLocalGet, kBefore).code(op::kEnd);
    return body;
}

std::uint32_t add_global(Module& module, ValueType type, std::int64_t initial, std::string_view name)
{
    const auto index = module.imported_globals() + static_cast<std::uint32_t>(module.globals.size());
    Global global{{type, true}, {}};
    global.initial.push_back(type == ValueType::I64 ? op::kI64Const : op::kI32Const);
    write_s64(global.initial, initial);
    global.initial.push_back(op::kEnd);
    module.globals.push_back(std::move(global));
    if (!name.empty())
        module.exports.push_back({std::string{name}, ExternKind::Global, index});
    return index;
}

void define_memory(Module& module)
{
    const auto at = std::ranges::find_if(
        module.imports, [](const Import& import) { return std::holds_alternative<Memory>(import.what); });
    Memory memory = std::get<Memory>(at->what);
    memory.limits.maximum = memory.limits.maximum.value_or(kMaxPages);
    module.imports.erase(at);
    module.memories.push_back(memory);
    module.exports.push_back({std::string{exported::kMemory}, ExternKind::Memory, 0});
}

} // namespace

Outcome<Bytes> instrument(Module module)
{
    const std::uint32_t imported = module.imported_functions();
    define_memory(module);
    Added added{};
    added.fuel = add_global(module, ValueType::I64, 0, exported::kFuel);
    added.fault = add_global(module, ValueType::I32, 0, exported::kFault);
    added.stack =
        add_global(module, ValueType::I64, ((std::int64_t{kMaxFrames} + 1) << kFrameShift) + kMaxOperands, {});
    added.grow = imported + static_cast<std::uint32_t>(module.functions.size());

    for (std::size_t i = 0; i < module.bodies.size(); ++i) {
        const auto& type = module.types[module.functions[i]];
        PHALA_TRY(const auto analysis, (Analyzer{module, imported, type, module.bodies[i]}.run()));
        module.bodies[i] = rewrite(module.bodies[i], type, analysis, added);
    }
    module.functions.push_back(module.type_index({{ValueType::I32}, {ValueType::I32}}));
    module.bodies.push_back(grow_body(added));
    if (module.start) // the caller runs it, once fuel is set
        module.exports.push_back({std::string{exported::kStart}, ExternKind::Function, *module.start});
    module.start.reset();
    module.customs.clear();
    return write_module(module);
}

Outcome<FunctionCosts> function_costs(const Module& module, std::size_t defined_function)
{
    const auto& type = module.types[module.functions[defined_function]];
    PHALA_TRY(auto analysis,
              (Analyzer{module, module.imported_functions(), type, module.bodies[defined_function]}.run()));
    return std::move(analysis.costs);
}

} // namespace phala::worker::engine
