#include "worker/core/engine/large_stacks.hpp"

#include <pthread.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <vector>

namespace phala::worker::engine {

/// One thread and its letter box. Its own mutex: handing over work disturbs no other thread.
struct LargeStacks::Thread {
    pthread_t id{};
    std::mutex mutex;
    std::condition_variable changed;
    const std::function<void()>* work = nullptr; // guarded by mutex; null: idle or done
    bool stopping = false;

    void serve()
    {
        std::unique_lock lock{mutex};
        while (true) {
            changed.wait(lock, [this] { return work != nullptr || stopping; });
            if (work == nullptr)
                return;
            const auto* job = work;
            lock.unlock();
            (*job)();
            lock.lock();
            work = nullptr;
            changed.notify_all();
        }
    }

    void execute(const std::function<void()>& job)
    {
        std::unique_lock lock{mutex};
        work = &job;
        changed.notify_all();
        changed.wait(lock, [this] { return work == nullptr; });
    }
};

struct LargeStacks::Shared {
    std::size_t count;
    std::size_t stack_size;
    std::mutex mutex;
    std::condition_variable freed;
    std::vector<std::unique_ptr<Thread>> threads;
    std::vector<Thread*> idle;

    Thread* acquire()
    {
        std::unique_lock lock{mutex};
        if (idle.empty() && threads.size() < count)
            if (auto thread = start())
                idle.push_back(threads.emplace_back(std::move(thread)).get());
        freed.wait(lock, [this] { return !idle.empty(); });
        Thread* thread = idle.back();
        idle.pop_back();
        return thread;
    }

    void release(Thread* thread)
    {
        {
            const std::lock_guard lock{mutex};
            idle.push_back(thread);
        }
        freed.notify_one();
    }

    /// Nothing where the system has no thread to give, while others can still serve.
    [[nodiscard]] std::unique_ptr<Thread> start() const
    {
        auto thread = std::make_unique<Thread>();
        pthread_attr_t attributes;
        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, stack_size);
        const auto body = [](void* self) -> void* {
            static_cast<Thread*>(self)->serve();
            return nullptr;
        };
        const int failed = pthread_create(&thread->id, &attributes, body, thread.get());
        pthread_attr_destroy(&attributes);
        if (failed == 0)
            return thread;
        if (threads.empty())
            std::abort(); // no thread at all: as little to go on with as without memory
        return nullptr;
    }
};

LargeStacks::LargeStacks(std::size_t count, std::size_t stack_size) : shared_{std::make_unique<Shared>()}
{
    shared_->count = count;
    shared_->stack_size = stack_size;
}

LargeStacks::~LargeStacks()
{
    for (auto& thread : shared_->threads) {
        {
            const std::lock_guard lock{thread->mutex};
            thread->stopping = true;
        }
        thread->changed.notify_all();
        pthread_join(thread->id, nullptr);
    }
}

void LargeStacks::run(const std::function<void()>& work)
{
    Thread* thread = shared_->acquire();
    thread->execute(work);
    shared_->release(thread);
}

} // namespace phala::worker::engine
