#pragma once

#include <future>
#include <memory>
#include <optional>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/model/language_model.h"
#include "phasescope/run/manifest.h"
#include "phasescope/run/options.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

/// A model for one run, or for several one after another: headers and tokenizer are read at once, digests and
/// weights when they are first needed, and kept.
class RunModel {
 public:
  /// Reads `options.model` and `options.revision` only. Errors: as Checkpoint's and Tokenizer's.
  explicit RunModel(const RunOptions& options);
  RunModel(const RunModel&) = delete;
  RunModel& operator=(const RunModel&) = delete;

  const checkpoint::Checkpoint& checkpoint() const { return checkpoint_; }
  const text::Tokenizer& tokenizer() const { return tokenizer_; }
  /// Computes the digests on a thread of their own meanwhile, where there is more than one.
  void begin_digests();
  /// Waits for them, or computes them now.
  const ModelDigests& digests();
  /// Opened anew when device options differ from the last call's. Errors: as the model library's.
  model::LanguageModel& language_model(const RunOptions& options);
  /// Frees the weights; the next language_model() reads them again.
  void close_language_model() { language_model_.reset(); }

 private:
  checkpoint::Checkpoint checkpoint_;
  text::Tokenizer tokenizer_;
  std::optional<ModelDigests> digests_;
  std::future<ModelDigests> digests_ahead_;
  model::ModelOptions opened_with_;
  std::unique_ptr<model::LanguageModel> language_model_;
};

}  // namespace phasescope::run
