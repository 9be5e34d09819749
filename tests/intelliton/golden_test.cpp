// Every array of the golden cases, produced through the observers that a run uses. Source of the expected
// values: the published implementation evaluated in float64 (tests/data/intelliton).

#include "golden_case.h"

#include <iostream>

#include <gtest/gtest.h>

#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/dynamics.h"
#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/pair_diagnostics.h"
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

/// Confidences are inputs of the golden pairs. A field stands in several pairs with several confidences, so
/// they are set here rather than observed.
std::vector<ComparedPair> with_confidences(std::vector<ComparedPair> pairs, const Json& expected) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].grounded_confidence = expected.at("grounded_confidence")[i].get<double>();
    pairs[i].other_confidence = expected.at("other_confidence")[i].get<double>();
  }
  return pairs;
}

TEST_P(Golden, Dynamics) {
  const GoldenCase golden(GetParam());
  FieldObserver observer(golden.sequences(), golden.options(), true);
  golden.show_to(observer);
  const Catalog catalog =
      build_catalog(observer.take_categories(), *observer.representative(), golden.options());
  std::vector<std::pair<std::string, ModeObservables>> fields;
  std::size_t baseline = 0;
  for (const auto& sequence : golden.sequences()) {
    fields.emplace_back(sequence.name, mode_observables(*observer.details(sequence.name)));
    baseline += sequence.category == golden.sequences().front().category ? 1 : 0;
  }
  print(golden, "dynamics",
        compare(golden, "dynamics",
                report::dynamics_detail_json(field_dynamics(fields, baseline, catalog.species)),
                golden.expected().at("dynamics")));
}

TEST_P(Golden, Pairs) {
  const GoldenCase golden(GetParam());
  std::map<std::string, std::int64_t> index;
  for (const auto& sequence : golden.sequences()) index[sequence.name] = sequence.index;
  std::vector<PromptPair> pairs;
  for (const Json& pair : golden.json().at("pair_list")) {
    pairs.push_back({pair.at("category").get<std::string>(), index.at(pair.at("grounded").get<std::string>()),
                     index.at(pair.at("other").get<std::string>())});
  }
  PairObserver observer(pairs, golden.options());
  golden.show_to(observer);
  const Json& expected = golden.expected().at("pairs");
  const PairDiagnostics diagnostics =
      pair_diagnostics(with_confidences(observer.pairs(), expected), observer.controls());
  print(golden, "pairs", compare(golden, "pairs", report::pairs_detail_json(diagnostics), expected));
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::Range(1, 9));

}  // namespace
}  // namespace phasescope::intelliton
