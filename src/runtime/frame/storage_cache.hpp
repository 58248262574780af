#pragma once
// What one call has read and written of the state, in the runtime's own memory. A transfer touches the same few entries
// some fifty times; each time that the host is asked costs as much as hundreds of instructions. So a value is read once,
// and what the call wrote goes to the host at its end, or before the host is asked what depends on it. Layers of changes
// are kept here too: the host hears of one only where changes must go to it while the layer is open.
#include "runtime/frame/storage_backend.hpp"

#include <memory>
#include <vector>

namespace phala::runtime {

class StorageCache {
public:
    constexpr StorageCache() = default;

    /// The value, borrowed until the next call of any function here; nothing where the key is absent.
    [[nodiscard]] std::optional<ByteView> view(ByteView key);
    [[nodiscard]] bool exists(ByteView key);
    void set(ByteView key, Bytes value);
    void clear(ByteView key);
    void append(ByteView key, ByteView item);

    void start_transaction();
    void commit_transaction();
    void rollback_transaction();

    /// Gives the backend all changes, and the layers that are open: from here on it knows what is known here.
    void sync();
    /// After sync: keeps nothing, since the backend is about to change by itself.
    void forget();

private:
    /// A layer of changes by its number; no two of a call have the same, and 0 stands for what the backend has too.
    using LayerId = std::uint32_t;

    /// An entry that was read or changed.
    struct Entry {
        Bytes key;
        std::uint64_t hash = 0;
        Bytes bytes;             ///< the value; of a list without its count, so that growing it moves nothing
        std::uint32_t count = 0; ///< of a list
        LayerId layer = 0;       ///< which knows how it was before
        bool known = false;      ///< false: ask the backend
        bool present = false;    ///< false: absent from the state
        bool list = false;       ///< it was appended to
        bool dirty = false;      ///< the backend does not have it yet
    };
    /// How an entry was before its first change in a layer.
    struct Undo {
        Entry* entry;
        std::optional<Bytes> bytes; ///< none: the list was only appended to, and had `size` bytes
        std::size_t size;
        std::uint32_t count;
        LayerId layer;
        bool known, present, list, dirty;
    };
    struct Layer {
        LayerId id;
        std::vector<Undo> undo;
    };
    /// What an entry became in a layer.
    struct Redo {
        Entry* entry;
        std::optional<Bytes> value;
    };

    [[nodiscard]] Entry* find(ByteView key, std::uint64_t hash) const;
    Entry& find_or_insert(ByteView key);
    void place(Entry& entry);
    [[nodiscard]] LayerId layer() const { return layers_.empty() ? 0 : layers_.back().id; }
    void remember(Entry& entry, bool only_grows);
    Entry& to_overwrite(ByteView key);
    void mark_dirty(Entry& entry);
    void make_list(Entry& entry);
    static void keep_all(Layer& layer, const Entry& entry, Bytes&& list);
    std::vector<Redo> undo_newest(bool redo);
    void write_dirty();
    void make_room(std::size_t bytes);

    std::vector<std::unique_ptr<Entry>> entries_;
    std::vector<Entry*> table_; ///< by hash, open addressing; its size is a power of two
    std::vector<Entry*> dirty_; ///< may name an entry that is dirty no longer
    std::vector<Layer> layers_; ///< those that the backend does not know
    LayerId last_layer_ = 0;
    std::uint32_t shared_ = 0; ///< layers that the backend has too; what is dirty belongs to the newest of them
    std::size_t size_ = 0;     ///< bytes of keys and values, about
    Bytes encoded_;            ///< of a list that was looked at
};

} // namespace phala::runtime
