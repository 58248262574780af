#include "vectors.hpp"

#include "base/hex.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace phala::vectors {

namespace {

[[noreturn]] void stop(std::string_view what, std::string_view where)
{
    std::fprintf(stderr, "tests/vectors: %.*s: %.*s\n", static_cast<int>(where.size()), where.data(),
                 static_cast<int>(what.size()), what.data());
    std::abort();
}

template <class T>
const T& wanted(const T* found, std::string_view where)
{
    if (found == nullptr)
        stop("missing, or of another kind", where);
    return *found;
}

} // namespace

Value load(std::string_view file)
{
    std::ifstream in{std::string{PHALA_SOURCE_DIR "/tests/vectors/"} + std::string{file}};
    const std::string content{std::istreambuf_iterator<char>{in}, {}};
    auto value = json::parse(content);
    if (!value)
        stop(value.error().message(), file);
    return std::move(*value);
}

const Value& section(std::string_view name)
{
    static const Value all = load("substrate.json");
    return wanted(all.find(name), name);
}

const Value& member(const Value& object, std::string_view name)
{
    return wanted(object.find(name), name);
}
const json::Array& list(const Value& object, std::string_view name)
{
    return wanted(member(object, name).array(), name);
}
std::string text(const Value& object, std::string_view name)
{
    return wanted(member(object, name).string(), name);
}
std::uint64_t number(const Value& object, std::string_view name)
{
    return static_cast<std::uint64_t>(wanted(member(object, name).integer(), name).magnitude);
}
bool flag(const Value& object, std::string_view name)
{
    return wanted(member(object, name).boolean(), name);
}
Bytes bytes(const Value& object, std::string_view name)
{
    return bytes(member(object, name));
}
bool has(const Value& object, std::string_view name)
{
    return object.find(name) != nullptr;
}

const json::Array& items(const Value& value)
{
    return wanted(value.array(), "a list");
}
const std::string& string(const Value& value)
{
    return wanted(value.string(), "a string");
}
Bytes bytes(const Value& value)
{
    auto out = from_hex(string(value));
    if (!out)
        stop(out.error().message(), string(value));
    return std::move(*out);
}

std::map<Bytes, Bytes> map(const Value& pairs)
{
    std::map<Bytes, Bytes> out;
    for (const auto& pair : items(pairs))
        out.emplace(bytes(items(pair).at(0)), bytes(items(pair).at(1)));
    return out;
}

} // namespace phala::vectors
