#include "host/engine.hpp"

#include "base/hex.hpp"
#include "host/allocator.hpp"
#include "host/wat_testing.hpp"
#include "scale/codec.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <fstream>
#include <thread>

namespace phala::host {
namespace {

/// A small runtime: what each function does stands in its name.
constexpr std::string_view kRuntime = R"((module
  (import "env" "memory" (memory 2 3))
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_storage_start_transaction_version_1" (func $begin))
  (import "env" "ext_storage_rollback_transaction_version_1" (func $rollback))
  (import "env" "ext_storage_commit_transaction_version_1" (func $commit))
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (import "env" "ext_offchain_timestamp_version_1" (func $timestamp (result i64)))
  (import "env" "ext_wasm_tracing_exit_version_1" (func $trace (param i64)))
  (import "env" "ext_hashing_blake2_256_version_1" (func $blake2 (param i64) (result i32)))
  (import "env" "ext_misc_runtime_version_version_1" (func $version_of (param i64) (result i64)))
  (global (export "__heap_base") i32 (i32.const 4096))
  (global $count (mut i32) (i32.const 0))
  (data (i32.const 16) "runtime")
  (data (i32.const 32) "panicked at 'no coins'")
  (data (i32.const 64) "fresh")
  (func $fat (param $ptr i32) (param $len i32) (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (local.get $len)) (i64.const 32)) (i64.extend_i32_u (local.get $ptr))))

  (func (export "echo") (param i32 i32) (result i64) (call $fat (local.get 0) (local.get 1)))
  (func (export "count_calls") (param i32 i32) (result i64)
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.const 64) (i32.add (i32.load8_u (i32.const 64)) (i32.const 1)))
    (i32.store (i32.const 128) (global.get $count))
    (i32.store8 (i32.const 132) (i32.load8_u (i32.const 64)))
    (call $fat (i32.const 128) (i32.const 5)))
  (func (export "set_to_itself") (param i32 i32) (result i64)
    (call $set (call $fat (local.get 0) (local.get 1)) (call $fat (local.get 0) (local.get 1))) (i64.const 0))
  (func (export "get") (param i32 i32) (result i64) (call $get (call $fat (local.get 0) (local.get 1))))
  (func (export "set_and_trap") (param i32 i32) (result i64)
    (call $set (call $fat (local.get 0) (local.get 1)) (i64.const 0)) unreachable)
  (func (export "set_in_open_transaction") (param i32 i32) (result i64)
    (call $set (call $fat (i32.const 16) (i32.const 7)) (i64.const 0))
    (call $begin)
    (call $set (call $fat (local.get 0) (local.get 1)) (i64.const 0)) (i64.const 0))
  (func (export "rollback_too_much") (param i32 i32) (result i64) (call $rollback) (i64.const 0))
  (func (export "commit_too_much") (param i32 i32) (result i64) (call $commit) (i64.const 0))
  (func (export "panic") (param i32 i32) (result i64)
    (call $log (i32.const 0) (call $fat (i32.const 16) (i32.const 7)) (call $fat (i32.const 32) (i32.const 22))) unreachable)
  (func (export "info") (param i32 i32) (result i64)
    (call $log (i32.const 2) (call $fat (i32.const 16) (i32.const 7)) (call $fat (i32.const 32) (i32.const 22))) (i64.const 0))
  (func (export "get_outside") (param i32 i32) (result i64) (call $get (i64.const 0x1000000000001000)))
  (func (export "hash_at_the_edge") (param i32 i32) (result i64)
    (call $fat (call $blake2 (i64.const 0x0000000100020000)) (i32.const 32)))
  (func (export "return_outside") (param i32 i32) (result i64) (i64.const 0x00000002ffffffff))
  (func $forever (export "recurse") (param i32 i32) (result i64) (call $forever (local.get 0) (local.get 1)))
  (func (export "eat_memory") (param i32 i32) (result i64) (loop (drop (call $malloc (i32.const 1000000))) (br 0)) (i64.const 0))
  (func (export "grow") (param i32 i32) (result i64)
    (i32.store (i32.const 128) (memory.grow (i32.const 2049))) (call $fat (i32.const 128) (i32.const 4)))
  (func (export "free_nonsense") (param i32 i32) (result i64) (call $free (i32.const 5000)) (i64.const 0))
  (func (export "timestamp") (param i32 i32) (result i64) (call $timestamp))
  (func (export "trace") (param i32 i32) (result i64) (call $trace (i64.const 0)) (i64.const 0))
  (func (export "loop_for_ever") (param i32 i32) (result i64) (loop (br 0)) (i64.const 0))
  (func (export "set_and_loop") (param i32 i32) (result i64)
    (call $set (call $fat (local.get 0) (local.get 1)) (i64.const 0)) (loop (br 0)) (i64.const 0))
  (func (export "version_of") (param i32 i32) (result i64) (call $version_of (call $fat (local.get 0) (local.get 1))))
  (func (export "no_entry_point") (param i32) (result i64) (i64.const 0))
))";

