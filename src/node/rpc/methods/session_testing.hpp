#pragma once
// A connection that writes down what it is told, for tests of methods without sockets; for .cpp files only, it is heavy.
#include "node/rpc/answering.hpp"
#include "node/rpc/json.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

namespace phala::node::rpc {

class TestSession final : public Session {
    /// Outlives the session: notifications come from other threads.
    struct Heard {
        std::mutex mutex;
        std::condition_variable changed;
        std::map<std::string, SubscriptionRef> open;
        std::map<std::string, std::deque<std::string>> told;

        bool close(const std::string& id)
        {
            const std::lock_guard lock{mutex};
            return open.erase(id) != 0;
        }
    };

    class Told final : public Subscription {
    public:
        Told(std::shared_ptr<Heard> heard, std::string id) : heard_{std::move(heard)}, id_{std::move(id)} {}
        [[nodiscard]] const std::string& id() const override { return id_; }
        void notify(std::string result) override
        {
            const std::lock_guard lock{heard_->mutex};
            if (!heard_->open.contains(id_))
                return;
            heard_->told[id_].push_back(std::move(result));
            heard_->changed.notify_all();
        }
        void finish() override { heard_->close(id_); }
        void when_read(std::function<void()> task) override
        {
            if (alive())
                task();
        }
        [[nodiscard]] bool alive() const override
        {
            const std::lock_guard lock{heard_->mutex};
            return heard_->open.contains(id_);
        }

    private:
        std::shared_ptr<Heard> heard_;
        std::string id_;
    };

public:
    explicit TestSession(const Methods& methods) : methods_{methods} {}
    ~TestSession() override { disconnect(); }
    TestSession(const TestSession&) = delete;
    TestSession& operator=(const TestSession&) = delete;

    std::expected<SubscriptionRef, RpcError> open(const std::string&) override
    {
        const std::lock_guard lock{heard_->mutex};
        auto subscription = std::make_shared<Told>(heard_, "s" + std::to_string(++last_));
        heard_->open.emplace(subscription->id(), subscription);
        return subscription;
    }
    [[nodiscard]] SubscriptionRef find(const std::string& id) const override
    {
        const std::lock_guard lock{heard_->mutex};
        auto at = heard_->open.find(id);
        return at == heard_->open.end() ? nullptr : at->second;
    }
    bool close(const std::string& id) override { return heard_->close(id); }
    void after_response(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
    [[nodiscard]] Liveness liveness() const override { return open_; }

    void disconnect()
    {
        *open_ = false;
        const std::lock_guard lock{heard_->mutex};
        heard_->open.clear();
    }

    /// The whole response.
    json::value ask(const std::string& method, const json::array& params = {})
    {
        json::object request;
        request.emplace("jsonrpc", "2.0");
        request.emplace("id", 1);
        request.emplace("method", method);
        request.emplace("params", params);
        const auto text = answer(methods_, json::serialize(request), {this, true, nullptr}, {});
        for (const auto& task : std::exchange(tasks_, {}))
            task();
        return json::parse(text);
    }
    json::value result(const std::string& method, const json::array& params = {})
    {
        auto response = ask(method, params);
        if (auto* value = response.as_object().if_contains("result"))
            return std::move(*value);
        return json::value(json::string("refused: " + json::serialize(response)));
    }
    std::int64_t error(const std::string& method, const json::array& params = {})
    {
        const auto response = ask(method, params);
        const auto* value = response.as_object().if_contains("error");
        return value == nullptr ? 0 : value->at("code").as_int64();
    }

    /// The next notification of a subscription; null if none comes.
    json::value next(const std::string& id)
    {
        std::unique_lock lock{heard_->mutex};
        auto& told = heard_->told[id];
        if (!heard_->changed.wait_for(lock, std::chrono::seconds{20}, [&] { return !told.empty(); }))
            return nullptr;
        auto out = json::parse(told.front());
        told.pop_front();
        return out;
    }
    /// Notifications that have come and not been taken.
    std::size_t waiting(const std::string& id)
    {
        const std::lock_guard lock{heard_->mutex};
        return heard_->told[id].size();
    }

private:
    const Methods& methods_;
    std::shared_ptr<std::atomic<bool>> open_ = std::make_shared<std::atomic<bool>>(true);
    std::vector<std::function<void()>> tasks_;
    std::shared_ptr<Heard> heard_ = std::make_shared<Heard>();
    std::uint64_t last_ = 0;
};

} // namespace phala::node::rpc
