#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::sweep {

/// Where in a training run a checkpoint stands, read from its name: "step1000", "checkpoint-500",
/// "global_step20", "iter_0001000", "stage1-step5000-tokens11B".
struct TrainingPosition {
  std::string series;  ///< the name without step and tokens; checkpoints of one run share it; may be empty
  std::optional<std::int64_t> stage;
  std::optional<std::int64_t> step;
  std::optional<double> tokens;  ///< seen in training
};

TrainingPosition training_position(const std::string& name);

/// Whether `a` comes before `b` when texts are ordered with the whole numbers in them by size: "step9" before
/// "step10".
bool natural_less(const std::string& a, const std::string& b);

/// Whether a checkpoint of that name comes before another: by series, stage, step and tokens, else as
/// natural_less.
bool trained_before(const std::string& a, const std::string& b);

}  // namespace phasescope::sweep
