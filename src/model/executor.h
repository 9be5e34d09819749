#pragma once

#include "backend.h"

#include <memory>
#include <string>
#include <vector>

#include "phasescope/model/language_model.h"

namespace phasescope::model {

class SequenceBatch;

/// The layer-major executor over one backend. `checkpoint` must outlive it.
class Executor : public LanguageModel {
 public:
  Executor(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options);

  std::vector<SequenceResult> run(const std::vector<PromptTokens>& prompts, const BatchOptions& options,
                                  const std::vector<states::Observer*>& observers) override;
  StageSeconds seconds() const override;
  std::vector<ProfileEntry> profile() const override;
  std::string device() const override { return backend_->device(); }
  std::string dtype() const override { return backend_->dtype(); }
  std::string matrix_library() const override { return backend_->matrix_library(); }

 private:
  template <class Work>
  double computing(const SequenceBatch& batch, Work work);

  const checkpoint::Checkpoint& checkpoint_;
  std::unique_ptr<Backend> backend_;
  StageSeconds seconds_;
};

}  // namespace phasescope::model
