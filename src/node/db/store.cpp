#include "node/db/store.hpp"

#include "base/fault.hpp"
#include "base/reflect.hpp"
#include "base/tearing/tearing_env.hpp"

#include <array>
#include <mutex>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace phala::node {

std::string_view describe(DbError error)
{
    switch (error) {
    case DbError::CannotOpen: return "the database cannot be opened";
    case DbError::Locked:
        return "the database is in use by another process; stop that process or choose another --base-path";
    case DbError::NewerVersion:
        return "the database was written by a newer release; use that release or choose another --base-path";
    case DbError::OlderVersion:
        return "the database was written by an older release, in a layout that this one does not read; use that release "
               "or delete the database with purge-chain";
    case DbError::Corrupt:
        return "the database is damaged; delete it with purge-chain and let the node build it again, or restore a copy";
    case DbError::Full: return "the disk is full; free some space and start the node again, nothing stored is lost";
    case DbError::Io: return "the database could not be read or written";
    }
    return "unknown database error";
}

namespace {

constexpr auto& kColumns = reflect::enumerators<Column>;
constexpr std::string_view kVersionKey = "version";

rocksdb::Slice slice(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Bytes bytes(const rocksdb::Slice& text)
{
    const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
    return {data, data + text.size()};
}

std::unexpected<Error> io(const rocksdb::Status& status, DbError otherwise = DbError::Io)
{
    if (status.IsNoSpace())
        return fail(DbError::Full, status.ToString());
    return fail(status.IsCorruption() ? DbError::Corrupt : otherwise, status.ToString());
}

std::unexpected<Error> refused(DbError which, std::uint32_t version)
{
    return fail(which,
                "its version is " + std::to_string(version) + ", this program's " + std::to_string(Store::kVersion));
}

/// Refuses a version that is not ours; true if there is none yet.
Outcome<bool> check_version(const rocksdb::Status& status, const std::string& value)
{
    if (status.IsNotFound())
        return true;
    if (!status.ok())
        return io(status);
    if (value.size() != sizeof(Store::kVersion))
        return fail(DbError::Corrupt, "the record of its version");
    std::uint32_t version = 0;
    for (std::size_t i = value.size(); i-- > 0;)
        version = version << 8U | static_cast<std::uint8_t>(value[i]);
    if (version != Store::kVersion)
        return refused(version > Store::kVersion ? DbError::NewerVersion : DbError::OlderVersion, version);
    return false;
}

/// Before anything is changed: whether a database of another layout lies there.
Outcome<> check_columns(const rocksdb::DBOptions& options, const std::string& folder)
{
    std::vector<std::string> there;
    if (!rocksdb::DB::ListColumnFamilies(options, folder, &there).ok())
        return {}; // none yet, or one that cannot be opened: opening says why
    if (there.size() == kColumns.size())
        return {};
    rocksdb::DB* db = nullptr;
    if (auto status = rocksdb::DB::OpenForReadOnly(rocksdb::Options{options, {}}, folder, &db); !status.ok())
        return io(status, DbError::CannotOpen);
    const std::unique_ptr<rocksdb::DB> open{db};
    std::string value;
    const auto status = open->Get({}, slice(bytes_of(kVersionKey)), &value);
    PHALA_TRY(const bool fresh, check_version(status, value)); // fresh: the process was killed as it made the columns
    if (!fresh || there.size() > kColumns.size())
        return fail(DbError::Corrupt, "it has " + std::to_string(there.size()) + " columns");
    return {};
}

rocksdb::ColumnFamilyOptions column_options(Column column, const std::shared_ptr<rocksdb::Cache>& cache)
{
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = column == Column::Nodes ? 32U << 20U : 4U << 20U;
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    return options;
}

} // namespace

struct Batch::Impl {
    struct Change {
        Column column;
        bool remove;
        Bytes key;
        Bytes value;
    };
    std::vector<Change> changes;
};

Batch::Batch() : impl_{std::make_unique<Impl>()} {}
Batch::Batch(Batch&&) noexcept = default;
Batch& Batch::operator=(Batch&&) noexcept = default;
Batch::~Batch() = default;

void Batch::put(Column column, ByteView key, ByteView value)
{
    impl_->changes.push_back({column, false, to_bytes(key), to_bytes(value)});
}

void Batch::remove(Column column, ByteView key)
{
    impl_->changes.push_back({column, true, to_bytes(key), {}});
}

struct Store::Impl {
    StoreOptions options;
    std::unique_ptr<rocksdb::Env> env; // outlives the database
    std::shared_ptr<rocksdb::Cache> cache;
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> columns;
    std::optional<Error> failed; ///< a write: RocksDB's log may end in half a record, so nothing is written behind it

    std::mutex writing;

    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl()
    {
        for (auto* column : columns)
            db->DestroyColumnFamilyHandle(column).PermitUncheckedError(); // nothing to do about it on the way out
    }

    [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Column column) const
    {
        return columns[static_cast<std::size_t>(column)];
    }

