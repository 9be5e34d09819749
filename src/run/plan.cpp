#include "phasescope/run/plan.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/memory.h"
#include "phasescope/base/sha256.h"
#include "phasescope/run/chat.h"
#include "phasescope/stats/random.h"
#include "phasescope/text/prompt_catalog.h"
#include "phasescope/text/prompt_limit.h"

namespace phasescope::run {
namespace {

/// Tokens of one batch where weights stay in memory: enough for full-speed products, and more would only
/// leave the caches.
constexpr std::int64_t kKeptWeightsTokens = 4096;
/// Where weights are read and converted again for each batch, more tokens share that.
constexpr std::int64_t kStreamedWeightsTokens = 65536;
constexpr std::int64_t kFewestTokens = 256;

bool contains(const std::vector<Analysis>& analyses, Analysis analysis) {
  return std::find(analyses.begin(), analyses.end(), analysis) != analyses.end();
}

bool has_roles(const text::PromptSet& set) {
  return std::any_of(set.prompts.begin(), set.prompts.end(),
                     [](const text::Prompt& prompt) { return prompt.role.has_value(); });
}

/// The set of a file, or the shipped set of that name.
PlannedSet find_set(const std::string& name_or_file) {
  PlannedSet planned;
  std::filesystem::path file = name_or_file;
  planned.name = file.stem().string();
  if (!std::filesystem::is_regular_file(file)) {
    const auto shipped = text::find_shipped_prompt_set(name_or_file);
    if (!shipped) {
      std::string known;
      for (const text::ShippedPromptSet& set : text::shipped_prompt_sets()) known += " " + set.name;
      throw_environment_error(name_or_file, "is no file and no shipped prompt set; shipped are:" + known);
    }
    file = shipped->file;
    planned.name = shipped->name;
    planned.chat = shipped->chat;
    for (const std::string& analysis : shipped->analyses)
      planned.analyses.push_back(analysis_named(analysis));
  }
  planned.set = text::load_prompt_set(file);
  planned.sha256 = sha256_of_file(file);
  return planned;
}

/// Analyses that a set can feed: those its index entry names, else pairs and dynamics where prompts have
/// roles.
std::vector<Analysis> possible_analyses(const PlannedSet& planned) {
  if (!planned.analyses.empty()) return planned.analyses;
  return has_roles(planned.set) ? std::vector{Analysis::pairs, Analysis::dynamics}
                                : std::vector{Analysis::ct, Analysis::species};
}

std::vector<Analysis> analyses_of(const PromptSource& source, const PlannedSet& planned,
                                  const RunOptions& options) {
  if (!source.analyses.empty()) return source.analyses;
  std::vector<Analysis> chosen;
  for (const Analysis analysis : possible_analyses(planned)) {
    if (options.analyses.empty() || contains(options.analyses, analysis)) chosen.push_back(analysis);
  }
  return chosen;
}

PlannedSet plan_set(const PromptSource& source, const RunOptions& options) {
  PlannedSet planned = find_set(source.set);
  planned.analyses = analyses_of(source, planned, options);
  if (!options.limit.empty()) planned.set = text::PromptLimit(options.limit).apply(std::move(planned.set));
  return planned;
}

std::int64_t new_tokens(const std::vector<Analysis>& analyses, const RunOptions& options) {
  std::int64_t count = 0;
  const bool generated_span = options.ct.definition.span != curvature::Span::prompt;
  if (contains(analyses, Analysis::ct) && generated_span) count = options.max_new_tokens;
  if (contains(analyses, Analysis::dynamics)) count = std::max(count, options.dynamics_tokens);
  return count;
}

/// Sequences that must be in view together: both sides of every pair of a topic, since controls compare
/// neighbours within the topic.
std::string group_of(const PlannedSequence& sequence) {
  return sequence.feeds(Analysis::pairs) ? sequence.sequence.category : std::string();
}

/// Groups in order of first appearance, a sequence without group being one of its own. Those that generate
/// come first, so that they share the steps of one loop.
std::vector<std::vector<std::size_t>> make_groups(const std::vector<PlannedSequence>& sequences) {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::string, std::size_t> group_of_name;
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::string name = group_of(sequences[i]);
    const auto found = name.empty() ? group_of_name.end() : group_of_name.find(name);
    if (found != group_of_name.end()) {
      groups[found->second].push_back(i);
    } else {
      if (!name.empty()) group_of_name[name] = groups.size();
      groups.push_back({i});
    }
  }
  const auto generates_more = [&](const auto& a, const auto& b) {
    return sequences[a.front()].max_new_tokens > sequences[b.front()].max_new_tokens;
  };
  std::stable_sort(groups.begin(), groups.end(), generates_more);
  return groups;
}

/// What may pass through the model together.
struct BatchLimit {
  std::int64_t tokens = 0;           ///< of prompts
  std::uint64_t bytes = UINT64_MAX;  ///< of activations and key-value caches
  std::uint64_t bytes_per_token = 0;
  std::uint64_t bytes_per_cached_token = 0;
};

struct BatchLoad {
  std::int64_t tokens = 0;
  std::uint64_t bytes = 0;

