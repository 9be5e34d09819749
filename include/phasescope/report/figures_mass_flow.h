#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// The renormalisation flow of one mode.
struct ModeFlow {
  std::string name;
  std::vector<double> running_mass;         ///< one a layer; not finite where undefined
  std::vector<double> beta;                 ///< running_mass[l + 1] - running_mass[l], one fewer
  std::optional<std::int64_t> fixed_point;  ///< layer
  std::string fixed_point_type;             ///< "IR", "UV", "crossover", "none"
};

struct MassFlow {
  std::string model;
  std::string finding;
  std::vector<ModeFlow> modes;
};

/// Running mass above, beta function below, over depth, with the fixed points marked on both.
std::string mass_flow_figure(const MassFlow& flow);

}  // namespace phasescope::report
