#include "worker/tee/sealed_store.hpp"

#include "base/fault.hpp"
#include "base/tearing/tearing_env.hpp"
#include "crypto/aead.hpp"
#include "crypto/kdf.hpp"
#include "crypto/random.hpp"
#include "scale/codec.hpp"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sodium.h>

namespace phala::worker::tee {

std::string_view describe(StoreError error)
{
    switch (error) {
    case StoreError::CannotOpen: return "cannot open the worker's database";
    case StoreError::Io: return "the worker's database cannot be read or written";
    case StoreError::Damaged: return "a record of the worker's database is damaged";
    case StoreError::WrongKey:
        return "the worker's database was sealed with another key: use the data folder with the key file it was made with";
    }
    return "store";
}

namespace {

constexpr std::string_view kCheckKey = "store/check";
constexpr std::string_view kSalt = "phala/worker/store";
constexpr std::string_view kCheckValue = "phala sealed store, version 1";

rocksdb::Slice slice(ByteView bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::unexpected<Error> io(const rocksdb::Status& status)
{
    return fail(StoreError::Io, status.ToString());
}

} // namespace

struct SealedStore::Impl {
    std::unique_ptr<rocksdb::Env> env; // outlives the database
    std::unique_ptr<rocksdb::DB> db;
    Secret<32> name_key; ///< hides keys
    Secret<32> seal_key; ///< seals values

    /// The table, then a keyed hash: a table can be walked, and shows how many entries it has, no more.
    [[nodiscard]] Bytes place_of(Table table, ByteView key) const
    {
        Bytes out(33);
        out[0] = static_cast<std::uint8_t>(table);
        crypto_generichash(out.data() + 1, 32, key.data(), key.size(), name_key.expose().data(),
                           name_key.expose().size());
        return out;
    }

    /// iv, ciphertext, tag; bound to its place, so that records cannot be exchanged.
    [[nodiscard]] Bytes seal(ByteView place, ByteView value) const
    {
        const auto iv = crypto::random_bytes<12>();
        return concat(iv, crypto::Aes256Gcm{seal_key}.seal(iv, value, place));
    }

    [[nodiscard]] Outcome<Bytes> unseal(ByteView place, ByteView sealed) const
    {
        if (sealed.size() < 12)
            return fail(StoreError::Damaged);
        auto value = crypto::Aes256Gcm{seal_key}.open(array_of<12>(sealed), sealed.subspan(12), place);
        if (!value)
            return fail(StoreError::Damaged);
        return value;
    }
};

SealedStore::SealedStore(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
SealedStore::~SealedStore() = default;

Outcome<std::unique_ptr<SealedStore>> SealedStore::open(const std::string& folder, const Secret<32>& key)
{
    rocksdb::Options options;
    options.create_if_missing = true;
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    auto env = fault::tearing_env();
    if (env)
        options.env = env.get();
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(options, folder, &db);
    if (!status.ok())
        return fail(StoreError::CannotOpen, folder + ": " + status.ToString());
    auto impl = std::make_unique<Impl>(Impl{std::move(env), std::unique_ptr<rocksdb::DB>{db},
                                            crypto::hkdf_sha256(key.expose(), bytes_of(kSalt), bytes_of("names")),
                                            crypto::hkdf_sha256(key.expose(), bytes_of(kSalt), bytes_of("values"))});
    std::unique_ptr<SealedStore> store{new SealedStore{std::move(impl)}};

    // a key of its own for every store: with the wrong one everything would look empty
    const auto check = store->get(bytes_of(kCheckKey));
    if (!check)
        return std::unexpected{check.error()};
    if (!*check) {
        std::unique_ptr<rocksdb::Iterator> any{store->impl_->db->NewIterator({})};
        any->SeekToFirst();
        if (any->Valid())
            return fail(StoreError::WrongKey, folder);
        std::vector<RecordChange> first;
        first.push_back({to_bytes(kCheckKey), to_bytes(kCheckValue)});
        PHALA_CHECK(store->commit(std::move(first)));
    }
    return store;
}

Outcome<std::optional<Bytes>> SealedStore::get(ByteView key) const
{
    const auto place = impl_->place_of(Table::Single, key);
    rocksdb::PinnableSlice sealed;
    const auto status = impl_->db->Get({}, impl_->db->DefaultColumnFamily(), slice(place), &sealed);
    if (status.IsNotFound())
        return std::optional<Bytes>{};
    if (!status.ok())
        return io(status);
    PHALA_TRY(auto value, impl_->unseal(place, bytes_of(sealed.ToStringView())));
    return std::optional{std::move(value)};
}

Outcome<> SealedStore::each_state_entry(const std::function<void(Bytes key, Bytes value)>& visit) const
{
    const Bytes first{static_cast<std::uint8_t>(Table::State)};
    const std::unique_ptr<rocksdb::Iterator> at{impl_->db->NewIterator({})};
    for (at->Seek(slice(first)); at->Valid() && at->key().starts_with(slice(first)); at->Next()) {
        PHALA_TRY(const auto content,
                  impl_->unseal(bytes_of(at->key().ToStringView()), bytes_of(at->value().ToStringView())));
        auto entry = scale::decode<std::pair<Bytes, Bytes>>(content);
        if (!entry)
            return fail(StoreError::Damaged, entry.error().message());
        visit(std::move(entry->first), std::move(entry->second));
    }
    return at->status().ok() ? Outcome<>{} : Outcome<>{io(at->status())};
}

Outcome<> SealedStore::commit(std::vector<RecordChange> changes)
{
    rocksdb::WriteBatch batch;
    for (auto& [key, value, table] : changes) {
        const auto place = impl_->place_of(table, key);
        if (value) {
            // a state entry cannot be found by its hidden place, so it carries its key
            Bytes content = table == Table::State ? scale::encode(key, *value) : std::move(*value);
            batch.Put(slice(place), slice(impl_->seal(place, content)));
            wipe(content);
            wipe(*value);
        } else {
            batch.Delete(slice(place));
        }
    }
    fault::point("worker-before-commit");
    fault::tear_next_write("worker-inside-commit");
    rocksdb::WriteOptions options;
    options.sync = true;
    const auto status = impl_->db->Write(options, &batch);
    if (!status.ok())
        return io(status);
    fault::point("worker-after-commit");
    return {};
}

} // namespace phala::worker::tee
