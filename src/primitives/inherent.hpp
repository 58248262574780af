#pragma once
// What a block's author tells the runtime about the world outside (spec substrate-host §6.3).
#include "primitives/types.hpp"
#include "scale/codec.hpp"

namespace phala {

using InherentId = ByteArray<8>;

constexpr InherentId inherent_id(const char (&text)[9])
{
    InherentId out{};
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = static_cast<std::uint8_t>(text[i]);
    return out;
}

inline constexpr InherentId kTimestampInherent = inherent_id("timstap0"); ///< u64, milliseconds since 1970
inline constexpr InherentId kAuraSlotInherent = inherent_id("auraslot");  ///< u64, slot number

struct InherentData {
    static constexpr auto path = "sp_inherents::InherentData";
    std::map<InherentId, Bytes> data;

    template <class T>
    void put(const InherentId& id, const T& value)
    {
        data[id] = scale::encode(value);
    }
    /// Nothing where the datum is missing or is no T.
    template <class T>
    [[nodiscard]] std::optional<T> get(const InherentId& id) const
    {
        const auto found = data.find(id);
        if (found == data.end())
            return std::nullopt;
        auto value = scale::decode<T>(found->second);
        return value ? std::optional<T>{std::move(*value)} : std::nullopt;
    }
    friend bool operator==(const InherentData&, const InherentData&) = default;
};

struct CheckInherentsResult {
    static constexpr auto path = "sp_inherents::CheckInherentsResult";
    bool okay = true;
    bool fatal_error = false;
    InherentData errors;

    template <class T>
    void refuse(const InherentId& id, const T& error, bool fatal)
    {
        okay = false;
        fatal_error = fatal_error || fatal;
        errors.put(id, error);
    }
    friend bool operator==(const CheckInherentsResult&, const CheckInherentsResult&) = default;
};

} // namespace phala
