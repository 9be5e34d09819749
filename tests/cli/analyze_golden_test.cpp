// The golden cases from the command line: every section of detail.json as analyze writes it. Source of the
// expected values: the published implementation evaluated in float64 (tests/data/intelliton).
#include "../intelliton/golden_case.h"
#include "../places.h"
#include "../temporary_folder.h"
#include "program.h"

#include <iostream>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using intelliton::testing::Comparison;
using intelliton::testing::GoldenCase;

/// The list that --pairs reads, with the confidences that are inputs of the golden pairs.
Json pairs_file(const GoldenCase& golden) {
  const Json& expected = golden.expected().at("pairs");
  Json list = golden.json().at("pair_list");
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i]["grounded_confidence"] = expected.at("grounded_confidence")[i];
    list[i]["other_confidence"] = expected.at("other_confidence")[i];
  }
  return list;
}

std::string category_order(const GoldenCase& golden) {
  std::string names;
  for (const Json& name : golden.json().at("input").at("category_order"))
    names += (names.empty() ? "" : ",") + name.get<std::string>();
  return names;
}

std::vector<std::string> settings(const GoldenCase& golden) {
  const Json& config = golden.json().at("config");
  const std::vector<std::pair<const char*, const char*>> options = {
      {"--modes", "n_top_modes"},
      {"--skip-layers", "mass_fit_skip_layers"},
      {"--eft-window", "eft_window_size"},
      {"--sv-threshold", "sv_threshold_ratio"},
      {"--merge-cosine", "merge_cosine_threshold"},
      {"--sharpness", "resonance_sharpness_threshold"}};
  std::vector<std::string> arguments;
  for (const auto& [option, key] : options) {
    arguments.emplace_back(option);
    arguments.push_back(config.at(key).dump());
  }
  return arguments;
}

class AnalyzeGolden : public ::testing::TestWithParam<int> {};

TEST_P(AnalyzeGolden, WritesEverySection) {
  const GoldenCase golden(GetParam());
  const TemporaryFolder folder;
  write_file_atomically(folder / "pairs.json", pairs_file(golden).dump());
  const std::string name = (test_data() / "intelliton" / ("case0" + std::to_string(GetParam()))).string();
  std::vector<std::string> arguments = {"analyze",      name + ".safetensors",
                                        "-o",           (folder / "out").string(),
                                        "--categories", category_order(golden),
                                        "--pairs",      (folder / "pairs.json").string(),
                                        "--analyses",   "species",
                                        "--detail"};
  const std::string attention = name + ".attention.safetensors";
  if (std::filesystem::exists(attention)) arguments.insert(arguments.end(), {"--attention", attention});
  for (std::string& argument : settings(golden)) arguments.push_back(std::move(argument));

  const Outcome outcome = phasescope(arguments);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json detail = read_json_file(folder / "out/detail.json");
  for (const char* section : {"fields", "catalog", "dynamics", "pairs"}) {
    ASSERT_TRUE(detail.contains(section));
    const Comparison comparison = compare(golden, section, detail.at(section), golden.expected().at(section));
    std::cout << "case " << golden.number() << " " << section << ": " << comparison.numbers
              << " numbers, largest deviation " << comparison.largest << " at " << comparison.where << "\n";
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, AnalyzeGolden, ::testing::Range(1, 9));

}  // namespace
}  // namespace phasescope::testing
