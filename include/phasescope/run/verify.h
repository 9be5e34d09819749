#pragma once

#include <filesystem>
#include <string>

#include "phasescope/model/language_model.h"
#include "phasescope/states/state_comparison.h"

namespace phasescope::run {

struct VerifyOptions {
  std::string model;
  std::filesystem::path oracle;  ///< a dump of scripts/dump_oracle.py
  model::ModelOptions device;
  states::OracleTolerances tolerances;
  int threads = 0;
};

/// Runs the oracle's prompts through the model and compares. Errors: as the parts'.
states::OracleComparison verify_model(const VerifyOptions& options);

/// A table of the points for people, then greedy continuations and the verdict.
std::string comparison_text(const states::OracleComparison& comparison);

}  // namespace phasescope::run