class EngineTest : public ::testing::Test {
protected:
    Engine engine{EngineConfig{}};
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    std::shared_ptr<const Runtime> runtime = load(engine, testing::wat(kRuntime));

    static std::shared_ptr<const Runtime> load(Engine& engine, ByteView blob)
    {
        auto loaded = engine.load(blob);
        EXPECT_TRUE(loaded) << loaded.error().message();
        return loaded ? *loaded : nullptr;
    }

    std::string error_of(std::string_view function, ByteView arguments = {})
    {
        const auto result = runtime->call(function, arguments, context);
        EXPECT_FALSE(result);
        return result ? "" : result.error().message();
    }
};

void expect_has(const std::string& text, std::string_view part)
{
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST_F(EngineTest, PassesArgumentsAndResults)
{
    for (const std::size_t size : {0, 1, 100, 100'000, 1'000'000}) {
        const Bytes arguments(size, 7);
        EXPECT_EQ(runtime->call("echo", arguments, context).value(), arguments);
    }
}

TEST_F(EngineTest, EveryCallStartsAnew)
{
    const Bytes first = runtime->call("count_calls", {}, context).value();
    EXPECT_EQ(first, (Bytes{1, 0, 0, 0, 'f' + 1}));
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(runtime->call("count_calls", {}, context).value(), first);
}

TEST_F(EngineTest, WritesStayOnlyIfTheCallReturns)
{
    const Bytes key{1, 2, 3};
    ASSERT_TRUE(runtime->call("set_to_itself", key, context));
    EXPECT_EQ(overlay.get(key).value(), key);
    EXPECT_EQ(runtime->call("get", key, context).value(), scale::encode(std::optional{key}));
    EXPECT_EQ(runtime->call("get", Bytes{9}, context).value(), Bytes{0});
    expect_has(error_of("set_and_trap", Bytes{4}), "unreachable");
    EXPECT_EQ(overlay.get(Bytes{4}).value(), std::nullopt);
    EXPECT_EQ(overlay.get(key).value(), key);
    EXPECT_EQ(overlay.depth(), 0u);
}

TEST_F(EngineTest, TransactionsLeftOpenAreRolledBackAndReported)
{
    std::vector<std::string> lines;
    context.log = [&](LogLevel, std::string_view, std::string_view message) { lines.emplace_back(message); };
    ASSERT_TRUE(runtime->call("set_in_open_transaction", Bytes{4}, context));
    EXPECT_EQ(overlay.depth(), 0u);
    EXPECT_EQ(overlay.get(Bytes{4}).value(), std::nullopt);
    EXPECT_TRUE(overlay.exists(bytes_of("runtime")).value());
    ASSERT_EQ(lines.size(), 1u);
    expect_has(lines[0], "transactions open");
}

TEST_F(EngineTest, TransactionsOfTheCallerAreOutOfReach)
{
    overlay.begin_transaction();
    overlay.set(Bytes{1}, Bytes{1});
    expect_has(error_of("rollback_too_much"), "transactions");
    expect_has(error_of("commit_too_much"), "transactions");
    EXPECT_EQ(overlay.depth(), 1u);
    EXPECT_TRUE(overlay.exists(Bytes{1}).value());
}

TEST_F(EngineTest, ErrorsTellWhy)
{
    const std::string panic = error_of("panic");
    expect_has(panic, "panic: ");
    expect_has(panic, "panicked at 'no coins'");
    expect_has(error_of("get_outside"), "ext_storage_get_version_1: pointer outside");
    expect_has(error_of("hash_at_the_edge"), "pointer outside");
    expect_has(error_of("return_outside"), "malformed result");
    expect_has(error_of("recurse"), "stack overflow");
    expect_has(error_of("eat_memory"), "out of memory");
    expect_has(error_of("free_nonsense"), "not allocated");
    expect_has(error_of("timestamp"), "ext_offchain_timestamp_version_1");
    expect_has(error_of("timestamp"), "no offchain worker in this context");
    expect_has(error_of("trace"),
               "ext_wasm_tracing_exit_version_1: this host function is not available in this context");
    EXPECT_TRUE(runtime->call("absent", {}, context).error().is(HostError::MissingExport));
    EXPECT_TRUE(runtime->call("no_entry_point", {}, context).error().is(HostError::MissingExport));
    EXPECT_TRUE(runtime->call("return_outside", {}, context).error().is(HostError::BadResult));
    EXPECT_TRUE(runtime->call("recurse", {}, context).error().is(HostError::Trap));
    EXPECT_TRUE(runtime->call("echo", {}, context)); // and the engine lives
}

TEST_F(EngineTest, ACallThatNeverReturnsIsStopped)
{
    context.max_time = std::chrono::milliseconds{100};
    expect_has(error_of("loop_for_ever"), "ran longer than a call may");
    expect_has(error_of("set_and_loop", Bytes{4}), "ran longer than a call may");
    EXPECT_FALSE(overlay.exists(Bytes{4}).value());
    EXPECT_TRUE(runtime->call("loop_for_ever", {}, context).error().is(HostError::Trap));
    EXPECT_TRUE(runtime->call("echo", {}, context));
}

TEST_F(EngineTest, MemoryIsBoundedForTheRuntimesOwnGrowthToo)
{
    EXPECT_EQ(runtime->call("grow", {}, context).value(), (Bytes{0xff, 0xff, 0xff, 0xff}));
    context.heap_pages = 4096;
    EXPECT_EQ(runtime->call("grow", {}, context).value(), (Bytes{2, 0, 0, 0}));
    context.heap_pages = kDefaultHeapPages;
    const auto grow_with = [&](std::uint64_t pages) {
        overlay.set(bytes_of(":heappages"), to_bytes(le_bytes(pages)));
        return runtime->call("grow", {}, context).value();
    };
    EXPECT_EQ(grow_with(4096), (Bytes{2, 0, 0, 0}));
    EXPECT_EQ(grow_with(16), (Bytes{0xff, 0xff, 0xff, 0xff}));
    EXPECT_EQ(grow_with(~std::uint64_t{0}), (Bytes{2, 0, 0, 0})); // as much as there can be
    overlay.set(bytes_of(":heappages"), Bytes{1});                // no number: as if it were not there
    EXPECT_EQ(runtime->call("grow", {}, context).value(), (Bytes{0xff, 0xff, 0xff, 0xff}));
}

TEST_F(EngineTest, LogsGoToTheSink)
{
    std::vector<std::string> lines;
    context.log = [&](LogLevel level, std::string_view target, std::string_view message) {
        lines.push_back(std::to_string(static_cast<int>(level)) + " " + std::string{target} + " "
                        + std::string{message});
    };
    ASSERT_TRUE(runtime->call("info", {}, context));
    context.max_log_level = LogLevel::Warn;
    ASSERT_TRUE(runtime->call("info", {}, context));
    EXPECT_EQ(lines, std::vector<std::string>{"2 runtime panicked at 'no coins'"});
}

TEST_F(EngineTest, ACallCanBeStopped)
{
    std::stop_source source;
    context.stop = source.get_token();
    ASSERT_TRUE(runtime->call("echo", Bytes(1000), context));
    context.max_time = std::chrono::milliseconds{100};
    EXPECT_NE(error_of("loop_for_ever").find("longer than a call may"), std::string::npos);
    context.max_time = kMaxCallTime;
    const std::jthread later{[&] { source.request_stop(); }};
    EXPECT_NE(error_of("set_and_loop", Bytes{1}).find("stopped by the node"), std::string::npos);
    EXPECT_EQ(overlay.get(Bytes{1}).value(), std::nullopt) << "as after any error";
}

TEST_F(EngineTest, TellsWhatTheRuntimeReadsAndWrites)
{
    std::vector<std::string> heard;
    context.trace = [&](const StorageAccess& access) {
        heard.push_back(std::to_string(static_cast<int>(access.method)) + " " + to_hex(access.key) + " "
                        + (access.value ? to_hex(*access.value) : "-"));
    };
    ASSERT_TRUE(runtime->call("get", Bytes{5}, context));
    ASSERT_TRUE(runtime->call("set_to_itself", Bytes{5}, context));
    ASSERT_TRUE(runtime->call("get", Bytes{5}, context));
    EXPECT_EQ(heard, (std::vector<std::string>{"0 05 -", "1 05 05", "0 05 05"}));
}

TEST_F(EngineTest, CallsRunInParallel)
{
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            Overlay own{empty_state()};
            CallContext mine{.overlay = own};
            const Bytes key(3, static_cast<std::uint8_t>(t));
            for (int i = 0; i < 200; ++i)
                good += runtime->call("set_to_itself", key, mine)
                        && runtime->call("get", key, mine) == scale::encode(std::optional{key});
        });
    threads.clear();
    EXPECT_EQ(good, 800);
}

