#include "phasescope/intelliton/robust_quantities.h"

namespace phasescope::intelliton {

const std::vector<SpeciesQuantity>& robust_species_quantities() {
  static const std::vector<SpeciesQuantity> list{{"amplitude", &RobustSpecies::amplitude},
                                                 {"growth_rate", &RobustSpecies::growth_rate},
                                                 {"pole_mass", &RobustSpecies::pole_mass},
                                                 {"resonance_width", &RobustSpecies::resonance_width},
                                                 {"lattice_mass", &RobustSpecies::lattice_mass},
                                                 {"power_momentum", &RobustSpecies::power_momentum},
                                                 {"spin", &RobustSpecies::spin},
                                                 {"bare_mass", &RobustSpecies::bare_mass},
                                                 {"renormalized_mass", &RobustSpecies::renormalized_mass},
                                                 {"wavefunction_Z", &RobustSpecies::wavefunction_z},
                                                 {"anomalous_dimension", &RobustSpecies::anomalous_dimension},
                                                 {"fixed_point_layer", &RobustSpecies::fixed_point_layer}};
  return list;
}

const std::vector<FieldQuantity>& robust_field_quantities() {
  static const std::vector<FieldQuantity> list{{"n_species", &RobustReport::n_species},
                                               {"eft_alpha", &RobustReport::alpha},
                                               {"eft_beta", &RobustReport::beta},
                                               {"power_momentum", &RobustReport::power_momentum},
                                               {"match_cosine", &RobustReport::match_cosine},
                                               {"broken_share", &RobustReport::broken_matches},
                                               {"fusion_events", &RobustReport::fusion_events}};
  return list;
}

}  // namespace phasescope::intelliton
