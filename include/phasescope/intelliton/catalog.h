#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/category_fields.h"
#include "phasescope/intelliton/field_analysis.h"

namespace phasescope::intelliton {

/// Quantities that need a propagator are absent without one (kNoPropagator).
struct Species {
  double spin = 0;
  std::optional<double> pole_mass;
  std::optional<double> lattice_mass;
  double bare_mass = 0;
  double renormalized_mass = 0;
  std::optional<std::string> mass_category;
  std::optional<double> momentum;  ///< k where the representative's E(k) is largest, mean over candidates
  double helicity = 0;
  std::optional<double> group_velocity;
  std::optional<double> dispersion_r2;
  int fixed_point_layer = 0;
  std::string fixed_point_type;
  double anomalous_dimension = 0;
  double wavefunction_z = 0;
  int mode_index = 0;
  std::pair<int, int> layer_range{0, 0};
  std::vector<std::string> categories;  ///< sorted by name
  double amplitude = 0;
  std::optional<double> exponential_r2;
  Eigen::VectorXd vector;  ///< [D]
};

struct Catalog {
  double eft_alpha = 0;
  double eft_beta = 0;
  std::vector<Species> species;   ///< by amplitude rounded to 2 decimals, descending; named I_0, I_1, ...
  std::vector<int> active_modes;  ///< by category
};

/// Section 7 of the published method. `categories` in category order, each with prompts; `representative` the
/// field that supplies dispersion, flow and effective parameters. No active mode at all (every singular value
/// 0) gives an empty catalogue with alpha = beta = 0.
Catalog build_catalog(const std::vector<CategoryFields>& categories, const FieldAnalysis& representative,
                      const Options& options);

}  // namespace phasescope::intelliton
