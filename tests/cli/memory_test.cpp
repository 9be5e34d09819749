// Resident memory over the number of prompts.
#include "../places.h"
#include "../temporary_folder.h"
#include "program.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"

namespace phasescope::testing {
namespace {

/// Different prompts of a dozen tokens or two, of one category: the first 64 keep arrays.
std::string short_prompts(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += Json({{"category", "all"}, {"prompt", std::to_string(i) + " ships and a river"}}).dump() + "\n";
  return lines;
}

/// The largest resident memory of a run, in bytes. Batches are small, so that both runs have full ones.
double peak_memory(int prompts, const std::string& analysis, const std::vector<std::string>& more) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "prompts.jsonl", short_prompts(prompts));
  std::vector<std::string> arguments = {"run",
                                        "-m",
                                        (test_data() / "zoo/llama/step2187").string(),
                                        "-p",
                                        (folder / "prompts.jsonl").string() + ":" + analysis,
                                        "--batch-tokens",
                                        "512",
                                        "-o",
                                        (folder / "out").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Outcome outcome = phasescope(arguments);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return read_json_file(folder / "out" / "manifest.json").at("peak_rss_bytes");
}

double growth_a_prompt(int few, int many, const std::string& analysis,
                       const std::vector<std::string>& more = {}) {
  return (peak_memory(many, analysis, more) - peak_memory(few, analysis, more)) / (many - few);
}

// A prompt's place in the plan takes about 1 KB; a summary would take 10 if it stayed in memory.
TEST(Memory, HardlyGrowsWithThePromptsOfSpecies) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "the sanitizer keeps freed memory";
#endif
  EXPECT_LT(growth_a_prompt(100, 2100, "species"), 4096);
}

}  // namespace
}  // namespace phasescope::testing
