#include "phasescope/formats/csv.h"
#include "phasescope/report/comparison_documents.h"

namespace phasescope::report {
namespace {

void add_value(formats::CsvTable& table, const ComparedValue& value) {
  if (value.text) {
    table.add(*value.text);
  } else {
    table.add(value.number.value);
  }
  table.add(value.number.low).add(value.number.high);
}

std::string reason_of(const QuantityDifference& difference) {
  const Quantity& quantity = compared_quantities()[difference.quantity];
  if (quantity.kind != QuantityKind::number) return difference.same_reason;
  return difference.half_widths ? std::string() : difference.half_widths_reason;
}

void add_difference(formats::CsvTable& table, const QuantityDifference& difference) {
  const stats::Estimate& estimate = difference.difference;
  table.add(estimate.value).add(estimate.low).add(estimate.high).add(difference.half_widths);
  table.add(difference.same ? (*difference.same ? "yes" : "no") : "").add(reason_of(difference));
}

}  // namespace

std::string comparison_to_csv(const Comparison& comparison) {
  formats::CsvTable table({"relation", "from", "to", "group", "quantity", "from_value", "from_low",
                           "from_high", "to_value", "to_low", "to_high", "difference", "difference_low",
                           "difference_high", "half_widths", "same", "reason"});
  for (const ModelPair& pair : comparison.pairs) {
    const ComparedModel &from = comparison.models[pair.from], &to = comparison.models[pair.to];
    for (const QuantityDifference& difference : pair.differences) {
      const Quantity& quantity = compared_quantities()[difference.quantity];
      table.add(name_of(pair.relation)).add(from.label).add(to.label);
      table.add(quantity.group).add(quantity.name);
      add_value(table, from.values[difference.quantity]);
      add_value(table, to.values[difference.quantity]);
      add_difference(table, difference);
      table.end_row();
    }
  }
  return table.text();
}

}  // namespace phasescope::report
