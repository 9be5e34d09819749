#include "phasescope/intelliton/null_marks.h"

#include "phasescope/intelliton/robust_quantities.h"

namespace phasescope::intelliton {
namespace {

/// The networks whose range of a quantity holds entry `place` of the run.
void add_networks(std::vector<std::string>& names, const std::vector<ModelNull>& nulls,
                  std::vector<NullQuantity> ModelNull::*list, std::size_t quantity, std::size_t place) {
  for (const ModelNull& null : nulls) {
    const NullQuantity& compared = (null.*list)[quantity];
    if (place < compared.inside.size() && compared.inside[place].value_or(false)) names.push_back(null.name);
  }
}

std::vector<std::string> own_null(const WithNull& estimate) {
  if (estimate.inside_null().value_or(false)) return {estimate.null_name};
  return {};
}

}  // namespace

std::vector<NullMark> species_marks(const SpeciesReport& report, std::size_t place) {
  std::vector<NullMark> marks;
  const auto& quantities = robust_species_quantities();
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    NullMark mark{quantities[q].name, own_null(report.robust.species[place].*quantities[q].estimate)};
    add_networks(mark.nulls, report.model_nulls, &ModelNull::of_species, q, place);
    if (!mark.nulls.empty()) marks.push_back(std::move(mark));
  }
  return marks;
}

std::vector<NullMark> field_marks(const SpeciesReport& report) {
  std::vector<NullMark> marks;
  const auto& quantities = robust_field_quantities();
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    NullMark mark{quantities[q].name, own_null(report.robust.*quantities[q].estimate)};
    add_networks(mark.nulls, report.model_nulls, &ModelNull::of_run, q, 0);
    if (!mark.nulls.empty()) marks.push_back(std::move(mark));
  }
  return marks;
}

std::string marks_text(const std::vector<NullMark>& marks) {
  std::string text;
  for (const NullMark& mark : marks) {
    text += (text.empty() ? "" : ", ") + mark.quantity + " (";
    for (std::size_t i = 0; i < mark.nulls.size(); ++i) text += (i == 0 ? "" : ", ") + mark.nulls[i];
    text += ")";
  }
  return text;
}

}  // namespace phasescope::intelliton