    Outcome<> write(const Batch& batch, bool sync); // with `writing` held
};

Store::Store(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Store::~Store() = default;

Outcome<std::unique_ptr<Store>> Store::open(const std::filesystem::path& folder, StoreOptions options)
{
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code)
        return fail(DbError::CannotOpen, folder.string() + ": " + code.message());

    auto impl = std::make_unique<Impl>();
    impl->options = options;
    rocksdb::DBOptions db_options;
    db_options.create_if_missing = true;
    db_options.create_missing_column_families = true;
    db_options.max_open_files = 512;
    db_options.max_bgerror_resume_count = 0; // it would write behind half a record
    db_options.keep_log_file_num = 2;
    db_options.info_log_level = rocksdb::WARN_LEVEL;
    impl->env = fault::tearing_env();
    if (impl->env)
        db_options.env = impl->env.get();

    impl->cache = rocksdb::NewLRUCache(64U << 20U);
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const auto& [column, name] : kColumns) // column 0 must carry RocksDB's own name
        descriptors.emplace_back(column == Column::Meta ? rocksdb::kDefaultColumnFamilyName : std::string{name},
                                 column_options(column, impl->cache));
    PHALA_CHECK(check_columns(db_options, folder.string()));
    rocksdb::DB* db = nullptr;
    auto status = rocksdb::DB::Open(db_options, folder.string(), descriptors, &impl->columns, &db);
    if (!status.ok()) {
        const std::string text = status.ToString();
        if (text.find("lock file") != std::string::npos || text.find("lock hold") != std::string::npos)
            return fail(DbError::Locked, folder.string());
        return io(status, DbError::CannotOpen);
    }
    impl->db.reset(db);

    auto store = std::unique_ptr<Store>{new Store{std::move(impl)}};
    std::string value;
    status = store->impl_->db->Get({}, store->impl_->handle(Column::Meta), slice(bytes_of(kVersionKey)), &value);
    PHALA_TRY(const bool fresh, check_version(status, value));
    if (fresh) {
        rocksdb::WriteOptions write;
        write.sync = true;
        const auto ours = le_bytes(kVersion);
        status =
            store->impl_->db->Put(write, store->impl_->handle(Column::Meta), slice(bytes_of(kVersionKey)), slice(ours));
        if (!status.ok())
            return io(status);
    }
    return store;
}

Outcome<std::optional<Bytes>> Store::get(Column column, ByteView key) const
{
    rocksdb::PinnableSlice value;
    auto status = impl_->db->Get({}, impl_->handle(column), slice(key), &value);
    if (status.IsNotFound())
        return std::nullopt;
    if (!status.ok())
        return io(status);
    return bytes(value);
}

Outcome<bool> Store::has(Column column, ByteView key) const
{
    PHALA_TRY(auto value, get(column, key));
    return value.has_value();
}

Outcome<std::optional<Store::Entry>> Store::last_up_to(Column column, ByteView key) const
{
    std::unique_ptr<rocksdb::Iterator> at{impl_->db->NewIterator({}, impl_->handle(column))};
    at->SeekForPrev(slice(key));
    if (!at->Valid())
        return at->status().ok() ? Outcome<std::optional<Entry>>{std::nullopt}
                                 : Outcome<std::optional<Entry>>{io(at->status())};
    return Entry{bytes(at->key()), bytes(at->value())};
}

Outcome<std::vector<Store::Entry>> Store::range(Column column, ByteView key, std::size_t count) const
{
    std::unique_ptr<rocksdb::Iterator> at{impl_->db->NewIterator({}, impl_->handle(column))};
    std::vector<Entry> out;
    for (at->Seek(slice(key)); at->Valid() && out.size() < count; at->Next())
        out.push_back({bytes(at->key()), bytes(at->value())});
    if (!at->status().ok())
        return io(at->status());
    return out;
}

Outcome<> Store::Impl::write(const Batch& batch, bool sync)
{
    rocksdb::WriteBatch changes;
    for (const auto& change : batch.impl_->changes) {
        auto status = change.remove ? changes.Delete(handle(change.column), slice(change.key))
                                    : changes.Put(handle(change.column), slice(change.key), slice(change.value));
        if (!status.ok())
            return io(status);
    }
    if (failed)
        return std::unexpected{*failed};
    rocksdb::WriteOptions how;
    how.sync = sync && options.sync;
    if (auto status = db->Write(how, &changes); !status.ok()) {
        failed = io(status).error();
        return std::unexpected{*failed};
    }
    return {};
}

Outcome<> Store::commit(Batch batch)
{
    const std::lock_guard lock{impl_->writing};
    fault::point("before-commit");
    fault::tear_next_write("inside");
    PHALA_CHECK(impl_->write(batch, true));
    fault::point("after-commit");
    return {};
}

std::size_t Store::cache_bytes() const
{
    return impl_->cache->GetUsage();
}

Outcome<> Store::commit_soon(Batch batch)
{
    const std::lock_guard lock{impl_->writing};
    return impl_->write(batch, false);
}

Outcome<bool> Store::commit_if(Column column, ByteView key, const std::optional<Bytes>& expected, Batch batch)
{
    const std::lock_guard lock{impl_->writing};
    PHALA_TRY(const auto found, get(column, key));
    if (found != expected)
        return false;
    PHALA_CHECK(impl_->write(batch, false));
    return true;
}

} // namespace phala::node