  bool within(const BatchLimit& limit) const { return tokens <= limit.tokens && bytes <= limit.bytes; }
  friend BatchLoad operator+(const BatchLoad& a, const BatchLoad& b) {
    return {a.tokens + b.tokens, a.bytes + b.bytes};
  }
};

BatchLoad size_of(const PlannedSequence& sequence, const BatchLimit& limit) {
  const auto tokens = static_cast<std::int64_t>(sequence.ids.size());
  const std::int64_t cached = sequence.max_new_tokens > 0 ? tokens + sequence.max_new_tokens : 0;
  return {tokens, static_cast<std::uint64_t>(tokens) * limit.bytes_per_token +
                      static_cast<std::uint64_t>(cached) * limit.bytes_per_cached_token};
}

std::vector<std::vector<std::size_t>> make_batches(const std::vector<PlannedSequence>& sequences,
                                                   const BatchLimit& limit) {
  std::vector<std::vector<std::size_t>> batches;
  BatchLoad batch;
  for (const std::vector<std::size_t>& group : make_groups(sequences)) {
    BatchLoad of_group;
    for (const std::size_t i : group) of_group = of_group + size_of(sequences[i], limit);
    if (batches.empty() || !(batch + of_group).within(limit)) {
      batches.emplace_back();
      batch = {};
    }
    batches.back().insert(batches.back().end(), group.begin(), group.end());
    batch = batch + of_group;
  }
  return batches;
}

/// What was asked for; else what memory and the architecture suggest. The machine's memory counts, not what
/// is free of it now: a stopped run must find the same batches when it goes on. Runs that must repeat byte by
/// byte do not look at memory at all.
BatchLimit batch_limit(const RunOptions& options, const checkpoint::Checkpoint& checkpoint) {
  BatchLimit limit;
  limit.tokens = options.batch_tokens > 0 ? options.batch_tokens : kKeptWeightsTokens;
  const std::uint64_t machine = machine_memory();
  if (options.batch_tokens > 0 || options.deterministic || machine == 0) return limit;
  const MemoryPlan memory = plan_memory(checkpoint, 1, 1);
  const std::uint64_t for_weights = options.device.weights_memory >= 0
                                        ? static_cast<std::uint64_t>(options.device.weights_memory)
                                        : machine / 2;
  if (memory.converted_weights > for_weights) limit.tokens = kStreamedWeightsTokens;
  limit.bytes_per_token = memory.activations;
  limit.bytes_per_cached_token = memory.kv_cache;
  // Weights take half at most; the rest is for the analyses and the page cache.
  limit.bytes = std::max(machine / 8, static_cast<std::uint64_t>(kFewestTokens) * memory.activations);
  return limit;
}

/// Whether a set's prompts become turns of a conversation. The command line decides, then the set, then
/// whether there is a template.
bool chat_applies(const std::string& asked, text::ChatUse of_set, bool has_template) {
  if (asked != "off" && asked != "on" && asked != "auto") {
    throw Error(ExitClass::usage, "--chat: found \"" + asked + "\", expected off, on or auto");
  }
  if (asked == "on" && !has_template)
    throw Error(ExitClass::usage, "--chat: the model has no chat template, expected off or auto");
  if (asked != "auto") return asked == "on";
  return has_template && of_set != text::ChatUse::off;
}

/// The tokens of a prompt as the model reads it.
std::vector<std::int64_t> prompt_ids(const text::Tokenizer& tokenizer, const std::optional<ChatFormat>& chat,
                                     bool uses_chat, const std::string& prompt, const RunOptions& options) {
  std::vector<std::int64_t> ids =
      uses_chat ? tokenizer.encode(chat->render(prompt, options.system), false) : tokenizer.encode(prompt);
  if (options.max_length > 0 && static_cast<std::int64_t>(ids.size()) > options.max_length) {
    ids.resize(static_cast<std::size_t>(options.max_length));
  }
  return ids;
}

/// Draws hang on what the prompt is and on which of its runs this is, not on its neighbours.
std::uint64_t sampling_stream(const std::string& identity, std::int64_t run) {
  return stats::stream_key(0, "sampling\n" + identity, static_cast<std::uint64_t>(run));
}

void refuse_runs(const RunOptions& options, const std::string& reason) {
  throw Error(ExitClass::usage, "--runs: found " + std::to_string(options.runs) + ", expected 1 " + reason);
}

void check_runs(const RunOptions& options, const Plan& plan) {
  if (options.runs == 1) return;
  if (options.sampling.temperature <= 0)
    refuse_runs(options, "at temperature 0, where all runs of a prompt are the same");
  if (options.ct.definition.span == curvature::Span::prompt)
    refuse_runs(options, "with --ct-span prompt, which looks at nothing that is generated");
  if (!plan.has(Analysis::ct)) refuse_runs(options, "where no prompt set feeds ct");
}

/// Puts the further runs of each prompt that feeds ct behind its first one. Their names go on counting behind
/// the prompts of the category, so that the first runs keep theirs.
void add_runs(const RunOptions& options, std::map<std::string, std::int64_t> prompts_of_category,
              std::vector<PlannedSequence>& sequences) {
  if (options.runs == 1) return;
  const std::vector<PlannedSequence> firsts = std::move(sequences);
  sequences.clear();
  for (const PlannedSequence& first : firsts) {
    sequences.push_back(first);
    sequences.back().sequence.index = static_cast<std::int64_t>(sequences.size()) - 1;
    if (!first.feeds(Analysis::ct)) continue;
    for (std::int64_t run = 1; run < options.runs; ++run) {
      PlannedSequence next = first;
      const std::string& category = first.sequence.category;
      const std::int64_t number = std::stoll(first.sequence.name.substr(category.size() + 1));
      next.sequence.index = static_cast<std::int64_t>(sequences.size());
      next.sequence.name = category + "/" + std::to_string(number + run * prompts_of_category[category]);
      next.sequence.run = run;
      next.sampling_stream = sampling_stream(first.identity, run);
      next.max_new_tokens = options.max_new_tokens;
      next.analyses = {Analysis::ct};
      sequences.push_back(std::move(next));
    }
  }
}

void require_analyses(const RunOptions& options, const Plan& plan) {
  for (const Analysis analysis : options.analyses) {
    if (!plan.has(analysis)) {
      throw Error(ExitClass::usage, std::string("--analyses: no prompt set feeds ") + name_of(analysis) +
                                        ", expected a set named with -p SET:" + name_of(analysis));
    }
  }
}

}  // namespace

