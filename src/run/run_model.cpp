#include "phasescope/run/run_model.h"

#include <tuple>

#include "phasescope/base/threads.h"
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

void RunModel::begin_digests() {
  const int threads = thread_count();
  if (digests_ || digests_ahead_.valid() || threads == 1) return;
  digests_ahead_ = std::async(std::launch::async, [this, threads] {
    set_thread_count(threads);
    return digest_model(checkpoint_);
  });
}

const ModelDigests& RunModel::digests() {
  if (!digests_) digests_ = digests_ahead_.valid() ? digests_ahead_.get() : digest_model(checkpoint_);
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
