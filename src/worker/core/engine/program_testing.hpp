#pragma once
// For tests and fuzzing: any bytes give a valid contract, made of every kind of construct that metering distinguishes.
// Functions call only those behind them, so that every program comes to an end where its loops do.
#include "host/wasm/instructions.hpp"
#include "host/wasm/module.hpp"

#include <algorithm>
#include <array>

namespace phala::worker::engine::testing {

class Program {
public:
    explicit Program(ByteView source) : source_{source} {}

    /// The module; its `call` runs everything.
    Bytes module()
    {
        using namespace host::wasm;
        Module out;
        out.imports.push_back({"env", "memory", Memory{{1, 16}}});
        const auto entry_type = out.type_index({});
        function_type_ = out.type_index({{ValueType::I32, ValueType::I64}, {ValueType::I32}});
        out.tables.push_back({ValueType::FuncRef, {2, 2}});
        out.globals.push_back({{ValueType::I32, true}, {op::kI32Const, 0, op::kEnd}});
        Bytes elements;
        write_u32(elements, 1);
        append(elements, Bytes{0, op::kI32Const, 0, op::kEnd, 1, kFunctions - 1}); // the last one calls nothing
        out.elements = elements;
        for (std::uint32_t i = 0; i < kFunctions; ++i) {
            current_ = i;
            const bool is_entry = i < 2;
            out.functions.push_back(is_entry ? entry_type : function_type_);
            params_ = is_entry ? 0 : 2;
            locals_ = next() % 20;
            Body body;
            body.locals = {{locals_ + 2, ValueType::I32}, {1, ValueType::I64}};
            code_.clear();
            labels_ = 0;
            budget_ = 40;
            statements(3);
            if (!is_entry)
                i32(2);
            code_.push_back(op::kEnd);
            body.code = code_;
            out.bodies.push_back(std::move(body));
        }
        out.exports.push_back({"call", ExternKind::Function, 0});
        out.exports.push_back({"deploy", ExternKind::Function, 1});
        return write_module(out);
    }

private:
    static constexpr std::uint8_t kFunctions = 5;
    static constexpr std::uint8_t kI32Type = 0x7f;

    std::uint8_t next()
    {
        if (source_.empty())
            return 0;
        const auto byte = source_.front();
        source_ = source_.subspan(1);
        return byte;
    }
    void emit(std::initializer_list<std::uint8_t> bytes) { code_.insert(code_.end(), bytes); }
    void indexed(std::uint8_t opcode, std::uint32_t index)
    {
        code_.push_back(opcode);
        host::wasm::write_u32(code_, index);
    }
    std::uint32_t i32_local() { return params_ + next() % (locals_ + 2); }
    [[nodiscard]] std::uint32_t i64_local() const { return params_ + locals_ + 2; }

    /// Leaves an i32.
    void i32(int depth)
    {
        using namespace host::wasm;
        const auto what = depth == 0 || budget_ == 0 ? next() % 3 : next() % 13;
        if (budget_ > 0)
            --budget_;
        switch (what) {
        case 0:
            code_.push_back(op::kI32Const);
            write_s32(code_, static_cast<std::int8_t>(next()));
            return;
        case 1: return indexed(op::kLocalGet, i32_local());
        case 2: return indexed(op::kGlobalGet, 0);
        case 3:
        case 4: { // arithmetic, division and its traps included
            i32(depth - 1);
            i32(depth - 1);
            constexpr std::uint8_t kAdd = 0x6a;
            code_.push_back(static_cast<std::uint8_t>(kAdd + next() % 15));
            return;
        }
        case 5: // comparison
            i64(depth - 1);
            i64(depth - 1);
            code_.push_back(static_cast<std::uint8_t>(0x51 + next() % 10));
            return;
        case 6: // clz, ctz, popcnt, eqz
            i32(depth - 1);
            code_.push_back(std::array<std::uint8_t, 4>{0x67, 0x68, 0x69, 0x45}[next() % 4]);
            return;
        case 7: // load, now and then outside
            i32(depth - 1);
            return emit({0x28, 0, 0});
        case 8: // select
            i32(depth - 1);
            i32(depth - 1);
            i32(depth - 1);
            code_.push_back(op::kSelect);
            return;
        case 9: // if with a result
            i32(depth - 1);
            emit({op::kIf, kI32Type});
            ++labels_;
            i32(depth - 1);
            code_.push_back(op::kElse);
            i32(depth - 1);
            code_.push_back(op::kEnd);
            --labels_;
            return;
        case 10: // memory.size, memory.grow
            if (next() % 2 == 0)
                return emit({0x3f, 0});
            i32(depth - 1);
            return emit({op::kMemoryGrow, 0});
        case 11: // wrap
            i64(depth - 1);
            code_.push_back(0xa7);
            return;
        default: // a call
            if (current_ + 1 >= kFunctions)
                return emit({op::kI32Const, 1});
            i32(depth - 1);
            i64(depth - 1);
            if (next() % 3 == 0) { // indirect: the leaf, an empty place, or outside of the table
                i32(0);
                indexed(op::kCallIndirect, function_type_);
                return code_.push_back(0);
            }
            const auto first = std::max<std::uint32_t>(current_ + 1, 2);
            return indexed(op::kCall, first + next() % (kFunctions - first));
        }
    }

