#include "base/tearing/tearing_env.hpp"

#include "base/fault.hpp"

#include <atomic>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

namespace phala::fault {

namespace {

std::atomic<bool> is_next_write_torn{false};

/// Writes half of what it is given, and then ends the process or finds the disk full, once a test has asked for that.
class TearingFile : public rocksdb::FSWritableFileOwnerWrapper {
public:
    using FSWritableFileOwnerWrapper::FSWritableFileOwnerWrapper;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override
    {
        if (auto status = tear(data, options, debug); !status.ok())
            return status;
        return FSWritableFileOwnerWrapper::Append(data, options, debug);
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& verification, rocksdb::IODebugContext* debug) override
    {
        if (auto status = tear(data, options, debug); !status.ok())
            return status;
        return FSWritableFileOwnerWrapper::Append(data, options, verification, debug);
    }

private:
    rocksdb::IOStatus tear(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug)
    {
        const bool full = due("full-disk");
        if (!full && !is_next_write_torn)
            return rocksdb::IOStatus::OK();
        FSWritableFileOwnerWrapper::Append({data.data(), data.size() / 2}, options, debug).PermitUncheckedError();
        if (full)
            return rocksdb::IOStatus::NoSpace("No space left on device");
        FSWritableFileOwnerWrapper::Fsync(options, debug).PermitUncheckedError();
        die(detail::wanted().name);
    }
};

class TearingFileSystem : public rocksdb::FileSystemWrapper {
public:
    using FileSystemWrapper::FileSystemWrapper;
    const char* Name() const override { return "TearingFileSystem"; }
    rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* result,
                                      rocksdb::IODebugContext* debug) override
    {
        auto status = FileSystemWrapper::NewWritableFile(name, options, result, debug);
        if (status.ok() && name.ends_with(".log"))
            *result = std::make_unique<TearingFile>(std::move(*result));
        return status;
    }
};

} // namespace

std::unique_ptr<rocksdb::Env> tearing_env()
{
    if (detail::wanted().name.empty())
        return nullptr;
    return rocksdb::NewCompositeEnv(std::make_shared<TearingFileSystem>(rocksdb::FileSystem::Default()));
}

void tear_next_write(std::string_view name)
{
    if (due(name))
        is_next_write_torn = true;
}

} // namespace phala::fault
