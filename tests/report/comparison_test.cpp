#include "phasescope/report/comparison.h"

#include "../places.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/formats/csv.h"
#include "phasescope/formats/json_schema.h"
#include "phasescope/report/comparison_documents.h"

namespace phasescope::report {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

stats::Estimate estimate(double value, double low, double high) {
  return {value, "", low, high, ""};
}

stats::Estimate point(double value) {
  return {value, "", std::nullopt, std::nullopt, "one number"};
}

std::size_t place_of(const std::string& group, const std::string& name) {
  const auto& quantities = compared_quantities();
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    if (group == quantities[q].group && name == quantities[q].name) return q;
  }
  ADD_FAILURE() << group << "." << name << " is not compared";
  return 0;
}

/// A model with ct_t alone.
ComparedModel model(const std::string& name, double ratio, double low, double high) {
  ComparedModel model;
  model.label = model.model = name;
  model.source = "out/" + name;
  model.family = "qwen3";
  model.parameters = 4'000'000'000;
  model.definitions["ct"] = {{"ct_id", "l2/chordxturning/causal/generated/last"}, {"clip", "raw"}};
  model.values.assign(compared_quantities().size(), ComparedValue::missing("not measured"));
  model.values[place_of("ct", "ratio_norm")].number = estimate(ratio, low, high);
  model.values[place_of("ct", "regime")] = ComparedValue::of("adaptive");
  return model;
}

const QuantityDifference& difference_in(const ModelPair& pair, const std::string& group,
                                        const std::string& name) {
  return pair.differences[place_of(group, name)];
}

std::string refusal_of(const ComparedModel& a, const ComparedModel& b) {
  try {
    compare_models({a, b});
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::usage);
    return error.what();
  }
  return "compared";
}

TEST(DifferenceOf, CombinesTheArmsThatFaceEachOther) {
  // 3-4-5 triangles: low 10 - sqrt(3^2 + 4^2), high 10 + sqrt(12^2 + 5^2).
  const stats::Estimate difference = difference_of(estimate(1, -4, 5), estimate(11, 8, 23));
  EXPECT_EQ(*difference.value, 10);
  EXPECT_DOUBLE_EQ(*difference.low, 5);
  EXPECT_DOUBLE_EQ(*difference.high, 23);
  std::string reason;
  EXPECT_DOUBLE_EQ(*in_half_widths(difference, reason), 2);
  EXPECT_EQ(reason, "");
}

