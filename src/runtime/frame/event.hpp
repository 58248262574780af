#pragma once
// Events: `deposit_event(Transfer{…})` from anywhere in the pallet whose Event lists Transfer.
#include "runtime/frame/dispatch.hpp"
#include "runtime/frame/runtime_path.hpp"

namespace phala::runtime {

/// An event of any pallet of the composition, held as its bytes: pallet index, event index, fields.
class RuntimeEvent {
public:
    static constexpr std::string_view path =
        runtime_path<"RuntimeEvent">; // a variant of all pallets' events in metadata

    RuntimeEvent() = default;
    RuntimeEvent(std::uint8_t pallet, ByteView event) : bytes_{pallet} { append(bytes_, event); }

    [[nodiscard]] std::uint8_t pallet() const { return bytes_.empty() ? 0xff : bytes_[0]; }
    [[nodiscard]] ByteView bytes() const { return bytes_; }

    /// The event as T, or nothing where it is another one.
    template <class T>
    [[nodiscard]] std::optional<T> as() const
    {
        if (pallet() != pallet_index_of<T>())
            return std::nullopt;
        auto event = scale::decode<typename PalletOf<T>::Event>(ByteView{bytes_}.subspan(1));
        if (!event || !event->template is<T>())
            return std::nullopt;
        return std::move(*event->template get_if<T>());
    }
    friend bool operator==(const RuntimeEvent&, const RuntimeEvent&) = default;

private:
    Bytes bytes_;
};

/// Appends to System.Events; does nothing in block 0.
void deposit_encoded_event(std::uint8_t pallet, ByteView event);

template <class T>
void deposit_event(T event)
{
    deposit_encoded_event(pallet_index_of<T>(), scale::encode(typename PalletOf<T>::Event{std::move(event)}));
}

} // namespace phala::runtime

namespace phala::scale {
template <>
struct Codec<runtime::RuntimeEvent> {
    static constexpr std::size_t min_size = 2;
    static std::size_t size(const runtime::RuntimeEvent& event) { return event.bytes().size(); }
    static std::uint8_t* put(std::uint8_t* at, const runtime::RuntimeEvent& event)
    {
        return put_bytes(at, event.bytes().data(), event.bytes().size());
    }
    static bool decode(Reader& in, runtime::RuntimeEvent& event);
};
} // namespace phala::scale