PlannedSet find_prompt_set(const std::string& name_or_file) {
  return find_set(name_or_file);
}

bool PlannedSequence::feeds(Analysis analysis) const {
  return contains(analyses, analysis);
}

std::vector<states::Sequence> Plan::sequences_for(Analysis analysis) const {
  std::vector<states::Sequence> chosen;
  for (const PlannedSequence& planned : sequences) {
    if (planned.feeds(analysis)) chosen.push_back(planned.sequence);
  }
  return chosen;
}

bool Plan::has(Analysis analysis) const {
  return std::any_of(sequences.begin(), sequences.end(),
                     [&](const auto& planned) { return planned.feeds(analysis); });
}

std::int64_t Plan::prompt_tokens() const {
  std::int64_t tokens = 0;
  for (const PlannedSequence& planned : sequences) tokens += planned.sequence.prompt_tokens;
  return tokens;
}

std::int64_t Plan::prompt_count() const {
  return std::count_if(sequences.begin(), sequences.end(),
                       [](const PlannedSequence& planned) { return planned.sequence.run == 0; });
}

std::int64_t Plan::largest_generation() const {
  std::int64_t tokens = 0;
  for (const PlannedSequence& planned : sequences) tokens += planned.max_new_tokens;
  return tokens;
}

Plan make_plan(const RunOptions& options, const checkpoint::Checkpoint& checkpoint,
               const text::Tokenizer& tokenizer) {
  if (options.prompts.empty()) throw Error(ExitClass::usage, "--prompts: none given, expected a prompt set");
  Plan plan;
  const std::optional<ChatFormat> chat =
      options.chat == "off" ? std::nullopt : load_chat_format(checkpoint, tokenizer);
  std::map<std::string, std::int64_t> count_of_category;
  for (const PromptSource& source : options.prompts) {
    plan.sets.push_back(plan_set(source, options));
    PlannedSet& planned = plan.sets.back();
    planned.prompts = planned.set.prompts.size();
    plan.sequences.reserve(plan.sequences.size() + planned.prompts);
    planned.uses_chat = chat_applies(options.chat, planned.chat, chat.has_value());
    if (planned.uses_chat) plan.chat_sha256 = chat->sha256;
    for (const text::Prompt& prompt : planned.set.prompts) {
      PlannedSequence sequence;
      sequence.text = prompt.text;
      sequence.answer = prompt.answer.value_or("");
      sequence.analyses = planned.analyses;
      sequence.ids = prompt_ids(tokenizer, chat, planned.uses_chat, prompt.text, options);
      if (sequence.ids.empty())
        throw_input_error(planned.set.file.string(), prompt.id, "has no token", "at least 1");
      sequence.max_new_tokens = new_tokens(planned.analyses, options);
      sequence.identity = prompt.identity;
      sequence.sampling_stream = sampling_stream(prompt.identity, 0);
      const std::int64_t number = count_of_category[prompt.category]++;
      const auto place = static_cast<std::int64_t>(plan.sequences.size());
      sequence.sequence = {place,
                           prompt.category + "/" + std::to_string(number),
                           prompt.id,
                           prompt.category,
                           prompt.pair.value_or(""),
                           prompt.role ? text::to_string(*prompt.role) : std::string(),
                           static_cast<std::int64_t>(sequence.ids.size()),
                           place,
                           0};
      plan.sequences.push_back(std::move(sequence));
    }
    planned.set.prompts = {};  // the sequences have all of them
  }
  require_analyses(options, plan);
  check_runs(options, plan);
  add_runs(options, count_of_category, plan.sequences);
  plan.batches = make_batches(plan.sequences, batch_limit(options, checkpoint));
  return plan;
}

