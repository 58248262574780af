#include "node/metrics/exporter.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <unistd.h>

namespace phala::node {

namespace {

Metric single(std::string name, std::string help, MetricKind kind, double value)
{
    return {std::move(name), std::move(help), kind, {{{}, value}}};
}

/// Resident pages; 0 where the system does not tell.
double resident_pages()
{
    std::ifstream file{"/proc/self/statm"};
    double size = 0;
    double resident = 0;
    file >> size >> resident;
    return resident;
}

double open_files()
{
    std::error_code code;
    const std::filesystem::directory_iterator files{"/proc/self/fd", code};
    return static_cast<double>(std::distance(begin(files), end(files)));
}

double threads()
{
    std::error_code code;
    const std::filesystem::directory_iterator tasks{"/proc/self/task", code};
    return static_cast<double>(std::distance(begin(tasks), end(tasks)));
}

double processor_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double most_files()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<double>(limit.rlim_cur);
}

} // namespace

std::vector<Metric> process_metrics()
{
    return {
        single("process_resident_memory_bytes", "Resident memory size in bytes", MetricKind::Gauge,
               resident_pages() * static_cast<double>(sysconf(_SC_PAGESIZE))),
        single("process_cpu_seconds_total", "Total user and system CPU time spent in seconds", MetricKind::Counter,
               processor_seconds()),
        single("process_open_fds", "Number of open file descriptors", MetricKind::Gauge, open_files()),
        single("process_max_fds", "Maximum number of open file descriptors", MetricKind::Gauge, most_files()),
        single("process_threads", "Number of OS threads", MetricKind::Gauge, threads()),
    };
}

} // namespace phala::node
