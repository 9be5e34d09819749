#include "phasescope/run/run_model.h"

#include <tuple>

#include "phasescope/run/model_library.h"
#include "phasescope/run/tokenizer.h"

namespace phasescope::run {
namespace {

std::string name_in(const RunOptions& options) {
  return options.revision.empty() ? options.model : options.model + "@" + options.revision;
}

auto fields_of(const model::ModelOptions& options) {
  return std::tie(options.device, options.dtype, options.weights_memory, options.blas, options.deterministic,
                  options.profile);
}

}  // namespace

RunModel::RunModel(const RunOptions& options)
    : checkpoint_(checkpoint::Checkpoint::open(name_in(options))), tokenizer_(load_tokenizer(checkpoint_)) {}

const ModelDigests& RunModel::digests() {
  if (!digests_) digests_ = digest_model(checkpoint_);
  return *digests_;
}

model::LanguageModel& RunModel::language_model(const RunOptions& options) {
  model::ModelOptions wanted = options.device;
  wanted.deterministic = options.deterministic;
  wanted.profile = options.profile;
  if (!language_model_ || fields_of(wanted) != fields_of(opened_with_)) {
    language_model_.reset();  // two at once might not fit
    language_model_ = model_library().open(checkpoint_, wanted);
    opened_with_ = wanted;
  }
  return *language_model_;
}

}  // namespace phasescope::run
