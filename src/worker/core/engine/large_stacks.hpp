#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace phala::worker::engine {

/// Threads with large stacks, made when first needed and kept. Memory of a stack is committed as it is touched.
class LargeStacks {
public:
    LargeStacks(std::size_t count, std::size_t stack_size);
    ~LargeStacks();
    LargeStacks(const LargeStacks&) = delete;
    LargeStacks& operator=(const LargeStacks&) = delete;

    /// Runs `work` on one of the threads and waits for its end; waits for a thread first if all are busy.
    void run(const std::function<void()>& work);

private:
    struct Thread;
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

} // namespace phala::worker::engine