    /// Leaves an i64.
    void i64(int depth)
    {
        using namespace host::wasm;
        switch (depth <= 0 || budget_ == 0 ? next() % 2 : next() % 4) {
        case 0:
            code_.push_back(op::kI64Const);
            write_s64(code_, static_cast<std::int8_t>(next()));
            return;
        case 1: return indexed(op::kLocalGet, i64_local());
        case 2:
            i64(depth - 1);
            i64(depth - 1);
            code_.push_back(static_cast<std::uint8_t>(op::kI64Add + next() % 15));
            return;
        default: i32(depth - 1); code_.push_back(op::kI64ExtendI32U);
        }
    }

    std::uint32_t label() { return next() % (labels_ + 1); }

    /// Whether the label takes a value: only that of a function which gives one.
    [[nodiscard]] bool takes_value(std::uint32_t label) const { return label == labels_ && params_ != 0; }

    void statements(int depth)
    {
        const int count = next() % 5;
        for (int i = 0; i < count && budget_ > 0; ++i)
            statement(depth);
    }

    void statement(int depth)
    {
        using namespace host::wasm;
        if (budget_ > 0)
            --budget_;
        switch (depth == 0 ? next() % 4 : next() % 14) {
        case 0: i32(2); return indexed(op::kLocalSet, i32_local());
        case 1: i64(2); return indexed(op::kLocalSet, i64_local());
        case 2: i32(2); return indexed(op::kGlobalSet, 0);
        case 3: code_.push_back(op::kNop); return;
        case 4: // store
            i32(1);
            i32(2);
            return emit({0x36, 0, 0});
        case 5: return construct(op::kBlock, depth);
        case 6:
        case 7: return construct(op::kLoop, depth);
        case 8: i32(2); return construct(op::kIf, depth);
        case 9: { // if and else
            i32(2);
            emit({op::kIf, kEmptyBlock});
            ++labels_;
            statements(depth - 1);
            code_.push_back(op::kElse);
            statements(depth - 1);
            --labels_;
            return code_.push_back(op::kEnd);
        }
        case 10: { // br_if
            const auto to = label();
            if (takes_value(to))
                i32(1);
            i32(2);
            indexed(op::kBrIf, to);
            if (takes_value(to))
                code_.push_back(op::kDrop);
            return;
        }
        case 11: { // br, return or unreachable, and what is dead behind it
            const auto to = label();
            const auto how = next() % 8;
            if (how == 0) {
                code_.push_back(op::kUnreachable);
            } else if (how < 3) {
                if (params_ != 0)
                    i32(1);
                code_.push_back(op::kReturn);
            } else {
                if (takes_value(to))
                    i32(1);
                indexed(op::kBr, to);
            }
            return;
        }
        case 12: { // br_table over labels without values
            std::array<std::uint32_t, 4> targets{};
            for (auto& target : targets) {
                target = label();
                if (takes_value(target))
                    return code_.push_back(op::kNop);
            }
            i32(2);
            code_.push_back(op::kBrTable);
            write_u32(code_, targets.size() - 1);
            for (const auto target : targets)
                write_u32(code_, target);
            return;
        }
        default: i32(3); code_.push_back(op::kDrop);
        }
    }

    void construct(std::uint8_t opcode, int depth)
    {
        using namespace host::wasm;
        emit({opcode, kEmptyBlock});
        ++labels_;
        statements(depth - 1);
        --labels_;
        code_.push_back(op::kEnd);
    }

    ByteView source_;
    Bytes code_;
    std::uint32_t function_type_ = 0;
    std::uint32_t current_ = 0;
    std::uint32_t params_ = 0;
    std::uint32_t locals_ = 0;
    std::uint32_t labels_ = 0; ///< constructs around; 0 is the function itself
    int budget_ = 0;           ///< constructs that the function may still have
};

} // namespace phala::worker::engine::testing
