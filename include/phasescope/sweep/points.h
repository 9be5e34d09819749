#pragma once

#include <functional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/run/options.h"
#include "phasescope/sweep/sweep_file.h"

namespace phasescope::sweep {

/// Gives options of `run`, an object like its configuration files, their meaning. `place` names the object in
/// errors. Errors: usage, as the command line's.
using OptionsReader = std::function<run::RunOptions(const Json& options, const std::string& place)>;

/// One run of a sweep.
struct Point {
  std::string name;   ///< of its folder: the model's label, then <option>-<label> of every other axis
  std::string model;  ///< label
  Json values = Json::object();  ///< of every axis but the model: option, value
  run::RunOptions options;       ///< without an output folder
};

/// Every combination of the axes, the first axis (the models) slowest, model entries expanded. Errors:
/// those of expand_model and of `reader`; input_file when two points would have one name.
std::vector<Point> make_points(const SweepFile& file, const OptionsReader& reader);

}  // namespace phasescope::sweep
