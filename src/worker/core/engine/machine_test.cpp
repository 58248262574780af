#include "worker/core/engine/wat_testing.hpp"

#include "host/wasm/instructions.hpp"

#include <algorithm>
#include <cstdio>
#include <random>

namespace phala::worker::engine {
namespace {

using namespace testing;

constexpr std::uint64_t kPlenty = 1'000'000'000;

std::uint64_t fuel_of(std::string_view declarations, std::string_view body)
{
    const auto result = run_text(contract_text(declarations, body), kPlenty);
    EXPECT_EQ(result.ending, Ending::Returned) << body;
    return kPlenty - result.fuel_left;
}

// The rows of the fuel rule (spec contract-engine §2.2), each counted by hand: the region, then its operators.
TEST(Fuel, IsChargedByTheRule)
{
    EXPECT_EQ(fuel_of("", ""), 1 + 1u);                                    // body, implicit return
    EXPECT_EQ(fuel_of("", "(return)"), 1 + 1u);                            // the return alone
    EXPECT_EQ(fuel_of("", "(local i32 i32 i32 i32 i32 i32 i32)"), 2u);     // 7 locals: nothing yet
    EXPECT_EQ(fuel_of("", "(local i32 i32 i32 i32 i32 i32 i32 i64)"), 3u); // 8 locals: one unit
    EXPECT_EQ(fuel_of("", "nop block block end end"), 2u);
    EXPECT_EQ(fuel_of("", "i32.const 1 drop"), 2 + 2u);
    EXPECT_EQ(fuel_of("", "(loop (nop))"), 2 + 1u); // the loop is a region
    // br_if to the function costs nothing, elsewhere one
    EXPECT_EQ(fuel_of("", "i32.const 0 br_if 0"), 2 + 1u);
    EXPECT_EQ(fuel_of("", "block i32.const 0 br_if 0 end"), 2 + 2u);
    EXPECT_EQ(fuel_of("", "block br 0 end"), 2 + 1u);
    EXPECT_EQ(fuel_of("", "block br 0 i32.const 1 drop end i32.const 1 drop"),
              2 + 1 + 2u); // dead code is free, code behind it is not
    EXPECT_EQ(fuel_of("", "block i32.const 0 br_table 0 0 end"), 2 + 2u);
}

TEST(Fuel, OfConditionals)
{
    const auto choose = [](int condition) {
        return "i32.const " + std::to_string(condition)
               + " if nop nop i32.const 1 drop else i32.const 1 drop i32.const 1 drop end";
    };
    // body 1 + const 1 + if 1 + else behind a then-arm that falls through 1 + return 1, and the arm: 1 + its operators
    EXPECT_EQ(fuel_of("", choose(1)), 5 + 1 + 2u);
    EXPECT_EQ(fuel_of("", choose(0)), 5 + 1 + 4u);
    // a then-arm that leaves makes the else free
    EXPECT_EQ(fuel_of("", "block i32.const 0 if br 1 else end end"), 4 + 1u);
    EXPECT_EQ(fuel_of("", "i32.const 0 if i32.const 1 drop end"), 4u);
    EXPECT_EQ(fuel_of("", "i32.const 1 if i32.const 1 drop end"), 4 + 1 + 2u);
}

TEST(Fuel, OfLoopsIsChargedByIteration)
{
    const std::string loop =
        "(local i32) i32.const 10 local.set 0 loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end";
    EXPECT_EQ(fuel_of("", loop), 1 + 2 + 1 + 10 * (1 + 5u));
}

TEST(Fuel, OfCalls)
{
    EXPECT_EQ(fuel_of("(func $f (param i32) (result i32) local.get 0)", "i32.const 1 call $f drop"),
              1 + 3 + 1 + (1 + 1 + 1u));
    EXPECT_EQ(fuel_of("(func $f) (table 1 funcref) (elem (i32.const 0) $f)", "i32.const 0 call_indirect"),
              1 + 2 + 1 + 2u);
}

TEST(Fuel, OfGrowingMemory)
{
    EXPECT_EQ(fuel_of("", "i32.const 1 memory.grow drop"), 1 + 3 + 1 + 1024u);
    EXPECT_EQ(fuel_of("", "i32.const 15 memory.grow drop"), 1 + 3 + 1u); // beyond the maximum of 16: fails, no charge
    EXPECT_EQ(fuel_of("", "i32.const -1 memory.grow drop"), 1 + 3 + 1u);
    EXPECT_EQ(fuel_of("", "i32.const 0 memory.grow drop"), 1 + 3 + 1u);
    // the price must be there before it is known whether memory grows
    EXPECT_EQ(run_text(contract_text("", "i32.const 15 memory.grow drop"), 1000).ending, Ending::OutOfFuel);
}

TEST(Fuel, ExactlyEnoughIsEnough)
{
    const auto text = contract_text("", "i32.const 1 drop");
    EXPECT_EQ(run_text(text, 4).ending, Ending::Returned);
    EXPECT_EQ(run_text(text, 4).fuel_left, 0u);
    const auto short_of = run_text(text, 3);
    EXPECT_EQ(short_of.ending, Ending::OutOfFuel);
    EXPECT_EQ(short_of.fuel_left, 3u); // a region that cannot be paid is not entered
}

TEST(Fuel, EndsWhatRunsForever)
{
    EXPECT_EQ(run_text(contract_text("", "loop br 0 end"), 50'000'000).ending, Ending::OutOfFuel);
    EXPECT_EQ(
        run_text(
            "(module (import \"env\" \"memory\" (memory 2 16)) (func $s loop br 0 end) (start $s) (func (export \"call\")) (func (export \"deploy\")))",
            1000)
            .ending,
        Ending::OutOfFuel);
}

TEST(Traps, AreTold)
{
    for (auto body : {"unreachable", "i32.const 1 i32.const 0 i32.div_u drop", "i32.const -1 i32.load drop",
                      "i32.const 0 call_indirect"})
        EXPECT_EQ(run_text(contract_text("(table 1 funcref)", body), kPlenty).ending, Ending::Trapped) << body;
    EXPECT_EQ(run_text(contract_text("(data (i32.const 0x7fffffff) \"x\")", ""), kPlenty).ending, Ending::NotStarted);
}

/// call depth reached by counting down from n
std::string recursion(int n, std::string_view locals = "")
{
    return contract_text("(func $f (param i32) " + std::string{locals}
                             + " local.get 0 if local.get 0 i32.const 1 i32.sub call $f end)",
                         "i32.const " + std::to_string(n) + " call $f");
}

TEST(StackLimit, OfFrames)
{
    // below the entry point f(n) … f(0): n + 1 functions
    EXPECT_EQ(run_text(recursion(kMaxFrames - 1), kPlenty).ending, Ending::Returned);
    EXPECT_EQ(run_text(recursion(kMaxFrames), kPlenty).ending, Ending::Trapped);
    EXPECT_EQ(run_text(contract_text("(func $f call $f)", "call $f"), kPlenty).ending, Ending::Trapped);
    EXPECT_EQ(run_text(contract_text("(func $f i32.const 0 call_indirect) (table 1 funcref) (elem (i32.const 0) $f)",
                                     "call $f"),
                       kPlenty)
                  .ending,
              Ending::Trapped);
}

TEST(StackLimit, IsGivenBackOnEveryWayOut)
{
    // each call leaves in another way; 5000 of them would exceed the limit if one kept its frame
    const std::string leaves =
        "(func $leaf) (func $f (param i32) (result i32) call $leaf "
        "block block block local.get 0 br_table 0 1 2 end i32.const 1 return end i32.const 2 br 1 end i32.const 3)";
    EXPECT_EQ(
        run_text(
            contract_text(
                leaves,
                "(local i32) loop local.get 0 i32.const 3 i32.rem_u call $f drop local.get 0 i32.const 1 i32.add local.tee 0 "
                "i32.const 5000 i32.lt_u br_if 0 end"),
            kPlenty)
            .ending,
        Ending::Returned);
}

TEST(StackLimit, OfOperands)
{
    // 998 locals, 1 parameter and 2 operands: 1001 for each f; call itself takes 1
    std::string locals = "(local";
    for (int i = 0; i < 998; ++i)
        locals += " i64";
    locals += ")";
    const int fitting = (kMaxOperands - 1) / 1001;
    EXPECT_EQ(run_text(recursion(fitting - 1, locals), kPlenty).ending, Ending::Returned);
    EXPECT_EQ(run_text(recursion(fitting, locals), kPlenty).ending, Ending::Trapped);
}

/// Measures how far the native stack reaches between two calls of a host function.
class DepthHost final : public HostCalls {
public:
    Next on_host_call(HostFunction, std::span<const std::uint64_t>, std::uint64_t& result, Instance&) override
    {
        const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
        highest_ = std::max(highest_, here);
        lowest_ = std::min(lowest_, here);
        result = 0;
        return Next::Resume;
    }
    [[nodiscard]] std::size_t used() const { return highest_ - lowest_; }

private:
    std::uintptr_t highest_ = 0;
    std::uintptr_t lowest_ = ~std::uintptr_t{0};
};

constexpr std::string_view kMark = "(import \"seal0\" \"caller_is_origin\" (func $mark (result i32)))";

/// Runs until the protocol's limit stops it; how much native stack that took.
std::size_t stack_of(const std::string& declarations)
{
    const auto code =
        build(wat(contract_text(std::string{kMark} + declarations, "call $mark drop i64.const 5000 call $f drop")));
    if (!code) {
        ADD_FAILURE() << code.error().message();
        return 0;
    }
    DepthHost host;
    EXPECT_EQ(run(**code, kPlenty, host).ending, Ending::Trapped);
    return host.used();
}

/// A function whose operands are all alive across its own recursive call, so that they lie in its native frame.
std::string live_across_call(int values)
{
    std::string body =
        "(func $f (param i64) (result i64) (local i64) call $mark drop local.get 0 i64.eqz if i64.const 0 return end ";
    for (int i = 0; i < values; ++i)
        body += " local.get 0 i64.const " + std::to_string(i + 3) + " i64.mul";
    body += " local.get 0 i64.const 1 i64.sub call $f";
    for (int i = 0; i < values; ++i)
        body += " i64.add";
    return body + ")";
}

/// Many short-lived values, spilled one after the other around calls: frames larger than what is alive at once.
std::string long_function(int steps)
{
    std::string body =
        "(func $g (param i64) (result i64) local.get 0) (func $f (param i64) (result i64) (local i64) call $mark drop ";
    for (int i = 0; i < steps; ++i)
        body += " local.get 0 i64.const " + std::to_string(i)
                + " i64.xor local.get 0 call $g i64.add local.get 1 i64.add local.set 1";
    return body + " local.get 0 i64.const 1 i64.sub call $f local.get 1 i64.add)";
}

// The deepest stacks that the protocol allows use a fraction of the native one, whose end would be a MachineFault.
TEST(NativeStack, HoldsTheDeepestStacksOfTheProtocol)
{
    std::size_t most = 0;
    for (int values : {0, 20, 125, 1000, 5'000})
        most = std::max(most, stack_of(live_across_call(values)));
    for (int steps : {10, 100, 1'000})
        most = std::max(most, stack_of(long_function(steps)));
    RecordProperty("bytes", std::to_string(most));
    std::printf("deepest native stack: %zu bytes\n", most);
    EXPECT_GT(most, std::size_t{kMaxFrames} * 16); // it was measured at all
    EXPECT_LT(most, kNativeStackPerInstance / 8);
}

// ---- an independent reckoning: random programs as trees, executed and charged by a walker that knows no Wasm

struct Tree {
    enum class Kind : std::uint8_t { Work, Block, Loop, If, IfElse, Leave, LeaveIf, Return, Call } kind = Kind::Work;
    int amount = 0; ///< Work: operators; Loop: iterations; Leave: how many constructs outwards; IfElse: which arm
    std::vector<Tree> first;
    std::vector<Tree> second;
};

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_{seed} {}

    std::vector<Tree> list(int depth, int labels, bool callable)
    {
        std::vector<Tree> out;
        const int count = pick(4);
        for (int i = 0; i < count; ++i) {
            out.push_back(tree(depth, labels, callable));
            if (out.back().kind == Tree::Kind::Leave || out.back().kind == Tree::Kind::Return) {
                if (pick(2) == 0)
                    out.push_back({Tree::Kind::Work, pick(5), {}, {}}); // dead
                break;
            }
        }
        return out;
    }

    int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint64_t>(below)); }

private:
    Tree tree(int depth, int labels, bool callable)
    {
        using enum Tree::Kind;
        switch (depth == 0 ? pick(2) : pick(9)) {
        case 2: return {Block, 0, list(depth - 1, labels + 1, callable), {}};
        case 3: return {Loop, 1 + pick(4), list(depth - 1, labels + 1, callable), {}};
        case 4: return {If, pick(2), list(depth - 1, labels + 1, callable), {}};
        case 5: return {IfElse, pick(2), list(depth - 1, labels + 1, callable), list(depth - 1, labels + 1, callable)};
        case 6: return labels == 0 ? Tree{Work, 2, {}, {}} : Tree{Leave, pick(labels), {}, {}};
        case 7: return {LeaveIf, 2 * pick(labels + 1) + pick(2), {}, {}};
        case 8: return pick(3) == 0 ? Tree{Return, 0, {}, {}} : Tree{callable ? Call : Work, 1, {}, {}};
        default: return {Work, pick(7), {}, {}};
        }
    }

    std::mt19937_64 random_;
};

/// The Wasm text. A loop counts down in the local of its depth; leaving a loop by label would start it again, so the
/// text puts each loop into a block and every construct has exactly one label for leaving it.
class Text {
public:
    std::string of(const std::vector<Tree>& list)
    {
        std::string out;
        for (const auto& tree : list)
            out += of(tree);
        return out;
    }
    int locals = 0;

private:
    std::vector<int> kinds_; // labels opened so far: 1 for a plain construct, 2 for a loop in its block

    [[nodiscard]] std::string label(int outwards) const
    {
        int depth = 0;
        for (int i = 0; i < outwards; ++i)
            depth += kinds_[kinds_.size() - 1 - static_cast<std::size_t>(i)];
        if (static_cast<std::size_t>(outwards) < kinds_.size()
            && kinds_[kinds_.size() - 1 - static_cast<std::size_t>(outwards)] == 2)
            ++depth; // the block around the loop
        return std::to_string(depth);
    }

    std::string inside(int labels, const std::vector<Tree>& list)
    {
        kinds_.push_back(labels);
        auto out = of(list);
        kinds_.pop_back();
        return out;
    }

    std::string of(const Tree& tree)
    {
        using enum Tree::Kind;
        std::string out;
        switch (tree.kind) {
        case Work:
            for (int i = 0; i < tree.amount; ++i)
                out += i % 2 == 0 ? " i32.const 7" : " drop";
            return tree.amount % 2 == 0 ? out : out + " drop";
        case Block: return " block" + inside(1, tree.first) + " end";
        case Loop: {
            const auto counter = std::to_string(locals++);
            return " block i32.const " + std::to_string(tree.amount) + " local.set " + counter + " loop"
                   + inside(2, tree.first) + " local.get " + counter + " i32.const 1 i32.sub local.tee " + counter
                   + " br_if 0 end end";
        }
        case If: return " i32.const " + std::to_string(tree.amount) + " if" + inside(1, tree.first) + " end";
        case IfElse:
            return " i32.const " + std::to_string(tree.amount) + " if" + inside(1, tree.first) + " else"
                   + inside(1, tree.second) + " end";
        case Leave: return " br " + label(tree.amount);
        case LeaveIf: return " i32.const " + std::to_string(tree.amount % 2) + " br_if " + label(tree.amount / 2);
        case Return: return " return";
        case Call: return " call $f";
        }
        return out;
    }
};

/// Static cost of a run of trees that belongs to one region, and whether its end can be reached.
struct Reckoner {
    const std::vector<Tree>* callee;
    std::uint64_t callee_locals = 0;
    int depth = 0; ///< constructs around

    struct Static {
        std::uint64_t cost = 0;
        bool reaches_end = true;
    };

    Static region(const std::vector<Tree>& list, int labels) const
    {
        Static out;
        for (const auto& tree : list) {
            if (!out.reaches_end)
                break;
            using enum Tree::Kind;
            switch (tree.kind) {
            case Work: out.cost += static_cast<std::uint64_t>(tree.amount + tree.amount % 2); break;
            case Block: out.cost += region(tree.first, labels + 1).cost; break;
            case Loop: out.cost += 2; break; // setting the counter
            case If: out.cost += 2; break;
            case IfElse: out.cost += 2 + (region(tree.first, labels + 1).reaches_end ? 1 : 0); break;
            case Leave:
                out.cost += 1;
                out.reaches_end = false;
                break;
            case LeaveIf: out.cost += 1 + (tree.amount / 2 == labels ? 0 : 1); break;
            case Return:
                out.cost += 1;
                out.reaches_end = false;
                break;
            case Call: out.cost += 1; break;
            }
        }
        return out;
    }

    /// What happens when a list is executed: -1 runs on, otherwise how many constructs are left. Adds what inner
    /// regions charge; the region of the list itself was charged when it was entered.
    int execute(const std::vector<Tree>& list, int labels, std::uint64_t& total) const
    {
        constexpr int kFunction = 1'000;
        for (const auto& tree : list) {
            using enum Tree::Kind;
            int left = -1;
            switch (tree.kind) {
            case Work: break;
            case Block: left = execute(tree.first, labels + 1, total); break;
            case Loop:
                for (int i = tree.amount; i > 0 && left == -1; --i) {
                    const auto inner = region(tree.first, labels + 1);
                    total += 1 + inner.cost + (inner.reaches_end ? 5 : 0);
                    left = execute(tree.first, labels + 1, total);
                }
                break;
            case If:
            case IfElse:
                if (tree.amount != 0 || tree.kind == IfElse) {
                    const auto& arm = tree.amount != 0 ? tree.first : tree.second;
                    total += 1 + region(arm, labels + 1).cost;
                    left = execute(arm, labels + 1, total);
                }
                break;
            case Leave: left = tree.amount + 1; break;
            case LeaveIf:
                if (tree.amount % 2 == 1)
                    left = tree.amount / 2 == labels ? kFunction : tree.amount / 2 + 1;
                break;
            case Return: left = kFunction; break;
            case Call: Reckoner{nullptr, 0}.function(*callee, callee_locals, total); break;
            }
            if (left == kFunction)
                return kFunction;
            if (tree.kind == Leave || tree.kind == LeaveIf) {
                if (left > 0)
                    return left;
            } else if (left > 1) {
                return left - 1;
            }
        }
        return -1;
    }

    void function(const std::vector<Tree>& list, std::uint64_t locals, std::uint64_t& total) const
    {
        const auto body = region(list, 0);
        total += 1 + locals / 8 + body.cost + (body.reaches_end ? 1 : 0);
        execute(list, 0, total);
    }
};

std::string with_locals(int count, const std::string& body)
{
    std::string out = "(local";
    for (int i = 0; i < count; ++i)
        out += " i32";
    return out + ") " + body;
}

TEST(Fuel, OfRandomProgramsEqualsAnIndependentReckoning)
{
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Generator generator{seed};
        const auto callee = generator.list(3, 0, false);
        const auto main = generator.list(5, 0, true);
        Text callee_text;
        Text main_text;
        const auto callee_body = callee_text.of(callee);
        const auto main_body = main_text.of(main);
        const auto text = contract_text("(func $f " + with_locals(callee_text.locals, callee_body) + ")",
                                        with_locals(main_text.locals, main_body));
        const auto result = run_text(text, kPlenty);
        ASSERT_EQ(result.ending, Ending::Returned) << text;
        std::uint64_t expected = 0;
        Reckoner{&callee, static_cast<std::uint64_t>(callee_text.locals)}.function(
            main, static_cast<std::uint64_t>(main_text.locals), expected);
        ASSERT_EQ(kPlenty - result.fuel_left, expected) << seed << "\n" << text;
    }
}

} // namespace
} // namespace phala::worker::engine
