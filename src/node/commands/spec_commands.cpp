#include "node/chain/chain.hpp"
#include "node/commands/commands.hpp"
#include "node/commands/places.hpp"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace phala::node {

namespace fs = std::filesystem;

namespace {

enum class PurgeError : std::uint8_t { InUse, CannotRemove, NotAnswered };
std::string_view describe(PurgeError error)
{
    switch (error) {
    case PurgeError::InUse: return "a node uses these data: stop it first";
    case PurgeError::CannotRemove: return "the data cannot be removed";
    case PurgeError::NotAnswered: return "nothing was removed: answer y, or say -y in front";
    }
    return "unknown error";
}

/// Whether a process holds the database's lock.
bool in_use(const fs::path& database)
{
    const int fd = ::open((database / "LOCK").c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool held = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(fd);
    return held;
}

} // namespace

Outcome<> build_spec(const ChainChoice& chain, const BuildSpecOptions& options)
{
    PHALA_TRY(const auto spec, find_spec(chain));
    if (!options.raw) {
        std::puts(print_chain_spec(spec).c_str());
        return {};
    }
    host::Engine engine{{}};
    PHALA_TRY(const auto genesis, build_genesis(engine, spec));
    std::puts(print_raw_chain_spec(spec, genesis.state, genesis.children).c_str());
    return {};
}

Outcome<> purge_chain(const ChainChoice& chain, const PurgeOptions& options)
{
    PHALA_TRY(const auto spec, find_spec(chain));
    ChainChoice kept = chain;
    kept.dev = false; // a temporary folder has nothing to purge
    PHALA_TRY(const auto base, base_folder(kept));
    const auto database = chain_folder(base, spec) / "db";
    std::error_code code;
    if (!fs::exists(database, code)) {
        std::printf("%s does not exist: nothing to remove\n", database.c_str());
        return {};
    }
    if (in_use(database))
        return fail(PurgeError::InUse, database.string());
    if (!options.yes) {
        std::printf("Remove %s? [y/N]: ", database.c_str());
        std::fflush(stdout);
        const int answer = std::getchar();
        if (answer != 'y' && answer != 'Y')
            return fail(PurgeError::NotAnswered);
    }
    fs::remove_all(database, code);
    if (code)
        return fail(PurgeError::CannotRemove, database.string() + ": " + code.message());
    std::printf("%s is removed\n", database.c_str());
    return {};
}

} // namespace phala::node
