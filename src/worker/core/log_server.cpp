#include "worker/core/log_server.hpp"

#include "base/hex.hpp"
#include "scale/json.hpp"
#include "worker/core/error.hpp"

#include <algorithm>

namespace phala::worker {

namespace {

constexpr std::string_view kRangeKey = "log/range";
constexpr std::uint64_t kOverhead = 128; ///< what a record counts beside its payload

struct StoredRange {
    std::uint64_t first;
    std::uint64_t next;
};

Bytes record_key(std::uint64_t sequence)
{
    return concat(bytes_of("log/"), le_bytes(sequence));
}

std::uint64_t memory_of(const LogRecord& record)
{
    return kOverhead + record.record.visit([]<class R>(const R& one) -> std::uint64_t {
        if constexpr (std::is_same_v<R, log_record::Log>)
            return one.message.size();
        else if constexpr (std::is_same_v<R, log_record::Event>)
            return one.topics.size() * sizeof(H256) + one.payload.size();
        else if constexpr (std::is_same_v<R, log_record::MessageOutput>)
            return one.nonce.size() + one.output.size();
        else
            return 0;
    });
}

bool concerns(const LogRecord& record, const AccountId& contract)
{
    return record.record.visit([&]<class R>(const R& one) {
        if constexpr (requires { one.entry; })
            return one.contract == contract || one.entry == contract;
        else if constexpr (requires { one.contract; })
            return one.contract == contract;
        else
            return false;
    });
}

std::optional<BlockNumber> block_of(const LogRecord& record)
{
    return record.record.visit([]<class R>(const R& one) -> std::optional<BlockNumber> {
        if constexpr (requires { one.block_number; })
            return one.block_number;
        else
            return std::nullopt;
    });
}

json::Value to_json(const LogRecord& record)
{
    return record.record.visit([&]<class R>(const R& one) {
        json::Value out;
        out["sequence"] = record.sequence;
        out["type"] = reflect::type_name<R>;
        const json::Value fields = json::to_json(one, {.naming = json::Naming::CamelCase});
        if (const auto* members = fields.object())
            for (const auto& [name, value] : *members)
                out[name] = value;
        return out;
    });
}

/// A request as clients send it; what they leave out has the value given here.
struct GetLog {
    std::int64_t from = 0;
    std::uint64_t count = 0;
    std::optional<AccountId> contract;
    std::optional<BlockNumber> block_number;
};

std::optional<std::int64_t> integer_of(const json::Value* value)
{
    const auto* integer = value == nullptr ? nullptr : value->integer();
    if (integer == nullptr || integer->magnitude > static_cast<u128>(INT64_MAX))
        return std::nullopt;
    const auto magnitude = static_cast<std::int64_t>(integer->magnitude);
    return integer->negative ? -magnitude : magnitude;
}

/// Nothing where a member has the wrong type; members that are missing or null keep their default.
std::optional<GetLog> parse_get_log(const json::Value& query)
{
    GetLog out;
    const auto given = [&](std::string_view name) {
        const auto* value = query.find(name);
        return value != nullptr && !value->is_null() ? value : nullptr;
    };
    if (const auto* value = given("from")) {
        const auto from = integer_of(value);
        if (!from)
            return std::nullopt;
        out.from = *from;
    }
    if (const auto* value = given("count")) {
        const auto count = integer_of(value);
        if (!count || *count < 0)
            return std::nullopt;
        out.count = static_cast<std::uint64_t>(*count);
    }
    if (const auto* value = given("blockNumber")) {
        const auto block = integer_of(value);
        if (!block || *block < 0 || *block > INT64_C(0xffffffff))
            return std::nullopt;
        out.block_number = static_cast<BlockNumber>(*block);
    }
    if (const auto* value = given("contract");
        value != nullptr && value->string() != nullptr && !value->string()->empty()) {
        const auto id = array_from_hex<32>(*value->string());
        if (!id)
            return std::nullopt;
        out.contract = AccountId{*id};
    }
    return out;
}

json::Value get_log(const LogView& view, const GetLog& query)
{
    std::uint64_t from = static_cast<std::uint64_t>(query.from);
    if (query.from < 0) {
        const auto back = static_cast<std::uint64_t>(-query.from);
        from = view.next_sequence > back ? view.next_sequence - back : 0;
    }
    json::Array records;
    std::uint64_t next = 0;
    const auto first =
        std::ranges::lower_bound(view.records, from, {}, [](const auto& record) { return record->sequence; });
    for (auto at = first; at != view.records.end(); ++at) {
        if (query.count != 0 && records.size() == query.count)
            break;
        next = (*at)->sequence + 1;
        if (query.contract && !concerns(**at, *query.contract))
            continue;
        if (query.block_number && block_of(**at) != query.block_number)
            continue;
        records.push_back(to_json(**at));
    }
    json::Value out;
    out["records"] = std::move(records);
    out["next"] = next;
    return out;
}

json::Value get_info(const LogView& view)
{
    json::Value out;
    out["programVersion"] = json::Array{1, 0, 0};
    out["nextSequence"] = view.next_sequence;
    out["memoryCapacity"] = LogServer::kMemoryCapacity;
    out["memoryUsage"] = view.memory_usage;
    out["currentNumberOfRecords"] = static_cast<std::uint64_t>(view.records.size());
    out["estimatedCurrentSize"] = view.memory_usage;
    return out;
}

} // namespace

std::string LogView::answer(std::string_view query) const
{
    const auto parsed = json::parse(query, {.depth = 4, .bytes = 4096});
    const auto* action = parsed ? parsed->find("action") : nullptr;
    if (action != nullptr && action->string() != nullptr) {
        if (*action->string() == "GetInfo")
            return json::dump(get_info(*this));
        if (*action->string() == "GetLog")
            if (const auto get = parse_get_log(*parsed))
                return json::dump(get_log(*this, *get));
    }
    return R"({"error":"Invalid input"})";
}

Outcome<> LogServer::load(const RecordReader& store)
{
    const std::lock_guard lock{mutex_};
    PHALA_TRY(const auto range_bytes, store.get(bytes_of(kRangeKey)));
    if (!range_bytes)
        return {};
    PHALA_TRY(const auto range, scale::decode<StoredRange>(*range_bytes));
    for (std::uint64_t sequence = range.first; sequence < range.next; ++sequence) {
        PHALA_TRY(const auto bytes, store.get(record_key(sequence)));
        if (!bytes)
            return fail(CoreError::BadRecord, "log record " + std::to_string(sequence));
        PHALA_TRY(auto record, scale::decode<LogRecord>(*bytes));
        memory_ += memory_of(record);
        records_.push_back(std::make_shared<const LogRecord>(std::move(record)));
    }
    stored_first_ = range.first;
    next_ = visible_ = stored_next_ = range.next;
    return {};
}

void LogServer::push(AnyLogRecord record)
{
    LogRecord numbered{next_, std::move(record)};
    if (memory_of(numbered) > kMemoryCapacity)
        numbered.record = log_record::TooLarge{};
    const std::uint64_t needed = memory_of(numbered);
    while (memory_ + needed > kMemoryCapacity) {
        memory_ -= memory_of(*records_.front());
        records_.pop_front();
    }
    memory_ += needed;
    ++next_;
    records_.push_back(std::make_shared<const LogRecord>(std::move(numbered)));
}

void LogServer::note(AnyLogRecord record)
{
    const std::lock_guard lock{mutex_};
    if (next_ - stored_next_ >= kMaxUnstored)
        return;
    push(std::move(record));
    if (!is_block_under_way_)
        visible_ = next_;
    view_.reset();
}

std::vector<RecordChange> LogServer::append(std::vector<AnyLogRecord> records)
{
    const std::lock_guard lock{mutex_};
    is_block_under_way_ = true;
    for (auto& record : records)
        push(std::move(record));
    view_.reset();
    std::vector<RecordChange> changes;
    if (next_ == stored_next_)
        return changes;
    for (auto gone = stored_first_; gone < std::min(first(), stored_next_); ++gone)
        changes.push_back({record_key(gone), std::nullopt});
    for (const auto& record : records_)
        if (record->sequence >= stored_next_)
            changes.push_back({record_key(record->sequence), scale::encode(*record)});
    changes.push_back({to_bytes(kRangeKey), scale::encode(StoredRange{first(), next_})});
    stored_first_ = first();
    stored_next_ = next_;
    return changes;
}

void LogServer::publish()
{
    const std::lock_guard lock{mutex_};
    is_block_under_way_ = false;
    visible_ = next_;
    view_.reset();
}

std::shared_ptr<const LogView> LogServer::view() const
{
    const std::lock_guard lock{mutex_};
    if (!view_) {
        const auto end =
            std::ranges::lower_bound(records_, visible_, {}, [](const auto& one) { return one->sequence; });
        view_ = std::make_shared<const LogView>(LogView{{records_.begin(), end}, visible_, memory_});
    }
    return view_;
}

} // namespace phala::worker
