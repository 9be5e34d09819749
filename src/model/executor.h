#pragma once

#include "block.h"
#include "kv_cache.h"
#include "linear.h"
#include "loaded_weights.h"

#include <vector>

#include "phasescope/model/language_model.h"

namespace phasescope::model {

/// The layer-major executor on the CPU, in float32. `checkpoint` must outlive it.
class Executor : public LanguageModel {
 public:
  Executor(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options);

  std::vector<SequenceResult> run(const std::vector<PromptTokens>& prompts, const BatchOptions& options,
                                  const std::vector<states::Observer*>& observers) override;
  StageSeconds seconds() const override;
  std::string device() const override { return "cpu"; }
  std::string dtype() const override { return "float32"; }

 private:
  class Batch;

  const checkpoint::Checkpoint& checkpoint_;
  Linear linear_;
  LoadedOuter outer_;
  BlockCache blocks_;
  StageSeconds seconds_;
};

}  // namespace phasescope::model
