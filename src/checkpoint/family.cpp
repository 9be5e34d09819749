#include "family.h"

#include <array>
#include <utility>

namespace phasescope::checkpoint {
namespace {

constexpr std::array<std::pair<const char*, Activation>, 8> kActivations = {
    {{"silu", Activation::silu},
     {"swish", Activation::silu},
     {"gelu", Activation::gelu_erf},
     {"gelu_new", Activation::gelu_tanh},
     {"gelu_pytorch_tanh", Activation::gelu_tanh},
     {"gelu_fast", Activation::gelu_tanh},
     {"gelu_python", Activation::gelu_erf},
     {"relu", Activation::relu}}};

void append(std::vector<Family>& all, std::vector<Family> more) {
  for (Family& family : more) all.push_back(std::move(family));
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> all = [] {
    std::vector<Family> list;
    append(list, llama_families());
    append(list, gemma_families());
    append(list, classic_families());
    append(list, expert_families());
    return list;
  }();
  return all;
}

const Family* find_family(const std::string& name) {
  for (const Family& family : families()) {
    if (family.name == name) return &family;
  }
  return nullptr;
}

Activation read_activation(ConfigReader& config, const std::string& key, const std::string& fallback) {
  const std::string name = config.text_or(key, fallback);
  for (const auto& [known, activation] : kActivations) {
    if (name == known) return activation;
  }
  config.fail(key, "found \"" + name + "\"", "one of silu gelu gelu_new gelu_pytorch_tanh relu");
}

void set_uniform_pattern(Architecture& architecture, std::optional<std::int64_t> window) {
  BlockPattern block;
  block.window = window;
  block.rope = architecture.ropes.empty() ? -1 : 0;
  architecture.pattern.assign(static_cast<std::size_t>(architecture.blocks), block);
}

std::vector<bool> read_sliding_layers(ConfigReader& config, std::int64_t blocks) {
  std::vector<bool> sliding;
  if (!config.has("layer_types")) return sliding;
  for (const std::string& type : config.texts("layer_types")) {
    if (type != "sliding_attention" && type != "full_attention") {
      config.fail("layer_types", "holds \"" + type + "\"", "sliding_attention or full_attention");
    }
    sliding.push_back(type == "sliding_attention");
  }
  if (static_cast<std::int64_t>(sliding.size()) != blocks) {
    config.fail("layer_types", "has " + std::to_string(sliding.size()) + " entries", std::to_string(blocks));
  }
  return sliding;
}

}  // namespace phasescope::checkpoint
