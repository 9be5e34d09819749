#include "host_backend.h"

#include "embedding.h"
#include "kv_cache.h"
#include "norm.h"
#include "stopwatch.h"

#include <algorithm>
#include <limits>

#include "phasescope/base/error.h"
#include "phasescope/base/memory.h"

namespace phasescope::model {
namespace {

using checkpoint::Architecture;

OperandType operands_named(const std::string& dtype) {
  if (dtype == "auto" || dtype == "float32") return OperandType::float32;
  if (dtype == "bfloat16") return OperandType::bfloat16;
  throw Error(ExitClass::usage,
              "--dtype: \"" + dtype + "\" cannot be computed in on the CPU, expected float32 or bfloat16");
}

std::uint64_t weights_budget(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  if (options.weights_memory >= 0) return static_cast<std::uint64_t>(options.weights_memory);
  // Half of what is free: states, caches and the page cache of the weights need the rest.
  const std::uint64_t half = available_memory() / 2;
  return std::min(half, 2 * converted_bytes(checkpoint));
}

/// The front of `storage`, made longer where it is too short.
Matrix sized(Buffer& storage, std::int64_t rows, std::int64_t columns) {
  const auto needed = static_cast<std::size_t>(rows * columns);
  if (storage.size() < needed) storage = Buffer(needed);
  return {storage.data(), rows, columns};
}

/// Rows that go through a block together, if sequences are short enough: what lies between two products then
/// is still in a cache when it is read. Products on the tile unit lose nothing by it, since they pass over
/// the weights again for every few hundred rows; others pass over them once.
std::int64_t rows_together(const HostBlock& weights) {
  constexpr std::int64_t on_tiles = 160;
  const bool tiles = weights.gate_up && weights.gate_up.weight->split;
  return tiles ? on_tiles : std::numeric_limits<std::int64_t>::max();
}

}  // namespace

class HostBackend::Batch : public BatchBackend {
 public:
  Batch(HostBackend& backend, const std::vector<std::int64_t>& cache_capacities)
      : backend_(backend), cache_(backend.checkpoint_.architecture(), cache_capacities) {}

  void begin(const PassRows& pass) override;
  ConstMatrix states(std::int64_t point) override;
  ConstMatrix mean_attention(std::size_t sequence) override { return sequences_[sequence].mean_attention; }
  ConstMatrix normed_states() override;
  std::vector<LogitOutcome> predict(const std::vector<LogitRow>& rows, const Sampling& sampling) override {
    return backend_.head_->predict(normed_states(), rows, sampling);
  }

 private:
  const Architecture& architecture() const { return backend_.checkpoint_.architecture(); }
  std::int64_t rows() const { return static_cast<std::int64_t>(pass_->tokens.size()); }
  /// The memory of a point; two points exist at a time.
  Matrix at_point(std::int64_t point) {
    return sized(backend_.points_[static_cast<std::size_t>(point % 2)], rows(), architecture().hidden);
  }
  void pack_sequences(std::int64_t block);
  void make_room_for_attention();
  void embed_tokens();
  void run_one_block(std::int64_t block);
  void run_sequences(std::int64_t block, const HostBlock& weights,
                     const std::vector<PackedSequence>& sequences, std::int64_t first_row);

