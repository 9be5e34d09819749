#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "phasescope/base/json.h"

namespace phasescope::sweep {

/// One value of an axis, and what names of points and tables call it.
struct AxisValue {
  std::string label;
  Json value;  ///< as `run -C` takes it: a scalar or a list
};

/// An option of `run` that a sweep varies.
struct Axis {
  std::string option;  ///< its long name with underscores: "model", "seed", "max_new_tokens"
  std::vector<AxisValue> values;
};

/// A sweep file: options that all points share, and axes whose every combination is a point.
///
///     {"options": {"prompts": ["panel24"]}, "axes": {"model": ["runs/step*"], "seed": [1, 2, 3]}}
struct SweepFile {
  std::string file;
  Json options = Json::object();
  std::vector<Axis> axes;  ///< in the order of the file, but models first; model entries are not expanded yet
};

/// Reads and checks a sweep file. Errors: environment when it cannot be read; input_file for wrong shapes,
/// empty axes, options that belong to the sweep itself, an option both shared and varied, and no model.
SweepFile read_sweep_file(const std::filesystem::path& file);

}  // namespace phasescope::sweep
