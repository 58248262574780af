// Runs the workloads and reports each on one line of JSON.   workloads [--only NAME,…] [--repeat N=7]
#include "bench/workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace {

using namespace phala;
using namespace phala::bench;

/// False where two runs of a workload gave different results.
bool report(const Workload& workload, std::size_t repeat)
{
    const auto run = workload.prepare();
    std::string checksum = workload.cold ? std::string{} : run().checksum;
    std::vector<double> times;
    for (std::size_t i = 0; i < (workload.cold ? 1 : repeat); ++i) {
        const auto again = run();
        if (!checksum.empty() && again.checksum != checksum) {
            fmt::print(stderr, "{}: two runs gave different results: {} and {}\n", workload.name, checksum,
                       again.checksum);
            return false;
        }
        checksum = again.checksum;
        times.push_back(again.time.count() / static_cast<double>(workload.operations));
    }
    std::ranges::sort(times);
    const std::size_t n = times.size();
    fmt::print(
        R"({{"name":"{}","unit":"ns/{}","min":{:.3f},"median":{:.3f},"max":{:.3f},"samples":{},"checksum":"{}"}})"
        "\n",
        workload.name, workload.what, times.front(), (times[(n - 1) / 2] + times[n / 2]) / 2, times.back(), n,
        checksum);
    std::fflush(stdout);
    return true;
}

int usage(std::string_view problem)
{
    fmt::print(stderr, "{}\nusage: workloads [--only NAME,…] [--repeat N]\n", problem);
    return 2;
}

} // namespace

int main(int argc, char** argv)
{
    std::string only;
    std::size_t repeat = 7;
    for (int i = 1; i < argc; ++i) {
        const std::string_view option = argv[i];
        if (i + 1 == argc || (option != "--only" && option != "--repeat"))
            return usage(fmt::format("{}: no such option, or its value is missing", option));
        const std::string_view value = argv[++i];
        if (option == "--only")
            only = fmt::format(",{},", value);
        else if (std::from_chars(value.data(), value.data() + value.size(), repeat).ec != std::errc{} || repeat == 0)
            return usage("--repeat takes a number from 1 on");
    }
    bool all_well = true;
    for (const auto& group : {scale_workloads(), trie_workloads(), crypto_workloads()})
        for (const auto& workload : group)
            if (only.empty() || only.contains("," + workload.name + ","))
                all_well = report(workload, repeat) && all_well;
    return all_well ? 0 : 1;
}
