#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "phasescope/base/json.h"
#include "phasescope/curvature/regime_report.h"

namespace phasescope::report {

/// regime.json (configs/schemas/regime.schema.json). `model` is the object that describes the model, as in
/// manifest.json. Undefined numbers are null beside a `<name>_reason`.
Json regime_to_json(const curvature::RegimeReport& report, const Json& model);
/// The same with an empty list of runs, and each of its elements, for documents that are written one run at a
/// time.
Json regime_without_runs(const curvature::RegimeReport& report, const Json& model);
Json run_to_json(const curvature::RunResult& run, const curvature::Bands& bands);

/// {name, source, intervals {regime: [low, high]}, cuts}
Json bands_to_json(const curvature::Bands& bands);

/// The text of one token; may be empty where token texts are not known.
using TokenText = std::function<std::string(std::int64_t token_id)>;

/// One line of steps.jsonl, without its line end: arrays over the ct values of a run that kept its steps
/// (RunOptions::keep_steps), null where an element is undefined.
Json steps_to_json(const curvature::RunResult& run, const TokenText& token_text);

}  // namespace phasescope::report
