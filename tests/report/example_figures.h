#pragma once

#include <string>
#include <vector>

namespace phasescope::report::testing {

struct ExampleFigure {
  std::string name;
  std::string svg;
};

/// Every figure, drawn from made-up data of realistic size, with gaps, awkward names and absent intervals.
std::vector<ExampleFigure> example_figures();

/// Every figure without any data.
std::vector<ExampleFigure> empty_figures();

}  // namespace phasescope::report::testing