TEST(Engine, ExhaustedPoolIsAnError)
{
    Engine engine{EngineConfig{.max_instances = 1}};
    const auto runtime = engine.load(testing::wat(kRuntime)).value();
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    std::optional<Outcome<Bytes>> inner;
    context.log = [&](LogLevel, std::string_view, std::string_view) {
        Overlay other{empty_state()};
        CallContext nested{.overlay = other};
        inner = runtime->call("echo", {}, nested);
    };
    EXPECT_TRUE(runtime->call("info", {}, context));
    ASSERT_TRUE(inner);
    ASSERT_FALSE(*inner);
    EXPECT_TRUE(inner->error().is(HostError::Unavailable));
}

std::string refusal(ByteView blob)
{
    Engine engine{EngineConfig{}};
    const auto loaded = engine.load(blob);
    EXPECT_FALSE(loaded);
    if (loaded)
        return "";
    EXPECT_TRUE(loaded.error().is(HostError::BadBlob)) << loaded.error().message();
    return loaded.error().message();
}

TEST(Engine, RefusesWhatIsNoRuntime)
{
    refusal({});
    refusal(bytes_of("no code at all"));
    Bytes cut = testing::wat(kRuntime);
    cut.resize(cut.size() / 2);
    refusal(cut);
    expect_has(refusal(testing::wat("(module)")), "no memory");
    expect_has(refusal(testing::wat(R"((module (memory 1)))")), "export its memory");
    expect_has(refusal(testing::wat(
                   R"((module (import "env" "ext_unheard_of_version_9" (func)) (memory (export "memory") 1)))")),
               "env.ext_unheard_of_version_9");
    expect_has(
        refusal(testing::wat(
            R"((module (import "env" "ext_storage_get_version_1" (func (param i32))) (memory (export "memory") 1)))")),
        "env.ext_storage_get_version_1");
    expect_has(
        refusal(testing::wat(
            R"((module (import "other" "ext_storage_root_version_1" (func (result i64))) (memory (export "memory") 1)))")),
        "other.ext_storage_root_version_1");
    refusal(testing::wat(R"((module (memory (export "memory") 1) (func (param v128))))"));
}

