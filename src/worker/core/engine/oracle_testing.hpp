#pragma once
// For tests: the reference's interpreter, run beside our machine on the same frames. tools/build_wasmi_oracle.sh prints
// the program that PHALA_WASMI_ORACLE names; tests/wasmi_oracle/main.rs tells the protocol.
#include "worker/core/engine/wat_testing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace phala::worker::engine::testing {

/// What host functions did in one run, so that another machine can be served alike.
struct HostCallTrace {
    struct Write {
        std::uint32_t address;
        Bytes bytes;
    };
    bool stops = false;
    std::uint64_t result = 0;
    std::uint64_t fuel = 0; ///< that the host function took
    std::vector<Write> writes;
};

/// Passes calls on and writes down what they did.
class Recorder final : public HostCalls {
public:
    explicit Recorder(HostCalls& served) : served_{served} {}

    Next on_host_call(HostFunction function, std::span<const std::uint64_t> params, std::uint64_t& result,
                      Instance& instance) override
    {
        const auto memory = instance.memory();
        before_.assign(memory.begin(), memory.end());
        const auto fuel = instance.fuel();
        HostCallTrace call;
        call.stops = served_.on_host_call(function, params, result, instance) == Next::Stop;
        call.result = result;
        call.fuel = fuel - instance.fuel();
        const auto after = instance.memory();
        for (std::size_t at = 0; at < after.size();) {
            const auto differ = std::mismatch(after.begin() + static_cast<std::ptrdiff_t>(at), after.end(),
                                              before_.begin() + static_cast<std::ptrdiff_t>(at));
            if (differ.first == after.end())
                break;
            const auto begin = static_cast<std::size_t>(differ.first - after.begin());
            auto end = begin;
            while (end < after.size() && after[end] != before_[end])
                ++end;
            call.writes.push_back(
                {static_cast<std::uint32_t>(begin), to_bytes(ByteView{after}.subspan(begin, end - begin))});
            at = end;
        }
        calls.push_back(std::move(call));
        return calls.back().stops ? Next::Stop : Next::Resume;
    }

    std::vector<HostCallTrace> calls;

private:
    HostCalls& served_;
    Bytes before_;
};

/// As long as it lives, signals wait or go to other threads: a fuzzer's timer would cut reads and writes short.
class SignalsWait {
public:
    SignalsWait()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalsWait() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsWait(const SignalsWait&) = delete;
    SignalsWait& operator=(const SignalsWait&) = delete;

private:
    sigset_t before_{};
};

/// The interpreter, as a process that answers one request after the other.
class Oracle {
public:
    /// Null where PHALA_WASMI_ORACLE is not set.
    static Oracle* shared()
    {
        static Oracle oracle{std::getenv("PHALA_WASMI_ORACLE")};
        return oracle.to_ == nullptr ? nullptr : &oracle;
    }
    Oracle(const Oracle&) = delete;
    Oracle& operator=(const Oracle&) = delete;
    ~Oracle()
    {
        if (to_ == nullptr)
            return;
        std::fclose(to_);
        std::fclose(from_);
        waitpid(process_, nullptr, 0);
    }

    struct Answer {
        std::string ending;
        std::uint64_t fuel_left = 0;
        std::uint32_t calls = 0;
        friend bool operator==(const Answer&, const Answer&) = default;
        friend void PrintTo(const Answer& answer, std::ostream* out)
        {
            *out << answer.ending << ", " << answer.fuel_left << " fuel left, " << answer.calls << " calls";
        }
    };

    Answer run(ByteView code, Entry entry, std::uint64_t fuel, const std::vector<HostCallTrace>& calls)
    {
        Bytes request;
        const auto number = [&](auto value) { append(request, le_bytes(value)); };
        const auto bytes = [&](ByteView what) {
            number(static_cast<std::uint32_t>(what.size()));
            append(request, what);
        };
        bytes(code);
        bytes(bytes_of(entry == Entry::Call ? "call" : "deploy"));
        number(fuel);
        number(static_cast<std::uint32_t>(calls.size()));
        for (const auto& call : calls) {
            request.push_back(call.stops);
            number(call.result);
            number(call.fuel);
            number(static_cast<std::uint32_t>(call.writes.size()));
            for (const auto& write : call.writes) {
                number(write.address);
                bytes(write.bytes);
            }
        }
        std::array<std::uint8_t, 13> answer{};
        const SignalsWait undisturbed;
        if (std::fwrite(request.data(), 1, request.size(), to_) != request.size() || std::fflush(to_) != 0
            || std::fread(answer.data(), 1, answer.size(), from_) != answer.size())
            return {"the oracle is gone"};
        constexpr std::array<std::string_view, 7> kEndings{"returned",    "trapped",   "out of fuel",    "stopped",
                                                           "not started", "not valid", "unexpected call"};
        const ByteView view{answer};
        return {std::string{kEndings.at(answer[0])}, from_le<std::uint64_t>(view.subspan<1, 8>()),
                from_le<std::uint32_t>(view.subspan<9, 4>())};
    }

private:
    explicit Oracle(const char* program)
    {
        std::array<int, 2> to{};
        std::array<int, 2> from{};
        if (program == nullptr || pipe(to.data()) != 0 || pipe(from.data()) != 0)
            return;
        process_ = fork();
        if (process_ == 0) {
            dup2(to[0], 0);
            dup2(from[1], 1);
            for (const int descriptor : {to[0], to[1], from[0], from[1]})
                close(descriptor);
            execl(program, program, nullptr);
            _exit(1);
        }
        close(to[0]);
        close(from[1]);
        to_ = fdopen(to[1], "wb");
        from_ = fdopen(from[0], "rb");
    }

    std::FILE* to_ = nullptr;
    std::FILE* from_ = nullptr;
    pid_t process_ = -1;
};

inline Oracle::Answer answer_of(const RunResult& run, std::size_t calls)
{
    constexpr std::array<std::string_view, 6> kEndings{"returned", "trapped",     "out of fuel",
                                                       "stopped",  "not started", "machine fault"};
    return {std::string{kEndings.at(static_cast<std::size_t>(run.ending))}, run.fuel_left,
            static_cast<std::uint32_t>(calls)};
}

/// Runs frames on the machine and compares each with the interpreter: how it ended, the fuel that is left, the number
/// of host calls.
class ComparingRunner final : public FrameRunner {
public:
    explicit ComparingRunner(Oracle& oracle) : oracle_{oracle} {}

    RunResult run(const Machine& machine, const CompiledCode& code, ByteView uploaded, Entry entry, std::uint64_t fuel,
                  HostCalls& host) override
    {
        Recorder recorder{host};
        auto result = machine.run(code, entry, fuel, recorder);
        ++frames;
        fuel_compared += fuel - result.fuel_left;
        EXPECT_EQ(answer_of(result, recorder.calls.size()), oracle_.run(uploaded, entry, fuel, recorder.calls))
            << "frame " << frames << " with " << fuel << " fuel";
        return result;
    }

    std::size_t frames = 0;
    std::uint64_t fuel_compared = 0;

private:
    Oracle& oracle_;
};

} // namespace phala::worker::engine::testing
