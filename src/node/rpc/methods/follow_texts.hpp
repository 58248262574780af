#pragma once
// Events of the new API as JSON (spec substrate-host §8.3): for .cpp files only, it is heavy.
#include "node/chain/chain.hpp"
#include "node/rpc/json.hpp"

namespace phala::node::rpc {

/// {"event": NAME, …} of the given members, in their order.
class EventText {
public:
    explicit EventText(std::string_view name) { out_.emplace("event", to_json(name)); }

    template <class T>
    EventText& with(std::string_view name, const T& value)
    {
        out_.emplace(name, to_json(value));
        return *this;
    }
    [[nodiscard]] std::string text() const { return json::serialize(out_); }

private:
    json::object out_;
};

/// What clients are told of the runtime behind a block: its version, or that it has none that can be used.
json::value runtime_json(const Chain& chain, const H256& block);

/// An event whose "items" are JSON texts already.
std::string items_text(std::string_view event, const std::string& operation, const std::vector<std::string>& items);

} // namespace phala::node::rpc
