#pragma once

#include <string>

#include "phasescope/base/json.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/model/language_model.h"
#include "phasescope/run/plan.h"

namespace phasescope::run {

/// Digests of what a model is made of, 64 hexadecimal digits each.
struct ModelDigests {
  std::string config;
  std::string tokenizer;
  std::string weights;  ///< of one file, or of the shards' digests in order of name
};

ModelDigests digest_model(const checkpoint::Checkpoint& checkpoint);

/// The `model` object of manifest.json, regime.json and species.json.
Json model_to_json(const checkpoint::Checkpoint& checkpoint, const ModelDigests& digests,
                   const std::string& dtype);

/// Of the file of regime bands that was chosen; null for the published ones. Errors: environment.
Json bands_digest(const CtOptions& options);

/// Everything that must be equal for two runs to be the same run.
Json run_identity(const RunOptions& options, const Plan& plan, const ModelDigests& digests);

/// First line of the journal: the identity, and the program that writes it, which must be the same for its
/// records to be read.
Json journal_header(const Json& identity, const Plan& plan);

/// Compiler, git revision and version of this program.
Json program_versions();

/// Seconds since the epoch as "2026-11-22T12:00:00Z".
std::string utc_now();

/// Counts and times of a run that has ended.
struct RunMeasures {
  double load = 0, forward = 0, generate = 0, analyse = 0, nulls = 0, write = 0;  ///< seconds
  std::int64_t prompt_tokens = 0;
  std::int64_t generated_tokens = 0;
  std::int64_t batches = 0;          ///< finished
  std::int64_t resumed_batches = 0;  ///< of these, by an earlier process that was stopped
};

/// manifest.json. `model` is null while the model library has not been opened.
Json manifest_to_json(const RunOptions& options, const Plan& plan, const Json& identity, const Json& model,
                      const model::LibraryVersions& libraries, const std::string& device,
                      const std::string& status, const std::string& started, const std::string& finished,
                      const RunMeasures& measures);

}  // namespace phasescope::run
