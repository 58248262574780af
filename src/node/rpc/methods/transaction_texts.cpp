#include "node/rpc/methods/transaction_texts.hpp"

#include "node/rpc/methods/follow_texts.hpp"

namespace phala::node::rpc {

namespace {

std::string legacy_text(const TransactionEvent& event)
{
    const auto with = [&](const char* name) {
        return R"({")" + std::string{name} + R"(":)" + to_text(event.other) + "}";
    };
    switch (event.status) {
    case TransactionStatus::Future: return R"("future")";
    case TransactionStatus::Ready: return R"("ready")";
    case TransactionStatus::InBlock: return with("inBlock");
    case TransactionStatus::Retracted: return with("retracted");
    case TransactionStatus::Finalized: return with("finalized");
    case TransactionStatus::FinalityTimeout: return with("finalityTimeout");
    case TransactionStatus::Usurped: return with("usurped");
    case TransactionStatus::Dropped: return R"("dropped")";
    case TransactionStatus::Invalid: return R"("invalid")";
    }
    return {};
}

/// {"hash", "index"} of a transaction in a block.
json::value place(const TransactionEvent& event, const Chain& chain)
{
    json::object out;
    out.emplace("hash", to_json(event.other));
    const auto body = chain.body(event.other);
    for (std::size_t i = 0; body && *body && i < (*body)->size(); ++i)
        if (Pool::hash_of((**body)[i]) == event.transaction)
            out.emplace("index", i);
    return out;
}

std::string v1_text(const TransactionEvent& event, const Chain& chain)
{
    const auto failed = [](std::string_view name, std::string_view why) {
        return EventText{name}.with("error", why).text();
    };
    switch (event.status) {
    case TransactionStatus::Future:
    case TransactionStatus::Ready: return EventText{"validated"}.text();
    case TransactionStatus::InBlock:
        return EventText{"bestChainBlockIncluded"}.with("block", place(event, chain)).text();
    case TransactionStatus::Retracted: return EventText{"bestChainBlockIncluded"}.with("block", nullptr).text();
    case TransactionStatus::Finalized: return EventText{"finalized"}.with("block", place(event, chain)).text();
    case TransactionStatus::FinalityTimeout:
        return failed("dropped", "Maximum number of finality watchers has been reached");
    case TransactionStatus::Usurped: return failed("invalid", "Extrinsic was rendered invalid by another extrinsic");
    case TransactionStatus::Dropped:
        return failed("dropped", "Extrinsic dropped from the pool due to exceeding limits");
    case TransactionStatus::Invalid: return failed("invalid", "Extrinsic marked as invalid");
    }
    return {};
}

} // namespace

std::string transaction_text(const TransactionEvent& event, WatchForm form, const Chain& chain)
{
    return form == WatchForm::Legacy ? legacy_text(event) : v1_text(event, chain);
}

bool is_last(TransactionStatus status)
{
    switch (status) {
    case TransactionStatus::Finalized:
    case TransactionStatus::FinalityTimeout:
    case TransactionStatus::Usurped:
    case TransactionStatus::Dropped:
    case TransactionStatus::Invalid: return true;
    default: return false;
    }
}

} // namespace phala::node::rpc
