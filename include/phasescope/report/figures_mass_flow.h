#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace phasescope::report {

/// The renormalisation flow of one mode.
struct ModeFlow {
  std::string name;
  std::vector<double> running_mass;           ///< one a layer; not finite where undefined
  std::vector<double> beta;                   ///< running_mass[l + 1] - running_mass[l], one fewer
  std::optional<std::int64_t> fixed_point;    ///< layer
  std::string fixed_point_type;               ///< "IR", "UV", "crossover", "none"
  std::vector<double> running_mass_low = {};  ///< interval, if there is one
  std::vector<double> running_mass_high = {};
};

struct MassFlow {
  std::string model;
  std::string finding;
  std::vector<ModeFlow> modes;           ///< of the published representative prompt
  std::vector<ModeFlow> estimates = {};  ///< medians over prompts; empty: one column only
};

/// Running mass above, beta function below, over depth, with the fixed points marked on both; published and
/// estimated flow side by side.
std::string mass_flow_figure(const MassFlow& flow);

}  // namespace phasescope::report
