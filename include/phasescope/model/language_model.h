#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/base/profile.h"
#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/states/observer.h"

namespace phasescope::model {

/// How the next token is chosen. Temperature 0 is greedy: the largest logit, the lowest id on a tie.
struct Sampling {
  double temperature = 0;
  std::int64_t top_k = 0;  ///< keep the k most probable tokens; 0: all
  double top_p = 1;        ///< keep the smallest set of most probable tokens with at least this probability
  double min_p = 0;        ///< drop tokens below this share of the largest probability
  std::uint64_t seed = 1234;
};

/// One prompt to run. Draws depend on (seed, stream, step) only, never on which prompts share a batch.
struct PromptTokens {
  std::int64_t sequence = 0;      ///< what views, predictions and results call it
  std::vector<std::int64_t> ids;  ///< at least one
  std::int64_t max_new_tokens = 0;
  std::uint64_t stream = 0;  ///< names this sequence's draws
};

enum class Finish { none, end_token, length };

/// What became of one prompt.
struct SequenceResult {
  std::int64_t sequence = 0;
  std::vector<std::int64_t> generated_ids;  ///< a final end token included
  Finish finish = Finish::none;             ///< none: nothing was to be generated
  /// Mean negative log-likelihood of prompt tokens 1.., nats; NaN for prompts of one token or when not asked
  /// for.
  double prompt_nll = 0;
  double top1_probability = 0;  ///< of the first new token; NaN when the sequence failed
  std::string error;            ///< why the sequence failed; empty when it did not
};

enum class FinalStates {
  raw,   ///< the last point before the final norm
  hf,    ///< the last point after it, as transformers' `hidden_states`
  both,  ///< two views of the last point, raw first
};

/// What to run and what to show to observers.
struct BatchOptions {
  FinalStates final_states = FinalStates::raw;
  Sampling sampling;
  bool prompt_likelihood = true;
  /// Called between layers and between generated tokens; throwing from it stops the batch.
  std::function<void(std::int64_t tokens_done)> on_progress;
};

/// Seconds spent so far, by stage.
struct StageSeconds {
  double load = 0;     ///< reading and converting weights
  double forward = 0;  ///< prompt passes
  double generate = 0;
  double observe = 0;  ///< inside observers, part of neither of the two above
};

/// A network for null distributions: one that is fed nothing, or has learnt nothing.
enum class NullNetwork {
  none,              ///< the checkpoint itself
  random_embedding,  ///< every token's embedding is a random direction of the same length
  random_weights,    ///< every matrix is drawn anew at initialisation scale; norms and biases are neutral
};

struct ModelOptions {
  std::string device = "auto";  ///< auto, cpu, cuda or cuda:N
  std::string dtype = "auto";   ///< auto, float32, bfloat16, or on a card float16
  /// Bytes of converted weights that may stay in memory between uses; negative: what fits.
  std::int64_t weights_memory = -1;
  std::string blas = "auto";  ///< auto, tiles, onednn or torch: who multiplies matrices on the CPU
  /// Repeated runs give the same bytes: products run on one thread, since oneDNN may add in another order
  /// each time.
  bool deterministic = false;
  NullNetwork null_network = NullNetwork::none;
  std::uint64_t null_seed = 0;  ///< of its random numbers
  /// Compute with libtorch's tensors on the CPU too, as on CUDA: slower there than plain memory, for tests.
  bool tensors = false;
  /// On CUDA in float32: weights that bfloat16 holds exactly stay in it and are multiplied on its matrix
  /// units, by three terms of each activation. False: float32 products throughout.
  bool bfloat16_terms = true;
  /// Time kernels on CUDA, which takes a little time itself; on the CPU they always are timed.
  bool profile = false;
};

/// A checkpoint that can be run. One batch at a time; observers are called from the calling thread.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;

  /// Runs prompts layer by layer: all of them through block 0, then all through block 1, and so on, then
  /// generates. Results come in the order of `prompts`. A sequence whose logits are not finite fails by
  /// itself. Errors: input_file for ids outside the vocabulary, empty prompts and prompts that leave a
  /// learned position table.
  virtual std::vector<SequenceResult> run(const std::vector<PromptTokens>& prompts,
                                          const BatchOptions& options,
                                          const std::vector<states::Observer*>& observers) = 0;
  virtual StageSeconds seconds() const = 0;
  /// Where the time of the stages "forward" and "generate" went.
  virtual std::vector<ProfileEntry> profile() const = 0;
  /// "cpu" or "cuda:0".
  virtual std::string device() const = 0;
  /// What matrix products take: "float32", "bfloat16" or "float16".
  virtual std::string dtype() const = 0;
  /// Who multiplies matrices: "bfloat16 tiles, oneDNN 2.6.3", "oneDNN 2.6.3" or "libtorch".
  virtual std::string matrix_library() const = 0;
};

/// Versions of what the model library was built with and runs on.
struct LibraryVersions {
  std::string libtorch;
  std::string blas;  ///< the fastest that there is for products on the CPU
  std::string cuda;  ///< empty: built without
};

/// What the model library exports, so that programs open it only when a model is run.
struct ModelLibrary {
  std::unique_ptr<LanguageModel> (*open)(const checkpoint::Checkpoint& checkpoint,
                                         const ModelOptions& options);
  LibraryVersions (*versions)();
};

/// Name of the exported function `const ModelLibrary* phasescope_model_library()`.
inline constexpr const char* kModelLibrarySymbol = "phasescope_model_library";

}  // namespace phasescope::model
