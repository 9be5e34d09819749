#include "loaded_weights.h"

#include <algorithm>

#include "phasescope/base/threads.h"

namespace phasescope::model {
namespace {

using checkpoint::LinearWeights;
using checkpoint::NormWeights;
using checkpoint::Weight;

/// Makes float32 matrices out of weights and remembers what it allocated.
class Loader {
 public:
  Loader(const NullWeights& null_weights, std::vector<Buffer>& storage, std::uint64_t& bytes)
      : null_weights_(null_weights), storage_(storage), bytes_(bytes) {}

  /// How rows of a weight become float32.
  using Read = void (NullWeights::*)(const Weight&, std::int64_t, std::int64_t, float*) const;

  const float* load(const Weight& weight, Read read) {
    if (!weight) return nullptr;
    if (weight.is_plain_float32() && !null_weights_.random_weights())
      return reinterpret_cast<const float*>(weight.data);
    const std::int64_t rows = weight.rows();
    const std::int64_t columns = weight.columns();
    Buffer copy(static_cast<std::size_t>(rows * columns));
    float* out = copy.data();
    const std::int64_t rows_per_piece =
        std::max<std::int64_t>(1, kElementsPerPiece / std::max<std::int64_t>(1, columns));
    parallel_for((rows + rows_per_piece - 1) / rows_per_piece, [&](std::int64_t piece) {
      const std::int64_t first = piece * rows_per_piece;
      (null_weights_.*read)(weight, first, std::min(rows_per_piece, rows - first), out + first * columns);
    });
    bytes_ += static_cast<std::uint64_t>(rows * columns) * sizeof(float);
    storage_.push_back(std::move(copy));
    return out;
  }

  LinearTensor load(const LinearWeights& linear) {
    if (!linear.matrix) return {};
    return {ConstMatrix(load(linear.matrix, &NullWeights::read_matrix), linear.matrix.rows(),
                        linear.matrix.columns()),
            load(linear.bias, &NullWeights::read_bias)};
  }

  NormTensor load(const NormWeights& norm) {
    return {load(norm.scale, &NullWeights::read_norm_scale), load(norm.bias, &NullWeights::read_bias)};
  }

  std::vector<NormTensor> load(const std::vector<NormWeights>& norms) {
    std::vector<NormTensor> loaded;
    for (const NormWeights& norm : norms) loaded.push_back(load(norm));
    return loaded;
  }

 private:
  static constexpr std::int64_t kElementsPerPiece = 1 << 16;

  const NullWeights& null_weights_;
  std::vector<Buffer>& storage_;
  std::uint64_t& bytes_;
};

}  // namespace

std::shared_ptr<const LoadedBlock> load_block(const checkpoint::BlockWeights& weights,
                                              const NullWeights& null_weights) {
  auto block = std::make_shared<LoadedBlock>();
  Loader loader(null_weights, block->storage, block->bytes);
  block->attention_norm = loader.load(weights.attention_norm);
  block->attention_output_norm = loader.load(weights.attention_output_norm);
  block->feed_forward_norm = loader.load(weights.feed_forward_norm);
  block->feed_forward_output_norm = loader.load(weights.feed_forward_output_norm);
  block->query_norms = loader.load(weights.query_norms);
  block->key_norms = loader.load(weights.key_norms);
  block->query = loader.load(weights.query);
  block->key = loader.load(weights.key);
  block->value = loader.load(weights.value);
  block->output = loader.load(weights.output);
  block->gate = loader.load(weights.gate);
  block->up = loader.load(weights.up);
  block->down = loader.load(weights.down);
  block->router = loader.load(weights.router);
  for (const checkpoint::ExpertWeights& expert : weights.experts) {
    block->experts.push_back({loader.load(expert.gate), loader.load(expert.up), loader.load(expert.down)});
  }
  return block;
}

LoadedOuter load_outer(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights,
                       bool with_head) {
  LoadedOuter outer;
  Loader loader(null_weights, outer.storage, outer.bytes);
  const checkpoint::OuterWeights& weights = checkpoint.outer();
  outer.project_in = loader.load(weights.project_in);
  outer.project_out = loader.load(weights.project_out);
  outer.final_norm = loader.load(weights.final_norm);
  if (with_head) outer.head = loader.load(weights.head);
  return outer;
}

std::uint64_t converted_bytes(const checkpoint::Checkpoint& checkpoint) {
  return static_cast<std::uint64_t>(checkpoint.parameters()) * sizeof(float);
}

}  // namespace phasescope::model
