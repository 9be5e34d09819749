#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/base/progress.h"
#include "phasescope/curvature/definition.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/model/language_model.h"

namespace phasescope::run {

enum class Analysis { ct, species, pairs, dynamics };
enum class Capture { none, last, all };
/// What a result is held against on request.
enum class Null { shuffle_tokens, shuffle_layers, random_embedding, random_weights };

const char* name_of(Analysis analysis);
const char* name_of(Capture capture);
const char* name_of(Null null);
const char* name_of(model::FinalStates states);
/// Errors: usage, with the known names.
Analysis analysis_named(const std::string& name);
Capture capture_named(const std::string& name);
Null null_named(const std::string& name);
model::FinalStates final_states_named(const std::string& name);

/// A prompt set and the analyses it feeds; none named: those that were asked for and can use it.
struct PromptSource {
  std::string set;
  std::vector<Analysis> analyses;
};

/// "FILE" or "FILE:ct,species". A colon that no known analysis follows belongs to the name. Errors: usage.
PromptSource parse_prompt_source(const std::string& text);

/// How ct_t is computed and reported (docs/methods.md).
struct CtOptions {
  curvature::Definition definition;
  std::size_t null_draws = 200;
  std::size_t bootstrap_draws = 2000;
  std::optional<std::size_t> common_steps;
  bool sensitivity = false;
  std::filesystem::path bands;  ///< empty: the published ones
};

/// Nulls and audits of species, pairs and dynamics (docs/methods.md).
struct NullOptions {
  std::vector<Null> nulls;           ///< in the order of the enumeration, each once
  std::size_t shuffle_draws = 100;   ///< of each shuffle, per prompt
  std::size_t networks = 3;          ///< networks drawn for each of random_embedding and random_weights
  std::size_t sign_audit_draws = 0;  ///< 0: no audit

  bool wants(Null null) const;
  bool wants_networks() const { return wants(Null::random_embedding) || wants(Null::random_weights); }
};

/// Sorted, each once.
std::vector<Null> nulls_named(const std::vector<std::string>& names);

Json nulls_to_json(const NullOptions& options);

/// Everything that decides what a run computes, and where it writes. Filled by the command line, a
/// configuration file or a test.
struct RunOptions {
  std::string model;
  std::string revision;
  std::vector<PromptSource> prompts;
  std::filesystem::path output;
  std::vector<Analysis> analyses;  ///< empty: all that the prompt sets are for
  model::ModelOptions device;
  std::int64_t batch_tokens = 0;  ///< 0: chosen from free memory
  std::int64_t max_length = 0;    ///< prompts are cut to this many tokens; 0: not at all
  model::FinalStates states = model::FinalStates::raw;
  Capture capture = Capture::none;
  std::string limit;                 ///< which prompts of each set; empty: all
  std::string chat = "auto";         ///< off, on, auto
  std::string system;                ///< system message where a chat template is applied
  int threads = 0;                   ///< 0: all
  std::int64_t max_new_tokens = 64;  ///< for ct over generated tokens
  std::int64_t dynamics_tokens = 8;  ///< for generation dynamics
  std::int64_t runs = 1;             ///< generations of each prompt
  model::Sampling sampling;
  CtOptions ct;
  intelliton::Options species;
  NullOptions nulls;
  bool detail = false;  ///< also detail.json and steps.jsonl
  bool deterministic = false;
  bool overwrite = false;
  ProgressStyle progress = ProgressStyle::automatic;
  bool profile = false;  ///< where time went, on stderr and in manifest.json
};

/// The options as manifest.json and --print-config show them; what does not change results (progress,
/// overwrite, profile) is left out.
Json options_to_json(const RunOptions& options);

}  // namespace phasescope::run
