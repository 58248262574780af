#include "runtime/frame/metadata/registry.hpp"

#include "base/hex.hpp"
#include "primitives/types.hpp"

#include <gtest/gtest.h>

namespace phala::runtime::metadata {
namespace {

struct Empty {};
struct Point {
    static constexpr auto path = "shapes::Point";
    static constexpr auto docs = "A place.\nTwo numbers.";
    std::uint32_t x;
    std::uint32_t y;
};
struct Circle {
    static constexpr auto docs = "Round.";
    Point _0;
    scale::Compact<u128> _1;
};
struct Shape {
    static constexpr auto path = "shapes::Shape";
    using params = std::tuple<Param<"P", Point>, Param<"T", void>>;
    scale::Variant<scale::At<1, Empty>, scale::At<3, Circle>> form;
};
enum class Colour : std::uint8_t { Red, Blue = 2 };
constexpr std::string_view metadata_path(Colour)
{
    return "shapes::Colour";
}
struct Tree {
    static constexpr auto path = "shapes::Tree";
    std::vector<Tree> children;
};

/// Encoded list of the types that `T` needs.
template <class T>
std::string listed()
{
    Registry registry;
    EXPECT_EQ(registry.id(type_of<T>), 0U);
    Bytes out;
    scale::Writer writer{out};
    registry.encode(writer);
    return to_hex(out);
}

std::string hex(std::string_view text)
{
    return to_hex(scale::encode(text));
}

TEST(MetadataTypes, Composite)
{
    EXPECT_EQ(listed<Point>(), "08" // two types
                               "00"
                               "08" + hex("shapes")
                                   + hex("Point")
                                   + "00" // id, path, no parameters
                                     "00"
                                     "08" // composite of two fields
                                     "01"
                                   + hex("x")
                                   + "04"
                                     "01"
                                   + hex("u32")
                                   + "00" // name, type 1, type name, no docs
                                     "01"
                                   + hex("y")
                                   + "04"
                                     "01"
                                   + hex("u32")
                                   + "00"
                                     "08"
                                   + hex("A place.") + hex("Two numbers.")
                                   + "04"
                                     "00"
                                     "00"
                                     "05"
                                     "05"
                                     "00"); // u32
}

TEST(MetadataTypes, Variant)
{
    EXPECT_EQ(listed<Shape>(),
              "14" // Shape, Point, u32, Compact, u128
              "00"
              "08" + hex("shapes")
                  + hex("Shape") + "08" + hex("P") + "0104" + hex("T")
                  + "00" // parameters: with a type, without
                    "01"
                    "08"
                  + hex("Empty")
                  + "00"
                    "01"
                    "00"
                  + // no fields, index 1
                  hex("Circle")
                  + "08"
                    "00"
                    "04"
                    "01"
                  + hex("Point")
                  + "00"
                    "00"
                    "0c"
                    "01"
                  + hex("u128")
                  + "00"
                    "03"
                    "04"
                  + hex("Round.")
                  + "00"
                    "04"
                    "08"
                  + hex("shapes") + hex("Point")
                  + "00"
                    "00"
                    "08"
                    "01"
                  + hex("x")
                  + "08"
                    "01"
                  + hex("u32")
                  + "00"
                    "01"
                  + hex("y")
                  + "08"
                    "01"
                  + hex("u32")
                  + "00"
                    "08"
                  + hex("A place.") + hex("Two numbers.")
                  + "08"
                    "00"
                    "00"
                    "05"
                    "05"
                    "00"
                    "0c"
                    "00"
                    "00"
                    "06"
                    "10"
                    "00"
                    "10"
                    "00"
                    "00"
                    "05"
                    "07"
                    "00");
}

TEST(MetadataTypes, EnumArrayTupleAndNewtype)
{
    EXPECT_EQ(listed<Colour>(), "04"
                                "00"
                                "08" + hex("shapes")
                                    + hex("Colour")
                                    + "00"
                                      "01"
                                      "08"
                                    + hex("Red")
                                    + "00"
                                      "00"
                                      "00"
                                    + hex("Blue")
                                    + "00"
                                      "02"
                                      "00"
                                      "00");
    EXPECT_EQ(listed<H256>(), "0c"
                              "00"
                              "08" + hex("primitive_types")
                                  + hex("H256")
                                  + "00"
                                    "00"
                                    "04"
                                    "00"
                                    "04"
                                    "01"
                                  + hex("[u8; 32]")
                                  + "00"
                                    "00"
                                    "04"
                                    "00"
                                    "00"
                                    "03"
                                    "20000000"
                                    "08"
                                    "00"
                                    "08"
                                    "00"
                                    "00"
                                    "05"
                                    "03"
                                    "00");
    EXPECT_EQ((listed<std::pair<bool, std::string>>()), "0c"
                                                        "00"
                                                        "00"
                                                        "00"
                                                        "04"
                                                        "08"
                                                        "04"
                                                        "08"
                                                        "00"
                                                        "04"
                                                        "00"
                                                        "00"
                                                        "05"
                                                        "00"
                                                        "00"
                                                        "08"
                                                        "00"
                                                        "00"
                                                        "05"
                                                        "02"
                                                        "00");
}

TEST(MetadataTypes, ATypeMayContainItself)
{
    EXPECT_EQ(listed<Tree>(), "08"
                              "00"
                              "08" + hex("shapes")
                                  + hex("Tree")
                                  + "00"
                                    "00"
                                    "04"
                                    "01"
                                  + hex("children")
                                  + "04"
                                    "01"
                                  + hex("Vec<Tree>")
                                  + "00"
                                    "00"
                                    "04"
                                    "00"
                                    "00"
                                    "02"
                                    "00"
                                    "00");
}

TEST(MetadataTypes, WhatIsTheSameIsListedOnce)
{
    Registry registry;
    EXPECT_EQ(registry.id(type_of<std::uint8_t>), registry.id(type_of<unsigned char>));
    EXPECT_EQ(registry.id(type_of<unsigned long>), registry.id(type_of<unsigned long long>));
    EXPECT_EQ((registry.id(type_of<std::pair<bool, bool>>)), (registry.id(type_of<std::tuple<bool, bool>>)));
    EXPECT_EQ(registry.id(type_of<scale::Box<Point>>), registry.id(type_of<Point>));
    EXPECT_EQ(registry.id(type_of<void>), registry.id(type_of<std::tuple<>>));
}

TEST(MetadataTypes, NamesAsInRust)
{
    EXPECT_EQ(type_text(type_of<std::optional<std::vector<AccountId>>>()), "Option<Vec<AccountId32>>");
    EXPECT_EQ((type_text(type_of<std::expected<void, Colour>>())), "Result<(), Colour>");
    EXPECT_EQ((type_text(type_of<std::map<H256, std::array<u128, 3>>>())), "BTreeMap<H256, [u128; 3]>");
    EXPECT_EQ((type_text(type_of<scale::BoundedVec<std::int16_t, 5>>())), "BoundedVec");
    EXPECT_EQ(type_text(type_of<scale::Compact<u128>>()), "u128");
}

} // namespace
} // namespace phala::runtime::metadata
