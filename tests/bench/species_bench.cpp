// The steps of the spectral analysis that are taken for every prompt at every state point, and the catalog.
#include "measures.h"
#include "random_numbers.h"

#include <benchmark/benchmark.h>

#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/modes.h"

namespace phasescope::intelliton {
namespace {

RowMatrix random_field(std::int64_t tokens, std::int64_t width) {
  const std::vector<float> numbers = bench::random_numbers(tokens * width, 7);
  return Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
             numbers.data(), tokens, width)
      .cast<double>();
}

/// X X^T of X [tokens, width]; it is symmetric, so the operations of one half count.
void gram(benchmark::State& state) {
  const RowMatrix field = random_field(state.range(0), state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(gram_matrix(field));
  bench::count_operations(state, state.range(0) * (state.range(0) + 1) * state.range(1));
}

/// The twenty largest singular values and their vectors, from the Gram matrix.
void modes(benchmark::State& state) {
  const RowMatrix field = random_field(state.range(0), state.range(1));
  const Eigen::MatrixXd gram_of_field = gram_matrix(field);
  for (auto _ : state) benchmark::DoNotOptimize(decompose_field(field, gram_of_field, 20));
}

void field_shapes(benchmark::internal::Benchmark* bench) {
  bench::time_all_threads(bench->ArgNames({"tokens", "width"}));
  bench->Args({11, 576})->Args({128, 576})->Args({128, 4096});
}

BENCHMARK(gram)->Apply(field_shapes);
BENCHMARK(modes)->Apply(field_shapes);

/// Shows an observer `prompts` random walks of 31 points over 12 tokens.
void show_walks(FieldObserver& observer, std::int64_t prompts) {
  constexpr std::int64_t points = 31, tokens = 12, width = 576;
  std::vector<float> states = bench::random_numbers(prompts * tokens * width, 3);
  const std::vector<float> steps = bench::random_numbers(prompts * tokens * width + points, 4, 0.3F);
  std::vector<states::Segment> segments;
  for (std::int64_t s = 0; s < prompts; ++s) segments.push_back({s, s * tokens, tokens, 0});
  const Eigen::OuterStride<> stride(width);
  for (std::int64_t point = 0; point < points; ++point) {
    const states::StateMatrix all(states.data(), prompts * tokens, width, stride);
    observer.observe({point, points, false, states::Phase::prompt, all, all, &segments});
    for (std::size_t i = 0; i < states.size(); ++i) states[i] += steps[i + static_cast<std::size_t>(point)];
  }
}

std::vector<states::Sequence> sequences_of(std::int64_t prompts) {
  std::vector<states::Sequence> sequences;
  for (std::int64_t s = 0; s < prompts; ++s) {
    states::Sequence sequence;
    sequence.index = s;
    sequence.category = "category" + std::to_string(s % 5);
    sequence.name = sequence.category + "/" + std::to_string(s / 5);
    sequence.prompt_tokens = 12;
    sequences.push_back(sequence);
  }
  return sequences;
}

/// All points of a model of 30 blocks, the prompts in one batch.
void observe_fields(benchmark::State& state) {
  for (auto _ : state) {
    FieldObserver observer(sequences_of(state.range(0)), Options{}, false);
    show_walks(observer, state.range(0));
  }
}

/// The catalog of species of fields that have been observed.
void catalog(benchmark::State& state) {
  const Options options;
  FieldObserver observer(sequences_of(state.range(0)), options, false);
  show_walks(observer, state.range(0));
  const std::vector<CategoryFields> categories = observer.take_categories();
  for (auto _ : state)
    benchmark::DoNotOptimize(build_catalog(categories, *observer.representative(), options));
}

void prompts(benchmark::internal::Benchmark* bench) {
  bench::time_all_threads(bench->ArgName("prompts")->Arg(125));
}

BENCHMARK(observe_fields)->Apply(prompts);
BENCHMARK(catalog)->Apply(prompts);

}  // namespace
}  // namespace phasescope::intelliton
