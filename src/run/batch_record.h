#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "phasescope/model/language_model.h"
#include "phasescope/run/manifest.h"
#include "phasescope/states/observer.h"

namespace phasescope::run {

/// What a finished batch leaves besides the observers' part.
struct BatchRecord {
  std::vector<model::SequenceResult> results;
  RunMeasures measures;  ///< of the whole run so far
};

/// The record and what the observers keep of these sequences, as bytes for the journal. Errors: internal for
/// an observer that is not Resumable.
std::string save_batch(const BatchRecord& batch, const std::vector<states::Observer*>& observers);

/// Reads such bytes back, and lets the observers take in their part. Errors: folder_busy, naming `file`, when
/// the bytes are not what this build of the program writes.
BatchRecord load_batch(std::string_view bytes, const std::vector<states::Observer*>& observers,
                       const std::string& file);

}  // namespace phasescope::run
