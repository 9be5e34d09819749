// Every array of the golden cases, produced through the observers that a run uses. Source of the expected
// values: the published implementation evaluated in float64 (tests/data/intelliton).

#include "golden_case.h"

#include <iostream>

#include <gtest/gtest.h>

#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/report/detail_json.h"

namespace phasescope::intelliton {
namespace {

using testing::Comparison;
using testing::GoldenCase;

class Golden : public ::testing::TestWithParam<int> {};

void print(const GoldenCase& golden, const std::string& section, const Comparison& comparison) {
  std::cout << "case " << golden.number() << " " << section << ": " << comparison.numbers
            << " numbers, largest deviation " << comparison.largest << " at " << comparison.where << "\n";
}

TEST_P(Golden, FieldsAndCatalogue) {
  const GoldenCase golden(GetParam());
  FieldObserver observer(golden.sequences(), golden.options(), true);
  golden.show_to(observer);

  Json fields;
  for (const auto& sequence : golden.sequences()) {
    ASSERT_NE(observer.details(sequence.name), nullptr);
    fields[sequence.name] = report::field_detail_json(*observer.details(sequence.name));
  }
  print(golden, "fields", compare(golden, "fields", fields, golden.expected().at("fields")));

  const Catalog catalog =
      build_catalog(observer.take_categories(), *observer.representative(), golden.options());
  print(golden, "catalog",
        compare(golden, "catalog", report::catalog_detail_json(catalog), golden.expected().at("catalog")));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::Range(1, 9));

}  // namespace
}  // namespace phasescope::intelliton
