#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "phasescope/run/options.h"

namespace phasescope::run {

class RunModel;

/// How a run ended, for the last line on stdout.
struct RunSummary {
  std::filesystem::path folder;
  std::string status;             ///< complete, or partial when some sequences failed
  bool already_complete = false;  ///< the same run had finished here before; nothing was done
  std::int64_t prompts = 0;
  std::int64_t failed = 0;
  std::optional<std::string> regime;  ///< of ct_t, when it was computed
  std::optional<double> ratio_norm, ratio_low, ratio_high;
  std::string regime_sentence;  ///< whether the regime survives its nulls
  std::int64_t too_short = 0;   ///< runs too short to classify
  std::optional<std::int64_t> species;
  /// What species, pairs and dynamics say, with their nulls: a screen of lines for people; empty without
  /// them.
  std::string species_text;
};

/// The main job: loads, runs, analyses and writes the run folder. Errors: those of every part; the folder
/// then says what had been reached.
RunSummary execute_run(const RunOptions& options);
/// The same on a model that is already open, that of `options.model`.
RunSummary execute_run(const RunOptions& options, RunModel& model);

/// The line for people: "wrote DIR: 125 prompts, regime adaptive (2.41 [2.2, 2.7]), 6 species".
std::string summary_line(const RunSummary& summary);
/// {dir, status, regime, ratio_norm, n_species}
Json summary_to_json(const RunSummary& summary);

}  // namespace phasescope::run
