#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/sweep/sweep_plan.h"

namespace phasescope::sweep {

/// What one point will take, from headers, tokenizer and prompts alone.
struct PointEstimate {
  std::string point;
  std::string error;  ///< why the model or its prompts cannot be read; the rest is 0 then
  std::int64_t parameters = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t new_tokens = 0;     ///< at most
  double cost = 0;                 ///< tokens times parameters
  std::uint64_t memory_kept = 0;   ///< bytes with all converted weights kept
  std::uint64_t memory_least = 0;  ///< bytes with one block at a time
  std::string status = "open";     ///< as the journal says: open, complete, partial or failed
};

/// Opens the header of every model. `folder`: where the sweep may have begun; may be empty.
std::vector<PointEstimate> estimate_points(const SweepPlan& plan, const std::filesystem::path& folder);

/// A table for people, with the sums at its end.
std::string estimates_text(const std::vector<PointEstimate>& estimates);
/// {points [{name, status, parameters, prompt_tokens, new_tokens, cost, memory {kept, least}, error}], cost}
Json estimates_to_json(const std::vector<PointEstimate>& estimates);

}  // namespace phasescope::sweep
