#pragma once

#include <optional>
#include <string>
#include <vector>

#include "phasescope/report/regime_bands.h"

namespace phasescope::report {

/// A quantity of one checkpoint.
struct CoursePoint {
  std::optional<double> value, low, high;  ///< 95 % interval where it has one
};

/// A quantity over the checkpoints of one training run under one setting.
struct CourseLine {
  std::string name;
  std::vector<double> positions;  ///< training steps, or places in a list of models
  std::vector<CoursePoint> points;
};

/// One quantity.
struct CoursePanel {
  std::string title;
  std::string unit;  ///< of the y axis
  bool logarithmic = false;
  bool whole_numbers = false;
  std::vector<CourseLine> lines;
  std::vector<RegimeBand> regimes;  ///< shaded where there are any
};

struct TrainingCourse {
  std::string title;
  std::string finding;
  /// Names of the places where they are no training steps; empty: positions are steps.
  std::vector<std::string> models;
  std::vector<CoursePanel> panels;
};

/// Quantities over training steps, one panel each: logarithmic in the steps where they span a factor of 20 or
/// more, step 0 then standing a little before the first. Lines beyond the seventh are grey.
std::string training_course_figure(const TrainingCourse& course);

}  // namespace phasescope::report
