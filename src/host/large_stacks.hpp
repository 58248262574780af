#pragma once
#include <cstddef>
#include <functional>
#include <memory>

namespace phala::host {

/// Large stacks for threads that have small ones, made when first needed and kept. The thread stays the same: handing
/// work to another one costs more than most calls of contracts do. Memory of a stack is committed as it is touched.
class LargeStacks {
public:
    LargeStacks(std::size_t count, std::size_t stack_size);
    ~LargeStacks();
    LargeStacks(const LargeStacks&) = delete;
    LargeStacks& operator=(const LargeStacks&) = delete;

    /// Runs `work` on one of the stacks; waits for one first if all are in use. `work` must not throw.
    void run(const std::function<void()>& work);

private:
    class Stack;
    struct Shared;
    std::unique_ptr<Shared> shared_;
};

} // namespace phala::host
