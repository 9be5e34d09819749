#include "phasescope/report/species_csv.h"

#include "phasescope/formats/csv.h"
#include "phasescope/intelliton/null_marks.h"
#include "phasescope/intelliton/robust_quantities.h"

namespace phasescope::report {
namespace {

std::vector<std::string> header() {
  std::vector<std::string> names{"name", "members", "pole", "pole_share", "inside_nulls"};
  for (const auto& quantity : intelliton::robust_species_quantities()) {
    const std::string name = quantity.name;
    names.insert(names.end(), {name, name + "_low", name + "_high", name + "_inside_null"});
  }
  return names;
}

std::string members_text(const intelliton::RobustSpecies& species) {
  std::string text;
  for (const auto& member : species.members)
    text += (text.empty() ? "" : " ") + member.category + ":" + std::to_string(member.mode);
  return text;
}

std::string mark_text(const std::optional<bool>& mark) {
  if (!mark) return "";
  return *mark ? "yes" : "no";
}

}  // namespace

std::string species_to_csv(const intelliton::SpeciesReport& report) {
  formats::CsvTable table(header());
  for (std::size_t s = 0; s < report.robust.species.size(); ++s) {
    const intelliton::RobustSpecies& species = report.robust.species[s];
    table.add("S_" + std::to_string(s)).add(members_text(species));
    table.add(species.pole_share > 0.5 ? "present" : "none").add(species.pole_share);
    table.add(intelliton::marks_text(intelliton::species_marks(report, s)));
    for (const auto& quantity : intelliton::robust_species_quantities()) {
      const intelliton::WithNull& result = species.*quantity.estimate;
      table.add(result.estimate.value).add(result.estimate.low).add(result.estimate.high);
      table.add(mark_text(result.inside_null()));
    }
    table.end_row();
  }
  return table.text();
}

}  // namespace phasescope::report
