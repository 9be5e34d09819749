#pragma once

#include <string>
#include <vector>

namespace phasescope::report {

/// A mode that was followed from layer to layer, one to one.
struct SingularValueThread {
  std::string name;
  std::vector<double> values;  ///< one a layer; not finite where the mode could not be matched
};

struct SingularValueDepth {
  std::string model;
  std::string finding;
  std::vector<std::vector<double>> values;  ///< [layer][rank], in order of size
  std::vector<SingularValueThread> threads;
};

/// All singular values over depth as dots (logarithmic), the matched threads as lines through them.
std::string singular_values_figure(const SingularValueDepth& depth);

}  // namespace phasescope::report
