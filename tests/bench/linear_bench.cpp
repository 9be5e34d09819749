// Products of the shapes of SmolLM2-135M and Llama-3-8B, by each library that this machine has.
#include "linear.h"
#include "measures.h"
#include "random_numbers.h"

#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

#include "phasescope/base/error.h"

namespace phasescope::model {
namespace {

/// The value cut to as many bits as the sum of so many bfloat16 numbers has.
float with_terms(float value, int terms) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  bits &= terms == 1 ? 0xFFFF0000U : 0xFFFFFF00U;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// y = x W^T with x [rows, inputs] and W [outputs, inputs]. Arguments: rows, inputs, outputs, and of how many
/// bfloat16 numbers a weight is the sum; without that, one.
void multiply(benchmark::State& state, const char* library, Lifetime lifetime) {
  const std::int64_t rows = state.range(0), inputs = state.range(1), outputs = state.range(2);
  const int terms = library == std::string("tiles") ? static_cast<int>(state.range(3)) : 1;
  Profile profile;
  std::unique_ptr<Linear> linear;
  try {
    linear = std::make_unique<Linear>(matrix_library_named(library), false, profile);
  } catch (const Error& error) {
    state.SkipWithError(error.what());
    return;
  }
  std::vector<float> weights = bench::random_numbers(inputs * outputs, 1, 0.05F);
  for (float& weight : weights) weight = with_terms(weight, terms);
  const std::vector<float> x = bench::random_numbers(rows * inputs, 2);
  std::vector<float> y(static_cast<std::size_t>(rows * outputs));
  WeightSource source;
  source.outputs = outputs;
  source.inputs = inputs;
  source.plain = weights.data();
  source.convert = [&](std::int64_t first, std::int64_t count, float* out) {
    std::memcpy(out, weights.data() + first * inputs,
                static_cast<std::size_t>(count * inputs) * sizeof(float));
  };
  const PreparedLinear prepared{linear->prepare(source, lifetime), nullptr};
  for (auto _ : state) linear->apply({x.data(), rows, inputs}, prepared, {y.data(), rows, outputs});
  bench::count_operations(state, 2 * rows * inputs * outputs);
}

/// A step of generation, of 24 together, and the prompts of `core` together.
constexpr std::int64_t kRows[] = {1, 24, 1430};
/// Inputs and outputs: query, key and value, gate and up, down of SmolLM2-135M; a square one of Llama-3-8B.
constexpr std::int64_t kShapes[][2] = {{576, 960}, {576, 3072}, {1536, 576}, {4096, 4096}};

void shapes(benchmark::internal::Benchmark* bench) {
  bench::time_all_threads(bench->ArgNames({"rows", "inputs", "outputs"}));
  for (const std::int64_t rows : kRows)
    for (const auto& [inputs, outputs] : kShapes) bench->Args({rows, inputs, outputs});
}

/// Weights of three terms are not for the tile unit, and for the others their number makes no difference.
void shapes_and_terms(benchmark::internal::Benchmark* bench) {
  bench::time_all_threads(bench->ArgNames({"rows", "inputs", "outputs", "weight_terms"}));
  for (const std::int64_t rows : kRows)
    for (const auto& [inputs, outputs] : kShapes)
      for (const std::int64_t terms : {1, 2}) bench->Args({rows, inputs, outputs, terms});
}

BENCHMARK_CAPTURE(multiply, tiles, "tiles", Lifetime::kept)->Apply(shapes_and_terms);
BENCHMARK_CAPTURE(multiply, onednn_packed, "onednn", Lifetime::kept)->Apply(shapes);
BENCHMARK_CAPTURE(multiply, onednn_stored, "onednn", Lifetime::once)->Apply(shapes);
BENCHMARK_CAPTURE(multiply, torch, "torch", Lifetime::once)->Apply(shapes);

}  // namespace
}  // namespace phasescope::model