  HostBackend& backend_;
  KvCache cache_;
  const PassRows* pass_ = nullptr;
  std::vector<RotaryTable> ropes_;
  std::vector<PackedSequence> sequences_;
  bool normed_ready_ = false;
};

void HostBackend::Batch::begin(const PassRows& pass) {
  pass_ = &pass;
  normed_ready_ = false;
  const ProfileClock clock(backend_.profile(), "rotary tables");
  ropes_.clear();
  for (const checkpoint::Rope& rope : architecture().ropes) ropes_.emplace_back(rope, pass.row_positions);
}

void HostBackend::Batch::embed_tokens() {
  const ProfileClock clock(backend_.profile(), "embedding");
  embed(backend_.checkpoint_, backend_.null_weights_, backend_.outer_, pass_->tokens, pass_->positions,
        backend_.linear_, at_point(0));
}

ConstMatrix HostBackend::Batch::states(std::int64_t point) {
  if (point == 0) {
    embed_tokens();
  } else {
    run_one_block(point - 1);
  }
  return at_point(point);
}

void HostBackend::Batch::pack_sequences(std::int64_t block) {
  sequences_.clear();
  for (const PassSequence& sequence : pass_->sequences) {
    sequences_.push_back({sequence.first_row,
                          sequence.rows,
                          sequence.first_position,
                          cache_.keys(block, sequence.member),
                          cache_.values(block, sequence.member),
                          {}});
  }
  const bool with_attention =
      !pass_->attention_blocks.empty() && pass_->attention_blocks[static_cast<std::size_t>(block)];
  if (with_attention) make_room_for_attention();
}

void HostBackend::Batch::make_room_for_attention() {
  std::int64_t elements = 0;
  for (const PackedSequence& sequence : sequences_) elements += sequence.rows * sequence.rows;
  float* next = sized(backend_.attention_, 1, elements).data;
  for (PackedSequence& sequence : sequences_) {
    sequence.mean_attention = Matrix(next, sequence.rows, sequence.rows);
    next += sequence.rows * sequence.rows;
  }
}

void HostBackend::Batch::run_one_block(std::int64_t block) {
  pack_sequences(block);
  const std::shared_ptr<const HostBlock> weights = backend_.blocks_->block(block);
  const std::int64_t most = rows_together(*weights);
  std::vector<PackedSequence> together;
  std::int64_t first_row = 0;
  for (PackedSequence& sequence : sequences_) {
    if (!together.empty() && sequence.first_row + sequence.rows - first_row > most) {
      run_sequences(block, *weights, together, first_row);
      first_row = sequence.first_row;
      together.clear();
    }
    together.push_back(sequence);
    together.back().first_row -= first_row;
  }
  run_sequences(block, *weights, together, first_row);
}

/// Rows [first_row, ...) of the pass, those of `sequences`, through a block.
void HostBackend::Batch::run_sequences(std::int64_t block, const HostBlock& weights,
                                       const std::vector<PackedSequence>& sequences, std::int64_t first_row) {
  const std::int64_t count = sequences.back().first_row + sequences.back().rows;
  backend_.scratch_.resize(count);
  const BlockPass pass{architecture(),    ropes_, first_row, backend_.linear_, backend_.scratch_,
                       backend_.profile()};
  run_block(pass, block, weights, sequences, at_point(block).slice(first_row, count),
            at_point(block + 1).slice(first_row, count));
}

ConstMatrix HostBackend::Batch::normed_states() {
  const Architecture& a = architecture();
  const ConstMatrix x = at_point(a.blocks);
  if (!a.final_norm) return x;
  const Matrix normed = sized(backend_.normed_, x.rows, x.columns);
  if (normed_ready_) return normed;
  const ProfileClock clock(backend_.profile(), "norms and residual sums");
  normalize_rows(a.norm, a.norm_epsilon, backend_.final_norm_, x, normed);
  normed_ready_ = true;
  return normed;
}

HostBackend::HostBackend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options)
    : checkpoint_(checkpoint),
      null_weights_(options.null_network, options.null_seed, checkpoint.architecture()),
      linear_(matrix_library_named(options.blas), operands_named(options.dtype), options.deterministic,
              profile()),
      scratch_(checkpoint.architecture()) {
  const Stopwatch watch;
  outer_ = load_outer(checkpoint, null_weights_, false);
  final_norm_ =
      WeightPreparation(null_weights_, linear_, Lifetime::kept, vectors_).norm(checkpoint.outer().final_norm);
  const std::uint64_t budget = weights_budget(checkpoint, options);
  head_ = std::make_unique<Head>(checkpoint, null_weights_, budget, linear_, profile());
  blocks_ = std::make_unique<HostBlocks>(checkpoint, null_weights_, budget - std::min(budget, head_->bytes()),
                                         linear_);
  outer_seconds_ = watch.seconds();
}

std::unique_ptr<BatchBackend> HostBackend::start_batch(const std::vector<std::int64_t>& cache_capacities) {
  return std::make_unique<Batch>(*this, cache_capacities);
}

}  // namespace phasescope::model
