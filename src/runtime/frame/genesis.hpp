#pragma once
// Genesis as JSON: one member per pallet that has a configuration, named as the pallet in camelCase, holding the
// fields of its GenesisConfig (spec substrate-host §6.7).
#include "scale/json.hpp"

#include <tuple>

namespace phala::runtime {

namespace detail {

inline constexpr json::Options kGenesisJson{.naming = json::Naming::CamelCase};

/// "PhalaMq" → "phalaMq"
inline std::string section_name(std::string_view pallet)
{
    std::string out{pallet};
    if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z')
        out[0] = static_cast<char>(out[0] | 0x20);
    return out;
}

} // namespace detail

/// The whole configuration of a composition (Construct), as get_preset(None) shows it.
template <class Composition>
json::Value genesis_to_json(const typename Composition::GenesisConfig& config)
{
    json::Value out{json::Object{}};
    Composition::for_each([&]<std::uint8_t, class P>() {
        if constexpr (requires { typename P::GenesisConfig; })
            out[detail::section_name(P::name)] =
                json::to_json(std::get<typename P::GenesisConfig>(config), detail::kGenesisJson);
    });
    return out;
}

/// The configuration that a whole JSON describes: every pallet's section and every field must be there, and no other.
template <class Composition>
Outcome<typename Composition::GenesisConfig> genesis_from_json(const json::Value& value)
{
    PHALA_TRY(const json::Object* sections, json::detail::object_of(value));
    typename Composition::GenesisConfig config{};
    Outcome<> result{};
    std::size_t known = 0;
    Composition::for_each([&]<std::uint8_t, class P>() {
        if constexpr (requires { typename P::GenesisConfig; }) {
            const std::string name = detail::section_name(P::name);
            const json::Value* section = value.find(name);
            if (!result)
                return;
            if (section == nullptr) {
                result = phala::fail(json::ShapeError::MissingMember,
                                     name + " (pass the whole configuration, not a patch of it)");
                return;
            }
            ++known;
            auto read = json::from_json<typename P::GenesisConfig>(*section, detail::kGenesisJson);
            if (read)
                std::get<typename P::GenesisConfig>(config) = std::move(*read);
            else
                result = json::detail::inside(name, std::move(read.error()));
        }
    });
    PHALA_CHECK(result);
    if (known != sections->size())
        for (const auto& section : *sections) {
            bool found = false;
            Composition::for_each([&]<std::uint8_t, class P>() {
                if constexpr (requires { typename P::GenesisConfig; })
                    found = found || detail::section_name(P::name) == section.name;
            });
            if (!found)
                return phala::fail(json::ShapeError::UnknownMember,
                                   section.name + " (no pallet of this name has a genesis configuration)");
        }
    return config;
}

} // namespace phala::runtime
