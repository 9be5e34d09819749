#include "host_backend.h"

#include "block.h"
#include "embedding.h"
#include "kv_cache.h"
#include "norm.h"
#include "stopwatch.h"

#include <algorithm>
#include <array>
#include <optional>

#include "phasescope/base/memory.h"

namespace phasescope::model {
namespace {

using checkpoint::Architecture;

constexpr std::size_t kLogitRows = 128;  // rows whose logits exist at one time

std::uint64_t weights_budget(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options) {
  if (options.weights_memory >= 0) return static_cast<std::uint64_t>(options.weights_memory);
  // Half of what is free: states, caches and the page cache of the weights need the rest.
  const std::uint64_t half = available_memory() / 2;
  return std::min(half, converted_bytes(checkpoint));
}

/// Scale, then soft cap, in place.
void finish_logits(const Architecture& a, Eigen::Map<Eigen::ArrayXf> row) {
  if (a.logit_scale != 1) row *= static_cast<float>(a.logit_scale);
  if (!a.logit_softcap) return;
  const auto cap = static_cast<float>(*a.logit_softcap);
  row = cap * (row / cap).tanh();
}

LogitOutcome outcome_of(const LogitRow& wanted, const Sampling& sampling, const float* logits,
                        std::int64_t vocabulary) {
  LogitOutcome outcome;
  outcome.distribution = describe(logits, vocabulary);
  if (wanted.target >= 0) outcome.target_logit = static_cast<double>(logits[wanted.target]);
  if (wanted.draw >= 0 && outcome.distribution.finite)
    outcome.chosen = choose(sampling, logits, vocabulary, wanted.draw);
  return outcome;
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
  std::vector<LogitOutcome> predict(const std::vector<LogitRow>& rows, const Sampling& sampling) override;

 private:
  const Architecture& architecture() const { return backend_.checkpoint_.architecture(); }
  std::int64_t rows() const { return static_cast<std::int64_t>(pass_->tokens.size()); }
  /// The memory of a point; two points exist at a time.
  Matrix at_point(std::int64_t point);
  void pack_sequences(std::int64_t block);
  void make_room_for_attention();
  void run_one_block(std::int64_t block);
  void predict_rows(const LogitRow* wanted, std::size_t count, const Sampling& sampling,
                    std::vector<LogitOutcome>& outcomes);
  Matrix head_input(const LogitRow* wanted, std::size_t count, Buffer& gathered, Buffer& projected);

  HostBackend& backend_;
  KvCache cache_;
  const PassRows* pass_ = nullptr;
  std::vector<RotaryTable> ropes_;
  std::optional<BlockScratch> scratch_;
  std::vector<PackedSequence> sequences_;
  std::array<Buffer, 2> points_;
  Buffer normed_;
  bool normed_ready_ = false;
  Buffer attention_storage_;
};

void HostBackend::Batch::begin(const PassRows& pass) {
  pass_ = &pass;
  normed_ready_ = false;
  ropes_.clear();
  for (const checkpoint::Rope& rope : architecture().ropes) ropes_.emplace_back(rope, pass.row_positions);
  scratch_.emplace(architecture(), rows());
  for (Buffer& point : points_) point.resize(static_cast<std::size_t>(rows() * architecture().hidden));
}

Matrix HostBackend::Batch::at_point(std::int64_t point) {
  return {points_[static_cast<std::size_t>(point % 2)].data(), rows(), architecture().hidden};
}

ConstMatrix HostBackend::Batch::states(std::int64_t point) {
  if (point == 0) {
    embed(backend_.checkpoint_, backend_.null_weights_, backend_.outer_, pass_->tokens, pass_->positions,
          backend_.linear_, at_point(0));
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
  std::size_t elements = 0;
  for (const PackedSequence& sequence : sequences_)
    elements += static_cast<std::size_t>(sequence.rows * sequence.rows);
  attention_storage_.resize(elements);
  float* next = attention_storage_.data();
  for (PackedSequence& sequence : sequences_) {
    sequence.mean_attention = Matrix(next, sequence.rows, sequence.rows);
    next += sequence.rows * sequence.rows;
  }
}

void HostBackend::Batch::run_one_block(std::int64_t block) {
  const Matrix x = at_point(block + 1);
  const ConstMatrix before = at_point(block);
  std::copy(before.data, before.data + before.rows * before.columns, x.data);
  pack_sequences(block);
  const std::shared_ptr<const LoadedBlock> weights = backend_.blocks_.block(block);
  run_block(architecture(), block, *weights, ropes_, sequences_, backend_.linear_, *scratch_, x);
}

ConstMatrix HostBackend::Batch::normed_states() {
  const Architecture& a = architecture();
  const ConstMatrix x = at_point(a.blocks);
  if (!a.final_norm) return x;
  normed_.resize(static_cast<std::size_t>(x.rows * x.columns));
  const Matrix normed(normed_.data(), x.rows, x.columns);
  if (!normed_ready_) normalize_rows(a.norm, a.norm_epsilon, backend_.outer_.final_norm, x, normed);
  normed_ready_ = true;
  return normed;
}

std::vector<LogitOutcome> HostBackend::Batch::predict(const std::vector<LogitRow>& rows,
                                                      const Sampling& sampling) {
  std::vector<LogitOutcome> outcomes;
  for (std::size_t first = 0; first < rows.size(); first += kLogitRows) {
    predict_rows(&rows[first], std::min(kLogitRows, rows.size() - first), sampling, outcomes);
  }
  return outcomes;
}

/// The wanted rows of the normed states, projected where the family does so.
Matrix HostBackend::Batch::head_input(const LogitRow* wanted, std::size_t count, Buffer& gathered,
                                      Buffer& projected) {
  const Architecture& a = architecture();
  const ConstMatrix normed = normed_states();
  const auto rows = static_cast<std::int64_t>(count);
  gathered.resize(count * static_cast<std::size_t>(a.hidden));
  const Matrix input(gathered.data(), rows, a.hidden);
  for (std::int64_t i = 0; i < rows; ++i) {
    const float* row = normed.row(wanted[i].row);
    std::copy(row, row + a.hidden, input.row(i));
  }
  if (!backend_.outer_.project_out) return input;
  projected.resize(count * static_cast<std::size_t>(a.embedding_width));
  const Matrix output(projected.data(), rows, a.embedding_width);
  backend_.linear_.apply(input, backend_.outer_.project_out, output);
  return output;
}

void HostBackend::Batch::predict_rows(const LogitRow* wanted, std::size_t count, const Sampling& sampling,
                                      std::vector<LogitOutcome>& outcomes) {
  const Architecture& a = architecture();
  Buffer gathered, projected;
  const Matrix input = head_input(wanted, count, gathered, projected);
  Buffer logits(count * static_cast<std::size_t>(a.vocabulary));
  backend_.linear_.apply(input, backend_.outer_.head, Matrix(logits.data(), input.rows, a.vocabulary));
  const std::size_t first = outcomes.size();
  outcomes.resize(first + count);
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < count; ++i) {
    float* row = logits.data() + i * static_cast<std::size_t>(a.vocabulary);
    finish_logits(a, Eigen::Map<Eigen::ArrayXf>(row, a.vocabulary));
    outcomes[first + i] = outcome_of(wanted[i], sampling, row, a.vocabulary);
  }
}

HostBackend::HostBackend(const checkpoint::Checkpoint& checkpoint, const ModelOptions& options)
    : checkpoint_(checkpoint),
      null_weights_(options.null_network, options.null_seed, checkpoint.architecture()),
      linear_(matrix_library_named(options.blas), options.deterministic),
      blocks_(checkpoint, null_weights_, weights_budget(checkpoint, options)) {
  const Stopwatch watch;
  outer_ = load_outer(checkpoint, null_weights_);
  outer_seconds_ = watch.seconds();
}

std::unique_ptr<BatchBackend> HostBackend::start_batch(const std::vector<std::int64_t>& cache_capacities) {
  return std::make_unique<Batch>(*this, cache_capacities);
}

}  // namespace phasescope::model