TEST(Engine, LoadsUnknownImportsWhereToldTo)
{
    const Bytes blob = testing::wat(R"((module
  (import "env" "ext_unheard_of_version_9" (func $unknown (param i64 i32) (result i32)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "fine") (param i32 i32) (result i64) (i64.const 0))
  (func (export "call") (param i32 i32) (result i64)
    (drop (call $unknown (i64.const 0) (i32.const 0))) (i64.const 0))))");
    Engine engine{EngineConfig{.allow_unknown_imports = true}};
    const auto runtime = engine.load(blob);
    ASSERT_TRUE(runtime) << runtime.error().message();
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    EXPECT_TRUE((*runtime)->call("fine", {}, context));
    const auto refused = (*runtime)->call("call", {}, context);
    ASSERT_FALSE(refused);
    expect_has(refused.error().message(), "ext_unheard_of_version_9");
}

Bytes compressed(ByteView code)
{
    Bytes out = {0x52, 0xbc, 0x53, 0x76, 0x46, 0xdb, 0x8e, 0x05};
    Bytes frame(ZSTD_compressBound(code.size()));
    frame.resize(ZSTD_compress(frame.data(), frame.size(), code.data(), code.size(), 3));
    append(out, frame);
    return out;
}

TEST(Engine, TakesCompressedCodeWithinBounds)
{
    Engine engine{EngineConfig{}};
    const Bytes blob = compressed(testing::wat(kRuntime));
    const auto runtime = engine.load(blob);
    ASSERT_TRUE(runtime) << runtime.error().message();
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    EXPECT_EQ((*runtime)->call("echo", Bytes{1}, context).value(), Bytes{1});
    Bytes cut = blob;
    cut.pop_back();
    expect_has(refusal(cut), "cut off");
    Bytes longer = blob;
    longer.push_back(0);
    expect_has(refusal(longer), "behind");
    Bytes flipped = blob;
    flipped[10] ^= 0xff;
    refusal(flipped);
    expect_has(refusal(compressed(Bytes(60 << 20, 0))), "50 MiB");
}

