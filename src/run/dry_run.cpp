#include "phasescope/run/dry_run.h"

#include <algorithm>
#include <cstdio>

#include "phasescope/base/error.h"
#include "phasescope/base/memory.h"
#include "phasescope/run/plan.h"
#include "phasescope/run/tokenizer.h"

namespace phasescope::run {
namespace {

std::string mebibytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

std::string line(const std::string& name, const std::string& value) {
  std::string text = name;
  text.resize(std::max<std::size_t>(24, text.size() + 1), ' ');
  return text + value + "\n";
}

const char* name_of(checkpoint::RopeType type) {
  switch (type) {
    case checkpoint::RopeType::plain:
      return "default";
    case checkpoint::RopeType::linear:
      return "linear";
    case checkpoint::RopeType::dynamic:
      return "dynamic";
    case checkpoint::RopeType::yarn:
      return "yarn";
    case checkpoint::RopeType::longrope:
      return "longrope";
    case checkpoint::RopeType::llama3:
      return "llama3";
  }
  return "";
}

Json architecture_to_json(const checkpoint::Architecture& a) {
  std::int64_t windowed = 0;
  for (const checkpoint::BlockPattern& block : a.pattern) windowed += block.window ? 1 : 0;
  return {{"family", a.family},
          {"blocks", a.blocks},
          {"hidden_size", a.hidden},
          {"heads", a.heads},
          {"key_value_heads", a.key_value_heads},
          {"head_dim", a.head_dim},
          {"intermediate_size", a.intermediate},
          {"vocabulary", a.vocabulary},
          {"positions", a.maximum_positions},
          {"rope", a.ropes.empty() ? Json(nullptr) : Json(name_of(a.ropes.front().type))},
          {"rope_theta", a.ropes.empty() ? Json(nullptr) : Json(a.ropes.front().theta)},
          {"windowed_blocks", windowed},
          {"experts", a.experts ? Json(a.experts->count) : Json(nullptr)},
          {"tied_head", a.tied_head},
          {"end_tokens", a.end_tokens}};
}

std::string memory_text(const MemoryPlan& memory) {
  return line("weights, converted", mebibytes(memory.converted_weights) + " (kept where it fits; least " +
                                        mebibytes(memory.largest_block) + ")") +
         line("activations", mebibytes(memory.activations)) +
         line("key-value cache", mebibytes(memory.kv_cache)) +
         line("memory free now", mebibytes(available_memory()));
}

}  // namespace

std::string dry_run_text(const RunOptions& options) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(options.model);
  const text::Tokenizer tokenizer = load_tokenizer(checkpoint);
  const Plan plan = make_plan(options, checkpoint, tokenizer);
  std::string text = line("model", checkpoint.name() + " (" + checkpoint.architecture().family + ", " +
                                       std::to_string(checkpoint.parameters()) + " parameters)");
  for (const PlannedSet& planned : plan.sets) {
    std::string analyses;
    for (const Analysis analysis : planned.analyses)
      analyses += std::string(analyses.empty() ? "" : ", ") + run::name_of(analysis);
    text += line("prompt set " + planned.name, std::to_string(planned.prompts) + " prompts for " + analyses);
  }
  text += line("prompt tokens", std::to_string(plan.prompt_tokens()) + " in " +
                                    std::to_string(plan.batches.size()) + " batches");
  text += line("new tokens", "at most " + std::to_string(plan.largest_generation()));
  const BatchSize largest = largest_batch(plan);
  return text + memory_text(plan_memory(checkpoint, largest.prompt_tokens, largest.cached_tokens));
}

Json inspect_model(const std::string& model) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(model);
  const checkpoint::Architecture& a = checkpoint.architecture();
  const MemoryPlan memory = plan_memory(checkpoint, 1, 1);
  Json tokenizer = nullptr;
  std::string tokenizer_reason;
  try {
    const text::Tokenizer loaded = load_tokenizer(checkpoint);
    tokenizer = {{"file", checkpoint.tokenizer_file().filename().string()},
                 {"vocabulary", loaded.vocabulary_size()}};
  } catch (const Error& error) {
    tokenizer_reason = error.what();
  }
  Json files = Json::array();
  for (const auto& file : checkpoint.weight_files()) files.push_back(file.filename().string());
  Json result = {
      {"schema_version", 1},
      {"kind", "phasescope.inspection"},
      {"name", checkpoint.name()},
      {"format", checkpoint.format() == checkpoint::CheckpointFormat::gguf ? "gguf" : "safetensors"},
      {"files", files},
      {"architecture", architecture_to_json(a)},
      {"parameters", checkpoint.parameters()},
      {"dtype_stored", checkpoint.stored_type()},
      {"bytes_stored", checkpoint.stored_bytes()},
      {"tokenizer", tokenizer},
      {"memory",
       {{"converted_weights", memory.converted_weights},
        {"largest_block", memory.largest_block},
        {"activations_per_token", memory.activations},
        {"kv_cache_per_token", memory.kv_cache}}}};
  if (tokenizer.is_null()) result["tokenizer_reason"] = tokenizer_reason;
  return result;
}

std::string inspection_text(const Json& inspection) {
  std::string text = line(
      "model", inspection["name"].get<std::string>() + " (" + inspection["format"].get<std::string>() + ")");
  for (const auto& [key, value] : inspection["architecture"].items()) {
    text += line(key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  text += line("parameters", inspection["parameters"].dump());
  text += line("stored", mebibytes(inspection["bytes_stored"].get<std::uint64_t>()) + ", mostly " +
                             inspection["dtype_stored"].get<std::string>());
  const Json& tokenizer = inspection["tokenizer"];
  text += line("tokenizer", tokenizer.is_null() ? "none: " + inspection["tokenizer_reason"].get<std::string>()
                                                : tokenizer["file"].get<std::string>() + ", " +
                                                      tokenizer["vocabulary"].dump() + " ids");
  const Json& memory = inspection["memory"];
  text += line("converted weights", mebibytes(memory["converted_weights"].get<std::uint64_t>()) +
                                        " in float32, " +
                                        mebibytes(memory["largest_block"].get<std::uint64_t>()) + " a block");
  text += line("per prompt token", memory["activations_per_token"].dump() + " bytes");
  return text + line("per cached token", memory["kv_cache_per_token"].dump() + " bytes");
}

}  // namespace phasescope::run
