#include "spec_folder.hpp"

#include "primitives/header.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace phala::vectors {

std::optional<std::filesystem::path> spec_folder()
{
    const char* folder = std::getenv("PHALA_SPEC_DIR");
    if (folder == nullptr || *folder == '\0')
        return std::nullopt;
    return folder;
}

std::optional<std::filesystem::path> find_spec(std::string_view path)
{
    const auto folder = spec_folder();
    if (!folder)
        return std::nullopt;
    std::string flat{path};
    std::ranges::replace(flat, '/', '_');
    for (const auto& name :
         {std::filesystem::path{path}, std::filesystem::path{flat}, std::filesystem::path{path}.filename()})
        if (std::filesystem::exists(*folder / name))
            return *folder / name;
    return std::nullopt;
}

std::map<Bytes, Bytes> genesis_of(const std::filesystem::path& spec)
{
    std::ifstream file{spec};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    const auto parsed = json::parse(content);
    if (!parsed)
        throw std::runtime_error{spec.string() + ": " + parsed.error().message()};
    const Value& raw = member(member(*parsed, "genesis"), "raw");
    const Value& top = raw.array() == nullptr ? member(raw, "top") : raw.array()->at(0); // before 2020 a pair
    std::map<Bytes, Bytes> out;
    for (const auto& entry : *top.object())
        out.emplace(bytes(Value{entry.name}), bytes(entry.value));
    return out;
}

namespace {

std::shared_ptr<const host::Runtime> load_runtime(host::Engine& engine, const std::map<Bytes, Bytes>& entries)
{
    auto loaded = engine.load(entries.at(to_bytes(":code")));
    if (!loaded)
        throw std::runtime_error{loaded.error().message()};
    if (!(*loaded)->version())
        throw std::runtime_error{(*loaded)->version().error().message()};
    return *loaded;
}

trie::Hash store(trie::MemoryNodes& nodes, const std::map<Bytes, Bytes>& entries, trie::StateVersion version)
{
    std::vector<trie::Change> changes;
    for (const auto& [key, value] : entries)
        changes.push_back({key, value});
    auto built = trie::update(nodes, trie::kEmptyRoot, std::move(changes), version).value();
    nodes.insert(std::move(built.inserted));
    return built.root;
}

} // namespace

Genesis::Genesis(host::Engine& engine, const std::map<Bytes, Bytes>& entries)
    : runtime_{load_runtime(engine, entries)},
      version_{static_cast<trie::StateVersion>(runtime_->version()->state_version)},
      state_{nodes_, store(nodes_, entries, version_)}
{
}

Bytes genesis_header(const trie::Hash& state_root)
{
    return scale::encode(Header{.parent_hash = {},
                                .number = 0,
                                .state_root = {state_root},
                                .extrinsics_root = {trie::kEmptyRoot},
                                .digest = {}});
}

Bytes Genesis::header() const
{
    return genesis_header(root());
}

Outcome<Bytes> Genesis::call(std::string_view function, ByteView arguments) const
{
    host::Overlay overlay{state_};
    host::CallContext context{.overlay = overlay};
    return runtime_->call(function, arguments, context);
}

} // namespace phala::vectors
