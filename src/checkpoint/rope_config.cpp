#include "rope_config.h"

#include <algorithm>
#include <array>
#include <utility>

namespace phasescope::checkpoint {
namespace {

constexpr std::array<std::pair<const char*, RopeType>, 8> kTypes = {
    {{"default", RopeType::plain},
     {"linear", RopeType::linear},
     {"dynamic", RopeType::dynamic},
     {"yarn", RopeType::yarn},
     {"longrope", RopeType::longrope},
     {"su", RopeType::longrope},  // early Phi-3 files
     {"llama3", RopeType::llama3},
     {"none", RopeType::plain}}};

/// All keys that any type reads, and those that say nothing of the computation.
constexpr std::array kSettings = {"rope_type",        "type",
                                  "rope_theta",       "partial_rotary_factor",
                                  "factor",           "original_max_position_embeddings",
                                  "attention_factor", "beta_fast",
                                  "beta_slow",        "truncate",
                                  "mscale",           "mscale_all_dim",
                                  "short_factor",     "long_factor",
                                  "low_freq_factor",  "high_freq_factor",
                                  "finetuned"};

void refuse_unknown(const JsonObject& settings) {
  for (const auto& [key, value] : settings.json().items()) {
    if (value.is_null() || std::find(kSettings.begin(), kSettings.end(), key) != kSettings.end()) continue;
    settings.fail(key, "is not understood and may change the rotary frequencies");
  }
}

RopeType read_type(const JsonObject& settings) {
  const std::string key = settings.has("rope_type") ? "rope_type" : "type";
  const std::string name = settings.text_or(key, "default");
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  settings.fail(key, "found \"" + name + "\"", "one of default linear dynamic yarn longrope llama3");
}

double positive(const JsonObject& settings, const std::string& key, double value) {
  if (!(value > 0)) settings.fail(key, "found " + std::to_string(value), "a positive number");
  return value;
}

std::vector<double> read_factors(const JsonObject& settings, const std::string& key, std::int64_t count) {
  std::vector<double> factors = settings.numbers(key);
  if (static_cast<std::int64_t>(factors.size()) != count) {
    settings.fail(key, "has " + std::to_string(factors.size()) + " entries", std::to_string(count));
  }
  for (const double factor : factors) positive(settings, key, factor);
  return factors;
}

void read_yarn(const JsonObject& settings, Rope& rope) {
  // 0 counts as absent, as in the reference implementation.
  const double fast = settings.number_or("beta_fast", 32);
  const double slow = settings.number_or("beta_slow", 1);
  rope.beta_fast = fast == 0 ? 32 : positive(settings, "beta_fast", fast);
  rope.beta_slow = slow == 0 ? 1 : positive(settings, "beta_slow", slow);
  rope.truncate = settings.boolean_or("truncate", true);
  rope.mscale = settings.number_or("mscale", 0);
  rope.mscale_all_dim = settings.number_or("mscale_all_dim", 0);
}

void read_longrope(const JsonObject& settings, Rope& rope) {
  rope.short_factors = read_factors(settings, "short_factor", rope.dimensions / 2);
  rope.long_factors = read_factors(settings, "long_factor", rope.dimensions / 2);
}

void read_by_type(const JsonObject& settings, Rope& rope) {
  if (rope.type == RopeType::plain) return;
  const bool needs_factor =
      rope.type == RopeType::linear || rope.type == RopeType::dynamic || rope.type == RopeType::llama3;
  if (needs_factor || settings.has("factor"))
    rope.factor = positive(settings, "factor", settings.number("factor"));
  const bool by_lengths = rope.type == RopeType::yarn || rope.type == RopeType::longrope;
  if (by_lengths && !settings.has("factor")) {
    rope.factor =
        static_cast<double>(rope.maximum_positions) / static_cast<double>(rope.original_maximum_positions);
  }
  if (settings.has("attention_factor")) rope.attention_factor = settings.number("attention_factor");
  if (rope.type == RopeType::yarn) read_yarn(settings, rope);
  if (rope.type == RopeType::longrope) read_longrope(settings, rope);
  if (rope.type == RopeType::llama3) {
    rope.low_frequency_factor = positive(settings, "low_freq_factor", settings.number("low_freq_factor"));
    rope.high_frequency_factor = positive(settings, "high_freq_factor", settings.number("high_freq_factor"));
  }
}

}  // namespace

Rope read_rope_settings(const JsonObject& settings, std::int64_t head_dim, std::int64_t maximum_positions,
                        const RopeDefaults& defaults) {
  Rope rope;
  refuse_unknown(settings);
  rope.type = read_type(settings);
  rope.theta = positive(settings, "rope_theta", settings.number_or("rope_theta", defaults.theta));
  const double share = settings.number_or("partial_rotary_factor", defaults.rotated_share);
  if (!(share > 0 && share <= 1)) {
    settings.fail("partial_rotary_factor", "found " + std::to_string(share), "a number above 0 and up to 1");
  }
  rope.dimensions = static_cast<std::int64_t>(static_cast<double>(head_dim) * share);
  if (rope.dimensions < 2 || rope.dimensions > head_dim || rope.dimensions % 2 != 0) {
    settings.fail("partial_rotary_factor", "rotates " + std::to_string(rope.dimensions) + " channels",
                  "an even number from 2 to " + std::to_string(head_dim));
  }
  rope.maximum_positions = maximum_positions;
  rope.original_maximum_positions =
      settings.integer_or("original_max_position_embeddings", maximum_positions, 1);
  read_by_type(settings, rope);
  return rope;
}

Rope read_rope(ConfigReader& config, std::int64_t head_dim, std::int64_t maximum_positions,
               const RopeDefaults& defaults) {
  RopeDefaults outer = defaults;
  outer.theta = config.positive_or("rope_theta", defaults.theta);
  outer.rotated_share = config.positive_or("partial_rotary_factor", defaults.rotated_share);
  const std::int64_t original =
      config.integer_or("original_max_position_embeddings", defaults.original_positions);
  const bool has_parameters = config.has("rope_parameters");
  const std::string key = config.has("rope_scaling") || !has_parameters ? "rope_scaling" : "rope_parameters";
  Json settings = config.has(key) ? config.object(key).json() : Json::object();
  if (original > 0) settings["original_max_position_embeddings"] = original;
  return read_rope_settings(JsonObject(settings, config.file(), config.field(key)), head_dim,
                            maximum_positions, outer);
}

}  // namespace phasescope::checkpoint
