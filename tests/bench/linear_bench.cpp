// Products of the shapes of SmolLM2-135M and Llama-3-8B, by each library that this machine has.
#include "linear.h"
#include "random_numbers.h"

#include <cstring>

#include <benchmark/benchmark.h>

#include "phasescope/base/error.h"

namespace phasescope::model {
namespace {

/// How many bfloat16 numbers a weight is the sum of.
float with_terms(float value, int terms) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  if (terms < 3) bits &= terms == 1 ? 0xFFFF0000U : 0xFFFFFF00U;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Arguments: rows, inputs, outputs, terms.
void multiply(benchmark::State& state, const char* library, Lifetime lifetime) {
  const std::int64_t rows = state.range(0), inputs = state.range(1), outputs = state.range(2);
  Profile profile;
  std::unique_ptr<Linear> linear;
  try {
    linear = std::make_unique<Linear>(matrix_library_named(library), false, profile);
  } catch (const Error& error) {
    state.SkipWithError(error.what());
    return;
  }
  std::vector<float> weights = bench::random_numbers(inputs * outputs, 1, 0.05F);
  for (float& weight : weights) weight = with_terms(weight, static_cast<int>(state.range(3)));
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
  state.counters["GFLOP/s"] =
      benchmark::Counter(2e-9 * static_cast<double>(rows) * static_cast<double>(inputs * outputs),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void shapes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"rows", "inputs", "outputs", "terms"})->UseRealTime()->Unit(benchmark::kMicrosecond);
  for (const std::int64_t rows : {1, 24, 1430}) {
    for (const std::int64_t terms : {1, 2, 3}) {
      bench->Args({rows, 576, 960, terms});
      bench->Args({rows, 576, 3072, terms});
      bench->Args({rows, 1536, 576, terms});
    }
    bench->Args({rows, 4096, 4096, 1});
  }
}

BENCHMARK_CAPTURE(multiply, tiles, "tiles", Lifetime::kept)->Apply(shapes);
BENCHMARK_CAPTURE(multiply, onednn_packed, "onednn", Lifetime::kept)->Apply(shapes);
BENCHMARK_CAPTURE(multiply, onednn_stored, "onednn", Lifetime::once)->Apply(shapes);
BENCHMARK_CAPTURE(multiply, torch, "torch", Lifetime::once)->Apply(shapes);

}  // namespace
}  // namespace phasescope::model
