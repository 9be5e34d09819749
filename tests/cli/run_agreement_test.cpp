// What must not change results: repetition, batching, threads; and what transformers computed for the same
// prompts.
#include "../model_cases.h"
#include "documents.h"
#include "small_run.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/states/oracle_file.h"

namespace phasescope::testing {
namespace {

const std::vector<std::string> kArguments = {"--max-new-tokens", "10", "--temperature", "0.8", "--detail"};

SmallRun run_with(std::vector<std::string> more) {
  more.insert(more.begin(), kArguments.begin(), kArguments.end());
  return SmallRun(model_of_case("llama_gqa"), more);
}

/// Expects the same ids and words, and numbers that agree to 1e-5.
void expect_agreement(const SmallRun& a, const SmallRun& b) {
  EXPECT_EQ(a.outcome().exit_code, 0) << a.outcome().err;
  EXPECT_EQ(b.outcome().exit_code, 0) << b.outcome().err;
  expect_close(Json(json_lines(a / "samples.jsonl")), Json(json_lines(b / "samples.jsonl")), 1e-5, "samples");
  expect_close(Json(json_lines(a / "steps.jsonl")), Json(json_lines(b / "steps.jsonl")), 1e-5, "steps");
  expect_close(read_json_file(a / "regime.json"), read_json_file(b / "regime.json"), 1e-5, "regime");
  expect_close(read_json_file(a / "detail.json")["fields"], read_json_file(b / "detail.json")["fields"], 1e-5,
               "detail");
}

TEST(Repetition, IsByteIdenticalOnRequest) {
  const SmallRun first = run_with({"--deterministic"});
  const SmallRun second = run_with({"--deterministic"});
  const auto contents = contents_of(first.folder(), {"manifest.json"});
  EXPECT_GE(contents.size(), 10U);
  EXPECT_EQ(contents, contents_of(second.folder(), {"manifest.json"}));
}

TEST(Batching, DoesNotChangeResults) {
  expect_agreement(run_with({"--batch-tokens", "16"}), run_with({}));
}

TEST(Threads, DoNotChangeResults) {
  expect_agreement(run_with({"--threads", "1"}), run_with({"--threads", "2"}));
}

TEST(MatrixLibraries, DoNotChangeResults) {
  const SmallRun chosen = run_with({});
  expect_agreement(run_with({"--blas", "onednn"}), chosen);
  expect_agreement(run_with({"--blas", "torch"}), chosen);
}

/// Weights that are converted again for each batch and each token.
TEST(WeightsMemory, DoesNotChangeResults) {
  expect_agreement(run_with({"--weights-memory", "0", "--batch-tokens", "16"}), run_with({}));
}

/// Source: transformers 5.18 in float64, with each oracle.
class Oracle : public ::testing::TestWithParam<std::string> {};

double largest_probability(const std::vector<float>& logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return 1 / sum;
}

TEST_P(Oracle, TokensAndProbabilitiesAreThoseOfTransformers) {
  const states::OracleFile oracle(oracle_of_case(GetParam()));
  const TemporaryFolder folder;
  std::string prompts;
  for (const states::OraclePrompt& prompt : oracle.prompts())
    prompts += Json{{"prompt", prompt.text}}.dump() + "\n";
  write_file_atomically(folder / "set.jsonl", prompts);
  const Outcome outcome =
      phasescope({"run", "-m", model_of_case(GetParam()), "-p", (folder / "set.jsonl").string() + ":ct", "-o",
                  (folder / "out").string(), "--max-new-tokens", "12"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::vector<Json> samples = json_lines(folder / "out" / "samples.jsonl");
  ASSERT_EQ(samples.size(), oracle.prompts().size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const states::OraclePrompt& prompt = oracle.prompts()[i];
    EXPECT_EQ(samples[i]["prompt_ids"], Json(prompt.ids));
    EXPECT_EQ(samples[i]["generated_ids"], Json(prompt.greedy));
    EXPECT_EQ(samples[i]["finish"], prompt.greedy.size() < 12 ? "eos" : "length");
    EXPECT_NEAR(samples[i]["top1_probability"].get<double>(), largest_probability(prompt.logits), 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Oracle, ::testing::Values("gemma2_softcap", "gguf_llama_mixed"),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace phasescope::testing