BatchSize largest_batch(const Plan& plan) {
  BatchSize largest;
  for (const std::vector<std::size_t>& batch : plan.batches) {
    BatchSize size;
    for (const std::size_t i : batch) {
      const PlannedSequence& planned = plan.sequences[i];
      size.prompt_tokens += planned.sequence.prompt_tokens;
      if (planned.max_new_tokens > 0)
        size.cached_tokens += planned.sequence.prompt_tokens + planned.max_new_tokens;
    }
    largest.prompt_tokens = std::max(largest.prompt_tokens, size.prompt_tokens);
    largest.cached_tokens = std::max(largest.cached_tokens, size.cached_tokens);
  }
  return largest;
}

MemoryPlan plan_memory(const checkpoint::Checkpoint& checkpoint, std::int64_t batch_tokens,
                       std::int64_t cached_tokens) {
  const checkpoint::Architecture& a = checkpoint.architecture();
  constexpr std::int64_t bytes = sizeof(float);
  MemoryPlan memory;
  memory.converted_weights = static_cast<std::uint64_t>(checkpoint.parameters() * bytes);
  const std::int64_t outside = a.vocabulary * a.embedding_width * (a.tied_head ? 1 : 2);
  memory.largest_block = static_cast<std::uint64_t>((checkpoint.parameters() - outside) / a.blocks * bytes);
  // States at two points, normed and added ones; queries, keys, values and what was attended; the
  // feed-forward network; and the terms of one product's input, half as long again.
  const std::int64_t per_token = 6 * a.hidden + 2 * a.query_width() + 2 * a.key_value_width() +
                                 (a.gated ? 3 : 1) * a.intermediate +
                                 std::max(a.hidden, a.intermediate) * 3 / 2;
  memory.activations = static_cast<std::uint64_t>(batch_tokens * per_token * bytes);
  memory.kv_cache = static_cast<std::uint64_t>(cached_tokens * 2 * a.blocks * a.key_value_width() * bytes);
  return memory;
}

}  // namespace phasescope::run