TEST(DifferenceOf, OfEqualSymmetricIntervalsIsTheUsualOne) {
  // Two means with standard error 1 have a difference with standard error sqrt(2).
  const stats::Estimate difference = difference_of(estimate(0, -1.96, 1.96), estimate(-5, -6.96, -3.04));
  EXPECT_NEAR(*difference.low, -5 - 1.96 * std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(*difference.high, -5 + 1.96 * std::sqrt(2.0), 1e-12);
  std::string reason;
  EXPECT_NEAR(*in_half_widths(difference, reason), -5 / (1.96 * std::sqrt(2.0)), 1e-12);
}

TEST(DifferenceOf, HasNoIntervalWhereOneHasNone) {
  const stats::Estimate difference = difference_of(estimate(1, 0, 2), point(4));
  EXPECT_EQ(*difference.value, 3);
  EXPECT_FALSE(difference.low);
  std::string reason;
  EXPECT_FALSE(in_half_widths(difference, reason));
  EXPECT_EQ(reason, "one number");
}

TEST(DifferenceOf, IsInNoUnitsOfAnIntervalWithoutWidth) {
  std::string reason;
  EXPECT_FALSE(in_half_widths(difference_of(estimate(1, 1, 1), estimate(2, 2, 2)), reason));
  EXPECT_NE(reason, "");
}

TEST(CompareModels, SubtractsTheFirstFromTheSecond) {
  const Comparison comparison = compare_models({model("a", 1.5, 1.4, 1.6), model("b", 2.5, 2.3, 2.7)});
  ASSERT_EQ(comparison.pairs.size(), 1U);
  const QuantityDifference& ratio = difference_in(comparison.pairs[0], "ct", "ratio_norm");
  EXPECT_DOUBLE_EQ(*ratio.difference.value, 1);
  EXPECT_NEAR(*ratio.half_widths, 1 / std::hypot(0.2, 0.1), 1e-12);
  EXPECT_EQ(difference_in(comparison.pairs[0], "ct", "regime").same, true);
  const QuantityDifference& missing = difference_in(comparison.pairs[0], "species", "n_species");
  EXPECT_FALSE(missing.difference.value);
  EXPECT_EQ(missing.difference.reason, "a: not measured");
}

TEST(CompareModels, RefusesOtherDefinitionsByName) {
  ComparedModel a = model("a", 1.5, 1.4, 1.6), b = model("b", 2.5, 2.3, 2.7);
  b.definitions["ct"][0].second = "raw/chordxturning/causal/generated/last";
  EXPECT_EQ(refusal_of(a, b),
            "compare: ct: ct_id is l2/chordxturning/causal/generated/last in out/a and "
            "raw/chordxturning/causal/generated/last in out/b, expected one definition");
  b = model("b", 2.5, 2.3, 2.7);
  a.definitions["species"] = {{"state_points", "raw"}};
  b.definitions["species"] = {{"state_points", "hf"}};
  EXPECT_EQ(refusal_of(a, b),
            "compare: species: state_points is raw in out/a and hf in out/b, expected one definition");
}

TEST(CompareModels, SetsUnknownDefinitionsBesideButNotAgainst) {
  const ComparedModel a = model("a", 1.5, 1.4, 1.6);
  ComparedModel b = model("b", 2.5, 2.3, 2.7);
  b.definitions.clear();
  b.undefined["ct"] = "the definition is not published";
  const Comparison comparison = compare_models({a, b});
  const QuantityDifference& ratio = difference_in(comparison.pairs[0], "ct", "ratio_norm");
  EXPECT_FALSE(ratio.difference.value);
  EXPECT_EQ(ratio.difference.reason, "b: the definition is not published");
  EXPECT_FALSE(difference_in(comparison.pairs[0], "ct", "regime").same);
}

TEST(CompareModels, NamesOtherConditions) {
  ComparedModel a = model("a", 1.5, 1.4, 1.6), b = model("b", 2.5, 2.3, 2.7);
  a.conditions = {{"seed", "1"}, {"temperature", "0.7"}};
  b.conditions = {{"seed", "2"}, {"temperature", "0.7"}, {"prompts", "mine"}};
  const Comparison comparison = compare_models({a, b});
  ASSERT_EQ(comparison.pairs[0].conditions.size(), 1U);
  EXPECT_EQ(comparison.pairs[0].conditions[0].name, "seed");
}

TEST(CompareModels, NeedsTwo) {
  EXPECT_THROW(compare_models({model("a", 1, 1, 1)}), Error);
}

TEST(CompareModels, MakesLabelsUnique) {
  ComparedModel other = model("a", 1, 0, 2);
  other.source = "out/again";
  const Comparison comparison = compare_models({model("a", 1, 0, 2), other, other});
  EXPECT_EQ(comparison.models[0].label, "a (out/a)");
  EXPECT_EQ(comparison.models[1].label, "a (out/again)");
  EXPECT_EQ(comparison.models[2].label, "a (out/again) #2");
}

struct RelationCase {
  ComparedModel first, second;
  Relation relation;
  bool reversed;
};

ComparedModel named(const std::string& name, std::int64_t parameters, const std::string& family = "qwen3") {
  ComparedModel result = model(name, 1, 0, 2);
  result.parameters = parameters;
  result.family = family;
  return result;
}

ComparedModel published(const std::string& name) {
  ComparedModel result = named(name, 4'020'000'000);
  result.published = true;
  return result;
}

TEST(Relations, FollowNamesFamiliesAndSizes) {
  const std::int64_t four = 4'022'468'096, eight = 8'190'735'360;
  const std::vector<RelationCase> cases = {
      {named("Qwen3-4B-Base", four), named("Qwen3-4B", four), Relation::base_instruct, false},
      {named("Qwen3-4B", four), named("Qwen3-4B-Base", four), Relation::base_instruct, true},
      {named("SmolLM2-135M", 134'515'008, "llama"), named("SmolLM2-135M-Instruct", 134'515'008, "llama"),
       Relation::base_instruct, false},
      {named("gemma-3-270m-it", 268, "gemma3_text"), named("gemma-3-270m-pt", 268, "gemma3_text"),
       Relation::base_instruct, true},
      {named("Qwen3-8B-Base", eight), named("Qwen3-4B-Base", four), Relation::small_large, true},
      {named("Qwen3-4B", four), named("Qwen3-8B", eight), Relation::small_large, false},
      {named("Qwen3-4B-Base", four), named("Qwen3-8B-Instruct", eight), Relation::other, false},
      {named("Qwen3-4B-Base", four), named("Mistral-7B-v0.3", 7'250'000'000, "mistral"), Relation::other,
       false},
      {published("Qwen3-4B-Base"), named("qwen3-4b-base", four), Relation::published, false},
      {named("qwen3_4b_base", four), published("Qwen3-4B-Base"), Relation::published, true},
      {named("a", four), named("a", four), Relation::same_model, false},
  };
  for (const RelationCase& one : cases) {
    const ModelPair pair = compare_models({one.first, one.second}).pairs.front();
    const std::string what = one.first.model + " and " + one.second.model;
    EXPECT_STREQ(name_of(pair.relation), name_of(one.relation)) << what;
    EXPECT_EQ(pair.from, one.reversed ? 1U : 0U) << what;
  }
}

TEST(Relations, SeeTheSameWeightsUnderAnotherName) {
  ComparedModel a = named("a", 5), b = named("b", 5);
  a.weights = b.weights = std::string(64, '0');
  EXPECT_EQ(compare_models({a, b}).pairs.front().relation, Relation::same_model);
}

Comparison example() {
  ComparedModel a = model("Qwen3|4B", 1.5, 1.4, 1.6), b = model("b", 2.5, 2.3, 2.7);
  a.conditions = {{"seed", "1"}};
  b.conditions = {{"seed", "2"}};
  b.notes = {"measured twice"};
  b.values[place_of("ct", "regime")] = ComparedValue::of("transition");
  b.values[place_of("ct", "mean_ct")] = ComparedValue::of(1.25, "one number");
  return compare_models({a, b});
}

TEST(ComparisonDocuments, JsonFollowsItsSchema) {
  const Json schema = read_json_file(shipped_configs() / "schemas/comparison.schema.json");
  const Json document = comparison_to_json(example());
  std::vector<std::string> found;
  for (const auto& violation : formats::validate(schema, document))
    found.push_back(violation.path + ": " + violation.reason);
  EXPECT_THAT(found, IsEmpty());
  EXPECT_EQ(document["models"][0]["values"]["ct"]["ratio_norm"]["high"], 1.6);
  EXPECT_TRUE(document["models"][0]["values"]["species"]["n_species"]["value"].is_null());
}

TEST(ComparisonDocuments, CsvHasARowForEachPairAndQuantity) {
  const auto rows = formats::parse_csv(comparison_to_csv(example()), "compare.csv");
  ASSERT_EQ(rows.size(), compared_quantities().size() + 1);
  const auto& ratio = rows[place_of("ct", "ratio_norm") + 1].cells;
  EXPECT_EQ(ratio[0], "other");
  EXPECT_EQ(ratio[4], "ratio_norm");
  EXPECT_EQ(ratio[5], "1.5");
  EXPECT_EQ(ratio[11], "1");
  EXPECT_EQ(rows[place_of("ct", "regime") + 1].cells[15], "no");
  EXPECT_EQ(rows[place_of("ct", "late_ct") + 1].cells[16], "Qwen3|4B: not measured");
}

TEST(ComparisonDocuments, MarkdownShowsWhatThereIs) {
  const std::string text = comparison_to_markdown(example());
  EXPECT_THAT(text, HasSubstr("|  | Qwen3\\|4B | b |"));
  EXPECT_THAT(text, HasSubstr("| ratio_norm, median | 1.5 [1.4, 1.6] | 2.5 [2.3, 2.7] |"));
  EXPECT_THAT(text, HasSubstr("| regime | adaptive | transition | differs | - |"));
  EXPECT_THAT(text, HasSubstr("- Qwen3|4B: no mean ct: not measured"));
  EXPECT_THAT(text, HasSubstr("- b: measured twice"));
  EXPECT_THAT(text, HasSubstr("- Also different: seed (1, 2)"));
  EXPECT_THAT(text, Not(HasSubstr("Species"))) << "nobody has species";
}

}  // namespace
}  // namespace phasescope::report
