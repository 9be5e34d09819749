#pragma once

#include "phasescope/report/comparison.h"

namespace phasescope::report {

/// What a model's name says of its tuning: "base" (Qwen3-4B-Base, gemma-3-270m-pt), "instruct"
/// (SmolLM2-135M-Instruct, gemma-2-2b-it), or empty.
std::string tuning_in_name(const std::string& name);

/// How two models are related, and whether the second belongs first.
struct RelatedModels {
  Relation relation = Relation::other;
  bool reversed = false;
};

/// Sizes are the same within 5 %. The tuning of a model is what it says, else what its name says; of two
/// names that differ in such a word alone, the one without it is the counterpart of the one with it.
RelatedModels relate(const ComparedModel& first, const ComparedModel& second);

}  // namespace phasescope::report
