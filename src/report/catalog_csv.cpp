#include "phasescope/report/catalog_csv.h"

#include "phasescope/formats/csv.h"
#include "phasescope/intelliton/rounding.h"

namespace phasescope::report {
namespace {

using intelliton::Species;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void add_row(formats::CsvTable& table, std::size_t place, const Species& species) {
  table.add("I_" + std::to_string(place)).add(species.spin).add(species.pole_mass).add(species.lattice_mass);
  table.add(species.bare_mass).add(species.renormalized_mass).add(species.mass_category.value_or(""));
  table.add(species.momentum).add(species.helicity).add(species.group_velocity);
  table.add(std::int64_t{species.fixed_point_layer}).add(species.fixed_point_type);
  table.add(species.anomalous_dimension).add(species.wavefunction_z);
  table.add(std::to_string(species.layer_range.first) + "-" + std::to_string(species.layer_range.second));
  table.add(species.amplitude).add(joined(species.categories));
  table.end_row();
}

}  // namespace

std::string catalog_to_csv(const intelliton::Catalog& catalog) {
  formats::CsvTable table({"Name", "Spin", "Mass(pole)", "Mass(lat)", "Mass(bare)", "Mass(ren)", "Category",
                           "Momentum", "Helicity", "v_group", "FP Layer", "FP Type", "gamma", "Z", "Layers",
                           "Amplitude", "Active In"});
  for (std::size_t place = 0; place < catalog.species.size(); ++place) {
    add_row(table, place, intelliton::rounded(catalog.species[place]));
  }
  return table.text();
}

}  // namespace phasescope::report
