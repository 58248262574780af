#include "node/metrics/exporter.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <sys/socket.h>
#include <unistd.h>

namespace phala::node {
namespace {

std::string get(std::uint16_t port, const std::string& request)
{
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string out;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        EXPECT_EQ(::write(socket, request.data(), request.size()), static_cast<ssize_t>(request.size()));
        std::array<char, 4096> part;
        for (ssize_t size = 0; (size = ::read(socket, part.data(), part.size())) > 0;)
            out.append(part.data(), static_cast<std::size_t>(size));
    }
    ::close(socket);
    return out;
}

/// The samples of the text format, by name and labels. Every line must be one that Prometheus takes.
std::map<std::string, double> scrape(std::uint16_t port)
{
    const std::string response = get(port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(response.starts_with("HTTP/1.1 200")) << response;
    static const std::regex line{
        R"re(([a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-z_]+="(?:[^"\\]|\\.)*"(?:,[a-z_]+="(?:[^"\\]|\\.)*")*\})?) (\S+))re"};
    static const std::regex comment{R"(# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+)"};
    std::map<std::string, double> out;
    std::istringstream body{response.substr(response.find("\r\n\r\n") + 4)};
    for (std::string text; std::getline(body, text);) {
        std::smatch match;
        if (std::regex_match(text, match, line))
            out[match[1]] = std::stod(match[3]);
        else
            EXPECT_TRUE(std::regex_match(text, comment)) << text;
    }
    return out;
}

TEST(Exporter, ServesWhatIsMeasuredAtThatInstant)
{
    double height = 7;
    Histogram took;
    took.observe(std::chrono::microseconds{100});
    took.observe(std::chrono::milliseconds{3});
    took.observe(std::chrono::seconds{20});
    auto exporter = Exporter::start("127.0.0.1", 0, {{"chain", "dev\"\n"}}, [&] {
        return std::vector<Metric>{{"substrate_block_height",
                                    "Block height",
                                    MetricKind::Gauge,
                                    {{{{"status", "best"}}, height}, {{{"status", "finalized"}}, 5.0}}},
                                   {"submitted_total", "Submitted", MetricKind::Counter, {{{}, 3.0}}},
                                   {"took_seconds", "Took", MetricKind::Histogram, {{{{"method", "m"}}, took.read()}}}};
    });
    ASSERT_TRUE(exporter) << exporter.error().message();
    const auto port = (*exporter)->port();
    auto samples = scrape(port);
    const std::string chain = R"(chain="dev\"\n")";
    EXPECT_EQ(samples.at("substrate_block_height{" + chain + R"(,status="best"})"), 7);
    EXPECT_EQ(samples.at("substrate_block_height{" + chain + R"(,status="finalized"})"), 5);
    EXPECT_EQ(samples.at("submitted_total{" + chain + "}"), 3);
    const auto bucket = [&](const std::string& bound) {
        return samples.at("took_seconds_bucket{" + chain + R"(,method="m",le=")" + bound + "\"}");
    };
    EXPECT_EQ(bucket("0.0001"), 1);
    EXPECT_EQ(bucket("0.001"), 1);
    EXPECT_EQ(bucket("0.005"), 2);
    EXPECT_EQ(bucket("10"), 2);
    EXPECT_EQ(bucket("+Inf"), 3);
    EXPECT_EQ(samples.at("took_seconds_count{" + chain + R"(,method="m"})"), 3);
    EXPECT_NEAR(samples.at("took_seconds_sum{" + chain + R"(,method="m"})"), 20.0031, 1e-6);
    height = 8;
    EXPECT_EQ(scrape(port).at("substrate_block_height{" + chain + R"(,status="best"})"), 8);

    EXPECT_TRUE(get(port, "GET /other HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 404"));
    const auto taken = Exporter::start("127.0.0.1", port, {}, [] { return std::vector<Metric>{}; });
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().message().find("--prometheus-port"), std::string::npos);
}

TEST(Exporter, MeasuresItsProcess)
{
    std::map<std::string, double> values;
    for (const auto& metric : process_metrics())
        values[metric.name] = std::get<double>(metric.samples.at(0).value);
    EXPECT_GT(values.at("process_resident_memory_bytes"), 1'000'000);
    EXPECT_GE(values.at("process_open_fds"), 3);
    EXPECT_GE(values.at("process_max_fds"), values.at("process_open_fds"));
    EXPECT_GE(values.at("process_threads"), 1);
    EXPECT_GE(values.at("process_cpu_seconds_total"), 0);
}

} // namespace
} // namespace phala::node
