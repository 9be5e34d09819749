#include "species_quantities.h"

#include "eigen_json.h"

namespace phasescope::report {

Json species_quantities(const intelliton::Species& species) {
  const std::string reason = intelliton::kNoPropagator;
  Json json;
  json["spin"] = number_or_null(species.spin);
  set_optional(json, "pole_mass", species.pole_mass, reason);
  set_optional(json, "lattice_mass", species.lattice_mass, reason);
  json["bare_mass"] = number_or_null(species.bare_mass);
  json["renormalized_mass"] = number_or_null(species.renormalized_mass);
  set_optional(json, "mass_category", species.mass_category, reason);
  set_optional(json, "momentum", species.momentum, reason);
  json["helicity"] = number_or_null(species.helicity);
  set_optional(json, "group_velocity", species.group_velocity, reason);
  set_optional(json, "dispersion_r2", species.dispersion_r2, reason);
  json["fixed_point_layer"] = species.fixed_point_layer;
  json["fixed_point_type"] = species.fixed_point_type;
  json["anomalous_dimension"] = number_or_null(species.anomalous_dimension);
  json["wavefunction_Z"] = number_or_null(species.wavefunction_z);
  json["mode_index"] = species.mode_index;
  json["layer_range"] = {species.layer_range.first, species.layer_range.second};
  json["categories"] = species.categories;
  json["amplitude"] = number_or_null(species.amplitude);
  set_optional(json, "exponential_r2", species.exponential_r2, reason);
  return json;
}

}  // namespace phasescope::report
