#pragma once
// Changes to a map of bytes, in layers that can be kept or dropped (spec substrate-host §5.3).
#include "base/bytes.hpp"
#include "base/result.hpp"

#include <map>
#include <optional>
#include <vector>

namespace phala::host {

struct ByteLess {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const
    {
        const std::size_t common = a.size() < b.size() ? a.size() : b.size();
        const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
        return order != 0 ? order < 0 : a.size() < b.size();
    }
};

class LayeredMap {
public:
    /// A changed key: absent where it was removed.
    using Value = std::optional<Bytes>;

    /// Nothing where the key was never changed; else what it is now.
    [[nodiscard]] std::optional<Value> get(ByteView key) const;

    /// As get, without the bytes: whether the key has a value now.
    [[nodiscard]] std::optional<bool> exists(ByteView key) const;

    void set(ByteView key, Bytes value) { change(key, {depth(), Kind::Set, 0, std::move(value)}); }
    void remove(ByteView key) { change(key, {depth(), Kind::Removed, 0, {}}); }

    /// Appends to a SCALE list. What is no list becomes one of this item alone. Costs what the item costs, however long
    /// the list is, also inside transactions. `base` gives the value below all layers and is asked only if it matters.
    template <class Base>
    Outcome<void> append(ByteView key, ByteView item, const Base& base)
    {
        const auto entry = entry_of(key);
        if (entry->second.empty()) {
            Outcome<std::optional<Bytes>> below = base();
            if (!below) {
                changes_.erase(entry);
                return fail(std::move(below));
            }
            push(entry, list_or_empty(below->has_value() ? std::move(**below) : Bytes{}));
        }
        append_to(entry, item);
        return {};
    }

    struct Next {
        const Bytes* key;
        bool exists;
    };
    /// The first changed key behind `key`, or at it; its key is null where there is none.
    [[nodiscard]] Next next(ByteView key, bool inclusive = false) const;

    /// Removes every key that was changed and begins with `prefix`.
    void remove_prefix(ByteView prefix);

    void begin();
    bool commit();   ///< false where no layer is open
    bool rollback(); ///< likewise
    [[nodiscard]] std::uint32_t depth() const { return static_cast<std::uint32_t>(touched_.size()); }

    [[nodiscard]] bool empty() const { return changes_.empty(); }

    /// Every changed key with its value now, in order: visit(const Bytes& key, Value).
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        for (const auto& [key, versions] : changes_)
            visit(key, value_of(versions));
    }

private:
    // A value is Removed, Set, or a List that is kept without its count, so that growing it moves nothing.
    // Append stands on a List or Append of a layer below and holds only what came since.
    enum class Kind : std::uint8_t { Removed, Set, List, Append };
    struct Version {
        std::uint32_t layer;
        Kind kind;
        std::uint32_t count;
        Bytes bytes;
    };
    using Versions = std::vector<Version>; // ascending layers; the last is what counts
    using Map = std::map<Bytes, Versions, ByteLess>;

    static Value value_of(const Versions& versions);
    static std::uint64_t count_of(const Versions& versions);
    static bool turn_into_list(Version& version);
    Version list_or_empty(Bytes value) const;

    Map::iterator entry_of(ByteView key);
    void change(ByteView key, Version version);
    void push(Map::iterator entry, Version version);
    void append_to(Map::iterator entry, ByteView item);

    Map changes_;
    std::vector<std::vector<Map::iterator>> touched_; // per open layer, the keys that have a version in it
};

} // namespace phala::host
