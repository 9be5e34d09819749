#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/run/execute.h"
#include "phasescope/run/options.h"

namespace phasescope::run {

/// Analyses of hidden states that were captured here or elsewhere.
struct AnalyzeOptions {
  std::vector<std::filesystem::path> states;  ///< safetensors files
  std::filesystem::path output;
  std::vector<std::string> categories;  ///< category order; empty: from the files
  std::filesystem::path attention;      ///< tensors <category>/<i>/<block>; empty: none
  std::filesystem::path pairs;          ///< JSON list of pairs; empty: none
  std::vector<Analysis> analyses;       ///< empty: ct and species
  CtOptions ct;
  bool span_was_chosen = false;  ///< false: generated where tokens were generated, else prompt
  intelliton::Options species;
  NullOptions nulls;  ///< shuffles only: networks need a model
  std::uint64_t seed = 1234;
  int threads = 0;
  std::int64_t batch_tokens = 8192;
  bool detail = false;
  bool overwrite = false;
};

/// Runs every analysis that needs no model and writes the folder. Errors: as the parts'.
RunSummary analyze_states(const AnalyzeOptions& options);

}  // namespace phasescope::run