constexpr std::string_view kMinimal =
    R"((module (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 1024))
  (data (i32.const 0) "\08ab\04c\01\00\00\00\02\00\00\00\03\00\00\00\00\04\00\00\00\01")
  (func (export "Core_version") (param i32 i32) (result i64) (i64.const 0x0000001700000000))
  (func (export "fail") (param i32 i32) (result i64) unreachable)))";

TEST(Engine, TellsVersionsByCallAndBySection)
{
    Engine engine{EngineConfig{}};
    const Bytes blob = testing::wat(kMinimal);
    const auto runtime = engine.load(blob).value();
    const auto& version = runtime->version();
    ASSERT_TRUE(version) << version.error().message();
    EXPECT_EQ(version->spec_name, "ab");
    EXPECT_EQ(version->impl_name, "c");
    EXPECT_EQ(version->spec_version, 2u);
    EXPECT_EQ(version->transaction_version, 4u);
    EXPECT_EQ(version->state_version, 1u);

    // Sections win over the call; their APIs come from a section of their own.
    Bytes with_sections = blob;
    const auto add_section = [&](std::string_view name, ByteView data) {
        Bytes section{static_cast<std::uint8_t>(name.size())};
        append(section, bytes_of(name));
        append(section, data);
        with_sections.push_back(0);
        with_sections.push_back(static_cast<std::uint8_t>(section.size()));
        append(with_sections, section);
    };
    add_section("runtime_version", scale::encode(RuntimeVersion{"khala", "khala-cpp", 1, 7, 0, {}, 2, 0}));
    add_section("runtime_apis", scale::encode(ApiId{1, 2, 3, 4, 5, 6, 7, 8}, std::uint32_t{5}));
    const auto sections = engine.load(with_sections).value();
    ASSERT_TRUE(sections->version());
    EXPECT_EQ(sections->version()->spec_version, 7u);
    ASSERT_EQ(sections->version()->apis.size(), 1u);
    EXPECT_EQ(sections->version()->apis[0].second, 5u);

    // A runtime asks for the version of other code.
    const auto asking = engine.load(testing::wat(kRuntime)).value();
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    const auto answer = asking->call("version_of", with_sections, context).value();
    EXPECT_EQ(answer, scale::encode(std::optional{scale::encode(*sections->version())}));
    EXPECT_EQ(asking->call("version_of", Bytes{1, 2}, context).value(), Bytes{0});
    EXPECT_FALSE(asking->version());
}

