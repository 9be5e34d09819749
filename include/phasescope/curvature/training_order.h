#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::curvature {

/// Where a checkpoint stands in a training run, read off its name: "pythia-70m@step1000",
/// "mine/checkpoint-500", "olmo-1b-step20000-tokens84B", "net_epoch3". The step is the number behind step,
/// checkpoint, ckpt, iter or epoch (a following k means thousands), the training run is what stands before
/// that word.
struct TrainingPlace {
  std::string training;  ///< without separators at its end
  std::int64_t step = 0;
};

/// Absent for names without such a word.
std::optional<TrainingPlace> training_place_of(const std::string& model);

/// Models of one training run, in the order of their steps.
struct TrainingPath {
  std::string training;
  std::vector<std::string> models;
};

/// The training runs of which at least two checkpoints are there, by name.
std::vector<TrainingPath> training_paths(const std::vector<std::string>& models);

}  // namespace phasescope::curvature
