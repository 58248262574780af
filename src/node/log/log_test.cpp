#include "node/log/log.hpp"

#include <gtest/gtest.h>
#include <regex>
#include <spdlog/spdlog.h>

namespace phala::node {
namespace {

TEST(Log, ReadsFilters)
{
    const auto filter = parse_log_filter("warn,rpc=debug,pool=off,rpc=trace");
    ASSERT_TRUE(filter) << filter.error().message();
    EXPECT_EQ(filter->level_of("chain"), spdlog::level::warn);
    EXPECT_EQ(filter->level_of("rpc"), spdlog::level::trace);
    EXPECT_EQ(filter->level_of("pool"), spdlog::level::off);
    EXPECT_EQ(parse_log_filter("")->general, spdlog::level::info);
    for (const auto* bad : {"loud", "rpc=", "rpc=loud", "=info", "info,,rpc=debug"}) {
        const auto refused = parse_log_filter(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_TRUE(refused.error().is(LogError::BadFilter));
    }
}

TEST(Log, ShowsLevelTargetAndValues)
{
    auto& early = log("early"); // there before logging is set up, as static references are
    testing::internal::CaptureStderr();
    start_logging(*parse_log_filter("error,rpc=debug,early=info"), {.color = true});
    log("rpc").debug("connection opened peer={}", 7);
    log("chain").warn("not shown");
    early.info("shown");
    spdlog::error("general");
    start_logging(*parse_log_filter("info"), {.detailed = true, .color = false});
    log("chain").info("block imported number={}", 1);
    const auto text = testing::internal::GetCapturedStderr();
    const std::regex expected{
        R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} DEBUG rpc: connection opened peer=7\n)"
        R"(\S+ \S+ INFO  early: shown\n)"
        R"(\S+ \S+ ERROR node: general\n)"
        R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} INFO  \[\d+\] chain: block imported number=1\n)"};
    EXPECT_TRUE(std::regex_match(text, expected)) << text;
}

TEST(Log, ChangesWhatIsShownAndGoesBack)
{
    auto& one = log("changed");
    const auto before = one.level();
    ASSERT_TRUE(add_log_filter("changed=trace"));
    EXPECT_EQ(one.level(), spdlog::level::trace);
    ASSERT_TRUE(add_log_filter("other=off"));
    EXPECT_EQ(one.level(), spdlog::level::trace) << "what is left out stays";
    EXPECT_EQ(log("other").level(), spdlog::level::off);
    EXPECT_FALSE(add_log_filter("changed=loud"));
    reset_log_filter();
    EXPECT_EQ(one.level(), before);
}

} // namespace
} // namespace phala::node
