#include "phasescope/report/regime_json.h"

#include "../places.h"
#include "invented_runs.h"

#include <gtest/gtest.h>

namespace phasescope::report {
namespace {

using namespace curvature::testing;

Json document_of(const std::vector<curvature::States>& trajectories,
                 const std::vector<curvature::GeneratedSample>& samples = {}) {
  return regime_to_json(curvature::make_regime_report(runs_of(trajectories), samples, short_report_options()),
                        {{"name", "invented"}});
}

/// Documents in which everything is defined, much is undefined, and all is.
std::vector<Json> documents() {
  std::vector<curvature::States> jumps;
  std::vector<curvature::GeneratedSample> samples;
  for (std::int64_t i = 0; i < 8; ++i) {
    jumps.push_back(jumping_states(i).topRows(30 + i));
    samples.push_back({i, {1, 2, 3, i % 4 < 2 ? 3 : 4}, i % 4 < 2});
  }
  return {
      document_of(jumps, samples),
      document_of({normal_states(4, 8, 1), curvature::States::Constant(9, 4, 1.0), normal_states(9, 8, 2)}),
      document_of({})};
}

/// Calls visit(object, path) for every object of a document.
template <class Visit>
void for_each_object(const Json& value, const std::string& path, const Visit& visit) {
  if (value.is_object()) visit(value, path);
  if (!value.is_structured()) return;
  for (const auto& [key, item] : value.items()) for_each_object(item, path + "/" + key, visit);
}

TEST(RegimeJson, GivesAReasonForEveryNull) {
  for (const Json& document : documents()) {
    for_each_object(document, "", [](const Json& object, const std::string& path) {
      for (const auto& [key, value] : object.items()) {
        if (!value.is_null()) continue;
        const auto reason = object.find(key + "_reason");
        ASSERT_NE(reason, object.end()) << path << "/" << key;
        EXPECT_NE(reason->get<std::string>(), "") << path << "/" << key;
      }
    });
  }
}

/// What draft-07 says of `required`, `properties`, `items` and references, for the kinds of schema used here.
void check_required(const Json& value, const Json& schema, const Json& root, const std::string& path) {
  if (schema.contains("$ref")) {
    const auto name = schema.at("$ref").get<std::string>().substr(std::string("#/definitions/").size());
    return check_required(value, root.at("definitions").at(name), root, path);
  }
  if (value.is_object() && schema.contains("properties")) {
    for (const Json& key : schema.value("required", Json::array())) {
      EXPECT_TRUE(value.contains(key.get<std::string>())) << path << "/" << key;
    }
    for (const auto& [key, item] : schema.at("properties").items()) {
      if (value.contains(key)) check_required(value.at(key), item, root, path + "/" + key);
    }
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& item : value) check_required(item, schema.at("items"), root, path + "[]");
  }
}

TEST(RegimeJson, HasWhatItsSchemaRequires) {
  const Json schema = read_json_file(shipped_configs() / "schemas" / "regime.schema.json");
  for (const Json& document : documents()) check_required(document, schema, schema, "");
}

// The names that other programs read.
TEST(RegimeJson, KeepsItsContract) {
  const Json document = documents()[0];
  for (const char* key :
       {"schema_version", "kind", "model", "ct_id", "definition", "reference_values", "runs", "layers",
        "summary", "sensitivity", "collapse", "entropy_states", "bands"}) {
    EXPECT_TRUE(document.contains(key)) << key;
  }
  const auto expect_keys = [](const Json& object, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) EXPECT_TRUE(object.contains(key)) << key;
  };
  expect_keys(
      document["runs"][0],
      {"id",         "category",   "status",         "n_steps",         "max",    "mean",          "median",
       "p95",        "std",        "ratio_norm",     "p95_over_median", "argmax", "late_ct",       "debt_max",
       "debt_final", "mean_delta", "mean_curvature", "regime",          "null",   "dropped_states"});
  expect_keys(document["runs"][0]["null"], {"mean", "low", "high", "p_value", "distinguishable"});
  expect_keys(document["summary"],
              {"n_runs", "ratio_norm", "regime", "published_interval", "gap", "distance_to_cut", "shares",
               "confidence", "mean_ct", "late_ct", "collapse_rate"});
  expect_keys(document["summary"]["ratio_norm"], {"median", "low", "high", "mean", "mean_low", "mean_high"});
  expect_keys(document["summary"]["shares"], {"underactive", "adaptive", "transition", "chaotic"});
  expect_keys(document["collapse"]["predictor"], {"n", "tp", "fp", "fn", "tn"});
  expect_keys(document["collapse"]["auc"], {"value", "low", "high"});
  expect_keys(document["entropy_states"],
              {"q25", "q75", "low_episodes", "reopenings", "rate", "shuffled_rate"});
}

TEST(RegimeJson, WritesWhatTheReportHolds) {
  std::vector<curvature::States> trajectories = {normal_states(20, 8, 1), normal_states(20, 8, 2)};
  const auto report = curvature::make_regime_report(runs_of(trajectories), {}, short_report_options());
  const Json document = regime_to_json(report, Json::object());
  EXPECT_EQ(document["summary"]["ratio_norm"]["median"], *report.ratio.median.value);
  EXPECT_EQ(document["runs"][1]["ratio_norm"], *report.runs[1].statistics->ratio_norm);
  EXPECT_EQ(document["definition"]["layer"], "last");
  EXPECT_EQ(document["summary"]["verdict"], report.survival.sentence);
  // Digits enough to come back unchanged.
  EXPECT_EQ(Json::parse(document.dump())["runs"][0]["mean"].get<double>(), report.runs[0].statistics->mean);
}

TEST(RegimeJson, MarksRunsThatShufflingReaches) {
  const Json marks = document_of({curvature::States::Identity(8, 8)})["runs"][0]["marks"];
  EXPECT_EQ(marks, Json::array({"not_distinguishable_from_shuffled"}));
  EXPECT_TRUE(documents()[0]["runs"][0]["marks"].empty());
}

TEST(StepsJson, HasNullsWhereThereIsNoAngle) {
  curvature::States states = walk_states(7, 4, 1);
  states.row(3) = states.row(2);
  const auto run = analysed_run(0, states, short_run_options());
  const Json line = steps_to_json(run, [](std::int64_t token) { return "<" + std::to_string(token) + ">"; });
  EXPECT_EQ(line["id"], "run-0");
  EXPECT_EQ(line["positions"], Json({2, 3, 4, 5, 6}));
  EXPECT_EQ(line["token_ids"][0], 102);
  EXPECT_EQ(line["tokens"][0], "<102>");
  EXPECT_TRUE(line["curvature"][1].is_null());
  EXPECT_EQ(line["ct"][1], 0.0);
  for (const char* key : {"delta", "top1", "margin", "entropy"}) EXPECT_EQ(line[key].size(), 5U) << key;
}

TEST(StepsJson, HasNullsWhereNothingWasPredicted) {
  curvature::RunResult run;
  curvature::RunStates headline{{0, 1, 2, 3, 4, 5}, normal_states(6, 4, 1)};
  curvature::analyse_run(run, headline, {}, short_run_options());
  const Json line = steps_to_json(run, {});
  EXPECT_TRUE(line["token_ids"][0].is_null());
  EXPECT_TRUE(line["tokens"][0].is_null());
  EXPECT_TRUE(line["entropy"][0].is_null());
}

}  // namespace
}  // namespace phasescope::report
