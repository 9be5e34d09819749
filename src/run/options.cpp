#include "phasescope/run/options.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/intelliton/with_null.h"

namespace phasescope::run {
namespace {

template <class Value>
struct Named {
  const char* name;
  Value value;
};

constexpr std::array<Named<Analysis>, 4> kAnalyses = {{{"ct", Analysis::ct},
                                                       {"species", Analysis::species},
                                                       {"pairs", Analysis::pairs},
                                                       {"dynamics", Analysis::dynamics}}};
constexpr std::array<Named<Capture>, 3> kCaptures = {
    {{"none", Capture::none}, {"last", Capture::last}, {"all", Capture::all}}};
constexpr std::array<Named<Null>, 4> kNulls = {{{intelliton::kShuffleTokens, Null::shuffle_tokens},
                                                {intelliton::kShuffleLayers, Null::shuffle_layers},
                                                {intelliton::kRandomEmbedding, Null::random_embedding},
                                                {intelliton::kRandomWeights, Null::random_weights}}};
constexpr std::array<Named<model::FinalStates>, 3> kFinalStates = {
    {{"raw", model::FinalStates::raw}, {"hf", model::FinalStates::hf}, {"both", model::FinalStates::both}}};

template <class Table, class Value>
const char* name_in(const Table& table, Value value) {
  for (const auto& row : table) {
    if (row.value == value) return row.name;
  }
  throw Error(ExitClass::internal, "an option value without a name");
}

template <class Table>
auto value_in(const Table& table, const std::string& option, const std::string& name) {
  std::string known;
  for (const auto& row : table) {
    if (name == row.name) return row.value;
    known += std::string(known.empty() ? "" : ", ") + row.name;
  }
  throw Error(ExitClass::usage, option + ": found \"" + name + "\", expected one of " + known);
}

bool is_analysis(const std::string& name) {
  for (const auto& row : kAnalyses) {
    if (name == row.name) return true;
  }
  return false;
}

Json prompts_to_json(const std::vector<PromptSource>& prompts) {
  Json list = Json::array();
  for (const PromptSource& source : prompts) {
    Json analyses = Json::array();
    for (const Analysis analysis : source.analyses) analyses.push_back(name_of(analysis));
    list.push_back({{"set", source.set}, {"analyses", analyses}});
  }
  return list;
}

Json ct_to_json(const CtOptions& ct) {
  Json common = ct.common_steps ? Json(*ct.common_steps) : Json(nullptr);
  return {{"ct_id", curvature::ct_id(ct.definition)},
          {"state_point", curvature::name_of(ct.definition.state_point)},
          {"clip", curvature::name_of(ct.definition.clip)},
          {"skip", ct.definition.skip},
          {"null_draws", ct.null_draws},
          {"bootstrap_draws", ct.bootstrap_draws},
          {"common_steps", std::move(common)},
          {"sensitivity", ct.sensitivity},
          {"bands", ct.bands.empty() ? "published" : ct.bands.string()}};
}

Json species_to_json(const intelliton::Options& species) {
  return {{"modes", species.modes},
          {"skip_layers", species.skip_layers},
          {"eft_window", species.eft_window},
          {"sv_threshold", species.sv_threshold},
          {"merge_cosine", species.merge_cosine},
          {"sharpness", species.sharpness},
          {"max_tokens", species.max_tokens},
          {"representative", species.representative}};
}

}  // namespace

const char* name_of(Analysis analysis) {
  return name_in(kAnalyses, analysis);
}
const char* name_of(Capture capture) {
  return name_in(kCaptures, capture);
}
const char* name_of(model::FinalStates states) {
  return name_in(kFinalStates, states);
}
const char* name_of(Null null) {
  return name_in(kNulls, null);
}
Null null_named(const std::string& name) {
  return value_in(kNulls, "--null", name);
}

bool NullOptions::wants(Null null) const {
  return std::find(nulls.begin(), nulls.end(), null) != nulls.end();
}

std::vector<Null> nulls_named(const std::vector<std::string>& names) {
  std::vector<Null> nulls;
  for (const std::string& name : names) nulls.push_back(null_named(name));
  std::sort(nulls.begin(), nulls.end());
  nulls.erase(std::unique(nulls.begin(), nulls.end()), nulls.end());
  return nulls;
}

Json nulls_to_json(const NullOptions& options) {
  Json names = Json::array();
  for (const Null null : options.nulls) names.push_back(name_of(null));
  return {{"null", names},
          {"shuffle_draws", options.shuffle_draws},
          {"null_networks", options.networks},
          {"sign_audit", options.sign_audit_draws}};
}

Analysis analysis_named(const std::string& name) {
  return value_in(kAnalyses, "--analyses", name);
}
Capture capture_named(const std::string& name) {
  return value_in(kCaptures, "--capture", name);
}
model::FinalStates final_states_named(const std::string& name) {
  return value_in(kFinalStates, "--states", name);
}

PromptSource parse_prompt_source(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return {text, {}};
  PromptSource source{text.substr(0, colon), {}};
  std::istringstream names(text.substr(colon + 1));
  std::string name;
  bool first = true;
  while (std::getline(names, name, ',')) {
    if (first && !is_analysis(name)) return {text, {}};
    source.analyses.push_back(analysis_named(name));
    first = false;
  }
  return first ? PromptSource{text, {}} : source;
}

Json options_to_json(const RunOptions& options) {
  Json analyses = Json::array();
  for (const Analysis analysis : options.analyses) analyses.push_back(name_of(analysis));
  return {{"model", options.model},
          {"revision", options.revision},
          {"prompts", prompts_to_json(options.prompts)},
          {"analyses", analyses},
          {"device", options.device.device},
          {"dtype", options.device.dtype},
          {"blas", options.device.blas},
          {"weights_memory", options.device.weights_memory},
          {"batch_tokens", options.batch_tokens},
          {"max_length", options.max_length},
          {"states", name_of(options.states)},
          {"capture", name_of(options.capture)},
          {"limit", options.limit},
          {"chat", options.chat},
          {"system", options.system},
          {"threads", options.threads},
          {"max_new_tokens", options.max_new_tokens},
          {"dynamics_tokens", options.dynamics_tokens},
          {"runs", options.runs},
          {"temperature", options.sampling.temperature},
          {"top_k", options.sampling.top_k},
          {"top_p", options.sampling.top_p},
          {"min_p", options.sampling.min_p},
          {"seed", options.sampling.seed},
          {"ct", ct_to_json(options.ct)},
          {"species", species_to_json(options.species)},
          {"nulls", nulls_to_json(options.nulls)},
          {"detail", options.detail},
          {"deterministic", options.deterministic}};
}

}  // namespace phasescope::run
