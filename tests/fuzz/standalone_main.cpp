// Runs a fuzz target without libFuzzer: on the files named as arguments, or on a fixed series of generated
// inputs, so that every target is built and run by the ordinary tests.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i) {
        std::ifstream file{argv[i], std::ios::binary};
        std::vector<char> input{std::istreambuf_iterator<char>{file}, {}};
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    }
    if (argc > 1)
        return 0;
    constexpr int kInputs = 20'000;
    std::mt19937_64 random{20'261'124};
    std::vector<std::uint8_t> input;
    for (int i = 0; i < kInputs; ++i) {
        input.resize(random() % 200);
        for (auto& byte : input) // small numbers are frequent: they are lengths, indexes and booleans
            byte = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 12);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%d generated inputs\n", kInputs);
    return 0;
}
