#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "phasescope/base/json.h"
#include "phasescope/curvature/observer.h"
#include "phasescope/curvature/regime_report.h"
#include "phasescope/model/language_model.h"
#include "phasescope/run/execute.h"
#include "phasescope/run/options.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

/// The ct_t part of a run: its observer, and the report once all sequences have ended.
class CtJob {
 public:
  /// `points`: state points of the model, L + 1. Errors: usage for a layer that it does not have; as
  /// read_bands'.
  CtJob(const CtOptions& options, std::uint64_t seed, bool keep_steps,
        const std::vector<states::Sequence>& sequences, std::int64_t points);

  curvature::TrajectoryObserver& observer() { return observer_; }
  /// `generated`: what the sequences of the run wrote; `decoding` says how, absent where nothing was
  /// generated.
  struct Generated {
    std::int64_t sequence = 0;
    std::vector<std::int64_t> ids;  ///< a final end token left out
    bool blank = false;             ///< no text but special tokens and white space
    bool generates = false;
  };
  curvature::RegimeReport report(const std::vector<Generated>& generated,
                                 const std::optional<curvature::Decoding>& decoding);

 private:
  CtOptions options_;
  curvature::RunOptions run_options_;
  curvature::Bands bands_;
  curvature::TrajectoryObserver observer_;
};

/// How a run of these options generates; absent where it does not.
std::optional<curvature::Decoding> decoding_of(const RunOptions& options);

/// What the last lines on stdout say of a regime report.
void summarise_regime(const curvature::RegimeReport& report, RunSummary& summary);

/// regime.json, its pictures and, with kept steps, steps.jsonl.
void write_ct_files(const std::filesystem::path& folder, const curvature::RegimeReport& report,
                    const Json& model, const text::Tokenizer* tokenizer, bool with_steps);

}  // namespace phasescope::run