TEST(Engine, RunsTheBuiltRuntime)
{
    std::ifstream file{PHALA_WASM_DIR "/khala_runtime.wasm", std::ios::binary};
    if (!file)
        GTEST_SKIP() << "the runtime is not built";
    const Bytes blob{std::istreambuf_iterator<char>{file}, {}};
    Engine engine{EngineConfig{}};
    const auto loaded = engine.load(blob);
    ASSERT_TRUE(loaded) << loaded.error().message();
    const Runtime& runtime = **loaded;
    ASSERT_TRUE(runtime.version()) << runtime.version().error().message();
    EXPECT_EQ(runtime.version()->spec_name, "khala");
    Overlay overlay{empty_state()};
    CallContext context{.overlay = overlay};
    // What the custom sections announce is what the code says.
    const auto called = decode_runtime_version(runtime.call("Core_version", {}, context).value());
    ASSERT_TRUE(called);
    EXPECT_EQ(*called, *runtime.version());
    const auto metadata = runtime.call("Metadata_metadata", {}, context);
    ASSERT_TRUE(metadata) << metadata.error().message();
    EXPECT_TRUE(scale::decode<Bytes>(*metadata));
    EXPECT_EQ(overlay.depth(), 0u);
}

TEST(RuntimeVersionBytes, OldFormsAreShorter)
{
    using namespace literals;
    const Bytes oldest = "0x08616204630100000002000000030000000401020304050607080a000000"_hex;
    const auto first = decode_runtime_version(oldest);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->apis.size(), 1u);
    EXPECT_EQ(first->transaction_version, 1u);
    EXPECT_EQ(first->state_version, 0u);
    const auto second = decode_runtime_version(concat(oldest, "0x09000000"_hex));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->transaction_version, 9u);
    EXPECT_EQ(second->state_version, 0u);
    const auto third = decode_runtime_version(concat(oldest, "0x0900000001"_hex));
    ASSERT_TRUE(third);
    EXPECT_EQ(third->state_version, 1u);
    EXPECT_FALSE(decode_runtime_version(ByteView{oldest}.first(20)));
    EXPECT_FALSE(decode_runtime_version(concat(oldest, "0x0900"_hex)));
}

class CacheTest : public ::testing::Test {
protected:
    std::filesystem::path directory =
        std::filesystem::path{::testing::TempDir()} / ("phala-engine-cache-" + std::to_string(::getpid()));
    const Bytes blob = testing::wat(kRuntime);

    void TearDown() override { std::filesystem::remove_all(directory); }

    void expect_works()
    {
        Engine engine{EngineConfig{.cache_directory = directory}};
        const auto runtime = engine.load(blob);
        ASSERT_TRUE(runtime) << runtime.error().message();
        Overlay overlay{empty_state()};
        CallContext context{.overlay = overlay};
        EXPECT_EQ((*runtime)->call("echo", Bytes{5}, context).value(), Bytes{5});
    }

    std::filesystem::path only_file()
    {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator{directory})
            files.push_back(entry.path());
        EXPECT_EQ(files.size(), 1u);
        return files.at(0);
    }

    static Bytes read(const std::filesystem::path& path)
    {
        std::ifstream file{path, std::ios::binary};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    static void write(const std::filesystem::path& path, ByteView bytes)
    {
        std::ofstream file{path, std::ios::binary | std::ios::trunc};
        file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
};

TEST_F(CacheTest, CompiledCodeIsKeptAndUsed)
{
    expect_works();
    const auto file = only_file();
    const auto written = std::filesystem::last_write_time(file);
    expect_works();
    EXPECT_EQ(only_file(), file);
    EXPECT_EQ(std::filesystem::last_write_time(file), written); // read, not made again
}

TEST_F(CacheTest, DamagedFilesAreReplaced)
{
    expect_works();
    const auto file = only_file();
    const Bytes good = read(file);
    Bytes flipped = good;
    flipped[good.size() / 2] ^= 1;
    const ByteView whole{good};
    for (const auto& damaged :
         {Bytes{}, to_bytes(whole.first(10)), to_bytes(whole.first(good.size() - 1)), flipped, Bytes(5000, 0)}) {
        write(file, damaged);
        expect_works();
        EXPECT_EQ(read(file).size(), good.size());
    }
}

TEST_F(CacheTest, UnwritableDirectoryOnlyWarns)
{
    write(directory, Bytes{1}); // a file where the directory should be
    std::vector<std::string> warnings;
    Engine engine{EngineConfig{.cache_directory = directory,
                               .warn = [&](std::string_view text) { warnings.emplace_back(text); }}};
    EXPECT_TRUE(engine.load(blob));
    ASSERT_EQ(warnings.size(), 1u);
    expect_has(warnings[0], "compiles it again");
}

} // namespace
} // namespace phala::host
