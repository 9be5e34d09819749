// phasescope analyze on states that another program wrote.
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"

#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "phasescope/formats/safetensors.h"

namespace phasescope::testing {
namespace {

constexpr std::int64_t kPoints = 8;
constexpr std::int64_t kWidth = 24;

/// States [points, tokens, width] without structure, the same for the first tokens whatever their number.
std::vector<float> states_of(int prompt, std::int64_t tokens) {
  std::vector<float> states;
  for (std::int64_t point = 0; point < kPoints; ++point) {
    for (std::int64_t token = 0; token < tokens; ++token) {
      for (std::int64_t channel = 0; channel < kWidth; ++channel) {
        const double phase = 1.3 * static_cast<double>(channel + 1) * static_cast<double>(token + 2) +
                             0.7 * static_cast<double>(prompt * channel) + 0.2 * static_cast<double>(point);
        states.push_back(static_cast<float>(std::sin(phase) + 0.1 * static_cast<double>(point)));
      }
    }
  }
  return states;
}

void write_states(const std::filesystem::path& file, std::int64_t tokens) {
  std::vector<std::vector<float>> kept;
  std::vector<std::pair<std::string, formats::StoredTensor>> tensors;
  for (int prompt = 0; prompt < 3; ++prompt) {
    kept.push_back(states_of(prompt, tokens));
    tensors.emplace_back("long/" + std::to_string(prompt),
                         formats::StoredTensor{formats::ElementType::f32,
                                               {kPoints, tokens, kWidth},
                                               reinterpret_cast<const std::byte*>(kept.back().data()),
                                               kept.back().size() * sizeof(float)});
  }
  formats::write_safetensors(file, tensors, {});
}

Json detail_of(const TemporaryFolder& folder, const std::string& name, std::int64_t tokens) {
  const auto file = folder / (name + ".safetensors");
  write_states(file, tokens);
  const Outcome outcome = phasescope(
      {"analyze", file.string(), "-o", (folder / name).string(), "--analyses", "species", "--detail"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  return read_json_file(folder / (name + "/detail.json"));
}

TEST(Analyze, CutsFieldsAndDynamicsOfLongPromptsAlike) {
  const TemporaryFolder folder;
  const Json whole = detail_of(folder, "whole", 141), cut = detail_of(folder, "cut", 128);
  EXPECT_EQ(whole.at("fields"), cut.at("fields"));
  EXPECT_EQ(whole.at("catalog"), cut.at("catalog"));
  EXPECT_EQ(whole.at("dynamics"), cut.at("dynamics"));
  EXPECT_GT(cut.at("dynamics").at("fields").at("long/1").at("occupation").size(), 0U);
}

TEST(Analyze, HoldsSpeciesAgainstShuffles) {
  const TemporaryFolder folder;
  write_states(folder / "states.safetensors", 12);
  const auto analyze = [&](const std::string& null) {
    return phasescope({"analyze", (folder / "states.safetensors").string(), "-o", (folder / "out").string(),
                       "--analyses", "species", "--null", null, "--sign-audit", "3"});
  };
  ASSERT_EQ(analyze("shuffle-tokens,shuffle-layers").exit_code, 0);
  const Json report = read_json_file(folder / "out/species.json");
  expect_valid(report, "species");
  EXPECT_EQ(report.at("robust").at("power_momentum").at("null").at("name"), "shuffle-tokens");
  EXPECT_EQ(report.at("robust").at("sign_audit").at("draws"), 3);
  expect_error(analyze("shuffle-layers"), 6,
               (folder / "out/manifest.json").string() +
                   ": holds another run: nulls.null: 2 before, 1 now, expected the same command, another "
                   "folder, or --overwrite");
  expect_error(analyze("random-weights"), 2,
               "--null: random-embedding and random-weights need a model, expected shuffle-tokens or "
               "shuffle-layers");
}

}  // namespace
}  // namespace phasescope::testing
