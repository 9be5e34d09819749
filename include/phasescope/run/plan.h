#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/checkpoint/checkpoint.h"
#include "phasescope/run/options.h"
#include "phasescope/states/sequence.h"
#include "phasescope/text/prompt_catalog.h"
#include "phasescope/text/prompt_set.h"
#include "phasescope/text/tokenizer.h"

namespace phasescope::run {

/// A prompt set as a run uses it.
struct PlannedSet {
  std::string name;  ///< of a shipped set, else the file's stem
  text::PromptSet
      set;  ///< only the prompts that the limit selects; in a plan its sequences hold them instead
  std::size_t prompts = 0;         ///< how many of them
  std::vector<Analysis> analyses;  ///< that it feeds
  std::string sha256;
  text::ChatUse chat = text::ChatUse::automatic;  ///< what the set says of the chat template
  bool uses_chat = false;                         ///< its prompts are written with the model's chat template
};

/// The set of a file, or the shipped set of that name, with all its prompts. Errors: environment when there
/// is neither; as the set's.
PlannedSet find_prompt_set(const std::string& name_or_file);

/// One sequence to run.
struct PlannedSequence {
  states::Sequence sequence;
  std::string text;  ///< the prompt as its set has it
  std::string answer;
  std::string identity;  ///< the prompt's
  std::vector<std::int64_t> ids;
  std::int64_t max_new_tokens = 0;
  std::uint64_t sampling_stream = 0;  ///< from the prompt's identity and the number of its run alone
  std::vector<Analysis> analyses;     ///< later runs of a prompt feed ct only

  bool feeds(Analysis analysis) const;
};

/// What a run will do: the sequences in prompt order, the runs of a prompt one after the other, and which of
/// them pass through the model together.
struct Plan {
  std::vector<PlannedSet> sets;
  std::vector<PlannedSequence> sequences;
  std::vector<std::vector<std::size_t>> batches;  ///< indices into sequences
  std::string chat_sha256;                        ///< of the template where one is used, else empty

  /// Sequences that feed an analysis.
  std::vector<states::Sequence> sequences_for(Analysis analysis) const;
  bool has(Analysis analysis) const;
  std::int64_t prompt_count() const;
  std::int64_t prompt_tokens() const;       ///< of every run
  std::int64_t largest_generation() const;  ///< upper bound on generated tokens
};

/// Loads the sets, writes prompts with the chat template where that applies, tokenizes and batches. Errors:
/// as the parts'; usage when an analysis was asked for that no set feeds, or several runs where they would be
/// alike or nothing is generated.
Plan make_plan(const RunOptions& options, const checkpoint::Checkpoint& checkpoint,
               const text::Tokenizer& tokenizer);

/// The most that batches of a plan hold, each number of whichever batch has most.
struct BatchSize {
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;  ///< of sequences that generate: prompt and the most new tokens
};
BatchSize largest_batch(const Plan& plan);

/// Bytes a run needs at its largest, by part, from headers and lengths alone.
struct MemoryPlan {
  std::uint64_t converted_weights = 0;  ///< when every block is kept
  std::uint64_t largest_block = 0;      ///< converted; the least that must fit
  std::uint64_t activations = 0;        ///< of the largest batch
  std::uint64_t kv_cache = 0;           ///< of the largest batch
};

MemoryPlan plan_memory(const checkpoint::Checkpoint& checkpoint, std::int64_t batch_tokens,
                       std::int64_t cached_tokens);

}  // namespace phasescope::run
