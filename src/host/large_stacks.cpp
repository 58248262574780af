#include "host/large_stacks.hpp"

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <vector>

#if __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#endif

namespace phala::host {

namespace {

/// One run on another stack, from the side of the thread that waits for it.
struct Visit {
    const std::function<void()>& work;
    ucontext_t here{};
    ucontext_t there{};
};

#if __has_feature(address_sanitizer)
// the sanitizer must know which stack a thread is on
struct Announced {
    void* fake = nullptr;
    Announced(const void* bottom, std::size_t size) { __sanitizer_start_switch_fiber(&fake, bottom, size); }
    ~Announced() { __sanitizer_finish_switch_fiber(fake, nullptr, nullptr); }
};
#endif

/// makecontext passes integers only.
void enter(unsigned high, unsigned low) noexcept
{
    auto& visit = *reinterpret_cast<Visit*>(std::uintptr_t{high} << 32 | low);
#if __has_feature(address_sanitizer)
    const void* bottom = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(nullptr, &bottom, &size);
#endif
    visit.work();
#if __has_feature(address_sanitizer)
    __sanitizer_start_switch_fiber(nullptr, bottom, size); // null: nothing of this stack is in use any more
#endif
}

} // namespace

/// Pages with one below them that nothing can touch.
class LargeStacks::Stack {
public:
    explicit Stack(std::size_t size) : guard_{static_cast<std::size_t>(sysconf(_SC_PAGESIZE))}, size_{size}
    {
        constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
        void* mapped = mmap(nullptr, guard_ + size_, PROT_READ | PROT_WRITE, kFlags, -1, 0);
        if (mapped == MAP_FAILED || mprotect(mapped, guard_, PROT_NONE) != 0)
            std::abort(); // no address space: as little to go on with as without memory
        memory_ = static_cast<std::uint8_t*>(mapped);
    }
    ~Stack() { munmap(memory_, guard_ + size_); }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    void run(const std::function<void()>& work)
    {
        Visit visit{work};
        getcontext(&visit.there);
        visit.there.uc_stack.ss_sp = memory_ + guard_;
        visit.there.uc_stack.ss_size = size_;
        visit.there.uc_link = &visit.here;
        const auto address = reinterpret_cast<std::uintptr_t>(&visit);
        makecontext(&visit.there, reinterpret_cast<void (*)()>(enter), 2, static_cast<unsigned>(address >> 32),
                    static_cast<unsigned>(address));
#if __has_feature(address_sanitizer)
        const Announced announced{memory_ + guard_, size_};
#endif
        swapcontext(&visit.here, &visit.there);
    }

private:
    std::size_t guard_;
    std::size_t size_;
    std::uint8_t* memory_ = nullptr;
};

struct LargeStacks::Shared {
    std::size_t count;
    std::size_t stack_size;
    std::mutex mutex;
    std::condition_variable freed;
    std::vector<std::unique_ptr<Stack>> stacks; // guarded by mutex, as is idle
    std::vector<Stack*> idle;

    Stack* acquire()
    {
        std::unique_lock lock{mutex};
        if (idle.empty() && stacks.size() < count)
            return stacks.emplace_back(std::make_unique<Stack>(stack_size)).get();
        freed.wait(lock, [this] { return !idle.empty(); });
        Stack* stack = idle.back(); // used last: its memory is there already
        idle.pop_back();
        return stack;
    }

    void release(Stack* stack)
    {
        {
            const std::lock_guard lock{mutex};
            idle.push_back(stack);
        }
        freed.notify_one();
    }
};

LargeStacks::LargeStacks(std::size_t count, std::size_t stack_size)
    : shared_{std::make_unique<Shared>(count, stack_size)}
{
}

LargeStacks::~LargeStacks() = default;

void LargeStacks::run(const std::function<void()>& work)
{
    Stack* stack = shared_->acquire();
    stack->run(work);
    shared_->release(stack);
}

} // namespace phala::host
