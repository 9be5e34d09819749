// Attention over packed prompts and over a key-value cache, with the heads of SmolLM2-135M.
#include "attention.h"
#include "measures.h"
#include "random_numbers.h"

#include <benchmark/benchmark.h>

namespace phasescope::model {
namespace {

/// Arguments: sequences, queries of each, positions of each.
void attention(benchmark::State& state) {
  const std::int64_t sequences = state.range(0), queries = state.range(1), positions = state.range(2);
  AttentionSettings settings;
  settings.heads = 9;
  settings.key_value_heads = 3;
  settings.head_dim = 64;
  settings.score_scale = 0.125F;
  const std::int64_t width = settings.heads * settings.head_dim;
  const std::int64_t key_width = settings.key_value_heads * settings.head_dim;
  const std::vector<float> q = bench::random_numbers(queries * width, 1);
  const std::vector<float> k = bench::random_numbers(positions * key_width, 2);
  const std::vector<float> v = bench::random_numbers(positions * key_width, 3);
  std::vector<float> output(static_cast<std::size_t>(sequences * queries * width));
  std::vector<AttentionItem> items;
  for (std::int64_t s = 0; s < sequences; ++s) {
    items.push_back({{q.data(), queries, width},
                     {k.data(), positions, key_width},
                     {v.data(), positions, key_width},
                     Matrix(output.data() + s * queries * width, queries, width),
                     {}});
  }
  for (auto _ : state) attend(settings, items);
  // Each query sees the positions up to its own; for each of those a product with the key and one with the
  // value.
  const std::int64_t pairs = queries * positions - queries * (queries - 1) / 2;
  bench::count_operations(state, 4 * sequences * width * pairs);
}

void batches(benchmark::internal::Benchmark* bench) {
  bench::time_all_threads(bench->ArgNames({"sequences", "queries", "positions"}));
  bench->Args({125, 11, 11});    // the prompts of `core`
  bench->Args({24, 1, 100});     // a step of generation
  bench->Args({1, 2048, 2048});  // a long prompt
}

BENCHMARK(attention)->Apply(batches);

}  // namespace
}  // namespace phasescope::model
