#include "base/reflect.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace phala::reflect {
namespace {

struct Plain {
    int x;
    std::vector<int> list;
    std::string _0;
    static constexpr auto docs = "not a field";
};
struct Recursive {
    std::unique_ptr<Recursive> next;
};
struct Empty {};
struct Keyword {
    int operator_;
    int _;
};
template <class T>
struct Generic {
    T inside;
};
enum class Level : unsigned char { Low, High = 3, Top = 7 };

TEST(Reflect, ReadsDeclarations)
{
    static_assert(field_count<Plain> == 3 && field_count<Empty> == 0);
    static_assert(field_names<Plain>[0] == "x" && field_names<Plain>[1] == "list" && field_names<Plain>[2] == "_0");
    static_assert(field_names<Recursive>[0] == "next" && field_names<Generic<int>>[0] == "inside");
    static_assert(field_names<Keyword>[0] == "operator" && field_names<Keyword>[1] == "_");
    static_assert(type_name<Plain> == "Plain" && type_name<Generic<Plain>> == "Generic");
    static_assert(enumerators<Level>.size() == 3 && enumerators<Level>[1].name == "High");
    static_assert(enumerator_name(Level::Top) == "Top" && enumerator_name(static_cast<Level>(5)).empty());
    static_assert(is_unnamed("_0") && !is_unnamed("_x") && !is_unnamed("x"));
    Plain plain{1, {2, 3}, "four"};
    with_fields(plain, [](int& x, auto& list, auto& text) {
        EXPECT_EQ(x, 1);
        EXPECT_EQ(list.size(), 2U);
        EXPECT_EQ(text, "four");
    });
}

} // namespace
} // namespace phala::reflect
