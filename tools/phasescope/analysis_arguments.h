#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "phasescope/run/options.h"

namespace phasescope::tool {

/// Options of ct_t as they were typed.
struct CtArguments {
  run::CtOptions options;
  std::string norm = "l2", delta = "chord", curvature = "turning", alignment = "causal", span = "generated";
  std::string state_point = "pre_norm", clip = "raw";
  std::int64_t layer = -1;
  std::int64_t common_steps = 0;
};

void add_ct_options(CLI::App& command, CtArguments& typed);
/// Errors: usage for unknown names.
run::CtOptions resolve_ct(const CtArguments& typed);

void add_species_options(CLI::App& command, intelliton::Options& species);

/// Nulls and audits as they were typed.
struct NullArguments {
  std::vector<std::string> names;
  run::NullOptions options;
};

/// `with_model`: also those that need one.
void add_null_options(CLI::App& command, NullArguments& typed, bool with_model);
/// Errors: usage for unknown names.
run::NullOptions resolve_nulls(const NullArguments& typed);

}  // namespace phasescope::tool
