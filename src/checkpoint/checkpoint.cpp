#include "phasescope/checkpoint/checkpoint.h"

#include "end_tokens.h"
#include "family.h"
#include "gguf_architecture.h"
#include "hub_cache.h"
#include "tensor_store.h"
#include "visit_weights.h"
#include "weight_collector.h"

#include <map>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"
#include "phasescope/checkpoint/read_architecture.h"
#include "phasescope/formats/gguf.h"

namespace phasescope::checkpoint {
namespace {

/// Calls visit(weight) for every weight the model uses, tied ones once.
template <class Visit>
void visit_weights(const Checkpoint& checkpoint, Visit visit_any) {
  const auto visit = [&](const Weight& weight) {
    if (weight) visit_any(weight);
  };
  const OuterWeights& outer = checkpoint.outer();
  visit(outer.token_embedding);
  visit(outer.position_embedding);
  visit_linear(outer.project_in, visit);
  visit_linear(outer.project_out, visit);
  visit_norm(outer.final_norm, visit);
  if (outer.head.matrix.data != outer.token_embedding.data) visit(outer.head.matrix);
  visit(outer.head.bias);
  for (const BlockWeights& block : checkpoint.blocks()) visit_block(block, visit);
}

}  // namespace

Checkpoint::Checkpoint() = default;
Checkpoint::~Checkpoint() = default;
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const Family& family : families()) names.push_back(family.name);
  return names;
}

Checkpoint Checkpoint::open(const std::string& model) {
  const std::filesystem::path path(model);
  if (std::filesystem::is_directory(path)) return open_folder(path);
  if (std::filesystem::exists(path)) return open_gguf(path);
  if (const auto snapshot = find_in_hub_cache(model)) {
    Checkpoint checkpoint = open_folder(*snapshot);
    checkpoint.name_ = model.substr(0, model.find('@'));
    return checkpoint;
  }
  throw_environment_error(model, "is neither a folder, nor a .gguf file, nor org/name in the hub cache");
}

Checkpoint Checkpoint::open_folder(const std::filesystem::path& folder) {
  const std::filesystem::path config_path = folder / "config.json";
  Checkpoint checkpoint;
  checkpoint.path_ = folder;
  checkpoint.name_ = std::filesystem::absolute(folder).lexically_normal().filename().string();
  if (checkpoint.name_.empty())
    checkpoint.name_ = std::filesystem::absolute(folder).parent_path().filename().string();
  Architecture& architecture = checkpoint.architecture_;
  architecture = read_architecture(read_json_file(config_path), config_path.string());
  const std::filesystem::path generation_path = folder / "generation_config.json";
  if (std::filesystem::exists(generation_path)) {
    const Json generation = read_json_file(generation_path);
    read_end_tokens(JsonObject(generation, generation_path.string()), architecture.vocabulary,
                    architecture.end_tokens);
  }
  checkpoint.store_ = open_safetensors_folder(folder);
  const TensorNames names = find_family(architecture.family)->names(architecture);
  const WeightCollector collector(architecture, names, *checkpoint.store_);
  checkpoint.outer_ = collector.outer();
  for (std::int64_t b = 0; b < architecture.blocks; ++b) checkpoint.blocks_.push_back(collector.block(b));
  return checkpoint;
}

Checkpoint Checkpoint::open_gguf(const std::filesystem::path& file) {
  Checkpoint checkpoint;
  checkpoint.format_ = CheckpointFormat::gguf;
  checkpoint.path_ = file;
  checkpoint.name_ = file.stem().string();
  checkpoint.gguf_ = std::make_unique<formats::GgufFile>(file);
  checkpoint.architecture_ = read_gguf_architecture(*checkpoint.gguf_);
  checkpoint.store_ = open_gguf_tensors(*checkpoint.gguf_);
  const TensorNames names = gguf_names(checkpoint.architecture_);
  const WeightCollector collector(checkpoint.architecture_, names, *checkpoint.store_);
  checkpoint.outer_ = collector.outer();
  for (std::int64_t b = 0; b < checkpoint.architecture_.blocks; ++b)
    checkpoint.blocks_.push_back(collector.block(b));
  return checkpoint;
}

const std::vector<std::filesystem::path>& Checkpoint::weight_files() const {
  return store_->files();
}

std::filesystem::path Checkpoint::config_file() const {
  return format_ == CheckpointFormat::gguf ? path_ : path_ / "config.json";
}

std::filesystem::path Checkpoint::tokenizer_file() const {
  return format_ == CheckpointFormat::gguf ? path_ : path_ / "tokenizer.json";
}

std::int64_t Checkpoint::parameters() const {
  std::int64_t count = 0;
  visit_weights(*this, [&](const Weight& weight) { count += weight.rows() * weight.columns(); });
  return count;
}

std::uint64_t Checkpoint::stored_bytes() const {
  std::uint64_t bytes = 0;
  visit_weights(*this, [&](const Weight& weight) { bytes += weight.stored_bytes(); });
  return bytes;
}

std::string Checkpoint::stored_type() const {
  std::map<formats::QuantizationType, std::int64_t> counts;
  visit_weights(*this,
                [&](const Weight& weight) { counts[weight.type] += weight.rows() * weight.columns(); });
  const auto fewer = [](const auto& a, const auto& b) { return a.second < b.second; };
  return formats::quantization_name(std::max_element(counts.begin(), counts.end(), fewer)->first);
}

}  // namespace phasescope::checkpoint
