#include "tensor_backend.h"

#include "embedding.h"
#include "state_outlet.h"
#include "stopwatch.h"
#include "tensor_block.h"
#include "tensor_device.h"
#include "tensor_grams.h"
#include "tensor_logits.h"
#include "tensor_profile.h"

#include <algorithm>

#include <ATen/ATen.h>

namespace phasescope::model::tensors {
namespace {

using checkpoint::Architecture;

/// Points of states on their way to the host at one time, in bytes: what a few generated tokens need goes
/// through all blocks without waiting.
constexpr std::int64_t kStatesOnTheWay = std::int64_t{1} << 28;
/// Logits that exist at one time.
constexpr std::int64_t kLogits = std::int64_t{1} << 25;

/// Kinds of work in the profile that several places do.
constexpr const char* kOfLogits = "logits and their distributions";
constexpr const char* kOfGrams = "Gram matrices";

at::Tensor uploaded(ConstMatrix x, c10::Device device) {
  return at::from_blob(const_cast<float*>(x.data), {x.rows, x.columns}, at::kFloat).clone().to(device);
}

at::Tensor uploaded(const std::vector<std::int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

ConstMatrix matrix_over(const at::Tensor& x) {
  return {x.data_ptr<float>(), x.size(0), x.size(1)};
}

/// Keys and values of the sequences that generate, one after another, in every block.
class TensorCaches {
 public:
  TensorCaches(const Architecture& architecture, const std::vector<std::int64_t>& capacities,
               const TensorSettings& settings);

  TensorCache& block(std::int64_t index) { return blocks_[static_cast<std::size_t>(index)]; }
  /// Row of a sequence's position 0; -1: nothing of it is kept.
  std::int64_t first_row(std::size_t member) const { return first_rows_[member]; }

 private:
  std::vector<std::int64_t> first_rows_;
  std::vector<TensorCache> blocks_;
};

TensorCaches::TensorCaches(const Architecture& architecture, const std::vector<std::int64_t>& capacities,
                           const TensorSettings& settings) {
  std::int64_t rows = 0;
  for (const std::int64_t capacity : capacities) {
    first_rows_.push_back(capacity > 0 ? rows : -1);
    rows += capacity;
  }
  blocks_.resize(static_cast<std::size_t>(architecture.blocks));
  if (rows == 0) return;
  // Padding reads rows that nothing was written to yet: they must hold numbers.
  const at::TensorOptions options = at::TensorOptions(settings.compute).device(settings.device);
  for (TensorCache& cache : blocks_) {
    cache.keys = at::zeros({rows, architecture.key_value_width()}, options);
    cache.values = at::zeros_like(cache.keys);
  }
}

std::vector<std::int64_t> key_rows(const PassRows& pass, const TensorCaches& caches, bool from_cache) {
  std::vector<std::int64_t> rows;
  for (const PassSequence& sequence : pass.sequences)
    rows.push_back(from_cache ? caches.first_row(sequence.member) : sequence.first_row);
  return rows;
}

/// Which rows of a pass are kept, and where.
void find_cache_places(const PassRows& pass, const TensorCaches& caches, c10::Device device, TensorPass& to) {
  std::vector<std::int64_t> rows, places;
  for (const PassSequence& sequence : pass.sequences) {
    const std::int64_t first = caches.first_row(sequence.member);
    for (std::int64_t r = 0; first >= 0 && r < sequence.rows; ++r) {
      rows.push_back(sequence.first_row + r);
      places.push_back(first + sequence.first_position + r);
    }
  }
  if (places.empty()) return;
  to.cache_places = uploaded(places, device);
  if (places.size() < pass.tokens.size()) to.cached_rows = uploaded(rows, device);
}

std::vector<TensorRotary> rotaries(const PassRows& pass, const Architecture& architecture,
                                   c10::Device device) {
  std::vector<TensorRotary> ropes;
  for (const checkpoint::Rope& rope : architecture.ropes) {
    const RotaryTable table(rope, pass.row_positions);
    ropes.push_back(
        {uploaded(table.cosine(), device).unsqueeze(1), uploaded(table.sine(), device).unsqueeze(1)});
  }
  return ropes;
}

TensorPass tensor_pass(const PassRows& pass, const TensorCaches& caches, const Architecture& architecture,
                       c10::Device device, TensorProfile& profile) {
  const bool from_cache = std::any_of(pass.sequences.begin(), pass.sequences.end(),
                                      [](const PassSequence& s) { return s.first_position > 0; });
  TensorPass to{profile,
                rotaries(pass, architecture, device),
                AttentionPlan(pass, key_rows(pass, caches, from_cache), architecture, device),
                {},
                {},
                from_cache};
  find_cache_places(pass, caches, device, to);
  return to;
}

}  // namespace

class TensorBackend::Batch : public BatchBackend {
 public:
  Batch(TensorBackend& backend, const std::vector<std::int64_t>& cache_capacities)
      : backend_(backend),
        caches_(backend.checkpoint_.architecture(), cache_capacities, backend.settings_),
        outlet_(backend.settings_.device, at::kFloat) {}

  void begin(const PassRows& pass) override;
  ConstMatrix states(std::int64_t point) override;
  ConstMatrix mean_attention(std::size_t sequence) override;
  ConstMatrix normed_states() override;
  const states::GramMatrices* grams() override { return shown_grams_; }
  std::vector<LogitOutcome> predict(const std::vector<LogitRow>& rows, const Sampling& sampling) override;

 private:
  const Architecture& architecture() const { return backend_.checkpoint_.architecture(); }
  c10::Device device() const { return backend_.settings_.device; }
  ProductTerms terms() const {
    return backend_.settings_.compute == at::kFloat ? ProductTerms::three : ProductTerms::one;
  }
  bool attention_wanted(std::int64_t block) const {
    return !pass_->attention_blocks.empty() && pass_->attention_blocks[static_cast<std::size_t>(block)];
  }
  std::int64_t points_ahead() const;
  void enter(const PassRows& pass);
  void embed_rows();
  void run_next_block();
  void send();
  void read_attention();
  at::Tensor& normed();
  at::Tensor logits(const LogitRow* wanted, std::int64_t count);

  template <class Work>
  auto guarded(Work work) {
    return on_device(device(), work);
  }

  TensorBackend& backend_;
  TensorCaches caches_;
  StateOutlet outlet_;
  std::optional<TensorGrams> grams_;  ///< of a pass that wants some
  const states::GramMatrices* shown_grams_ = nullptr;
  const PassRows* pass_ = nullptr;
  std::optional<TensorPass> tensors_;
  std::int64_t ahead_ = 1;
  std::int64_t sent_ = -1;  ///< the newest point that has been enqueued
  at::Tensor x_, normed_, normed_on_host_;
  std::vector<at::Tensor> mean_weights_;  ///< of the newest block, where wanted
  std::vector<Buffer> mean_attention_;    ///< of each sequence of the pass
};

/// How many points may be under way beyond the one that is looked at.
std::int64_t TensorBackend::Batch::points_ahead() const {
  const auto& wanted = pass_->attention_blocks;
  if (std::find(wanted.begin(), wanted.end(), true) != wanted.end()) return 0;
  const auto bytes = static_cast<std::int64_t>(pass_->tokens.size() * sizeof(float)) * architecture().hidden;
  return std::clamp<std::int64_t>(kStatesOnTheWay / bytes, 1, architecture().blocks);
}

void TensorBackend::Batch::begin(const PassRows& pass) {
  guarded([&] { enter(pass); });
}

void TensorBackend::Batch::enter(const PassRows& pass) {
  pass_ = &pass;
  normed_ = at::Tensor();
  tensors_.emplace(tensor_pass(pass, caches_, architecture(), device(), backend_.kernels_));
  ahead_ = points_ahead();
  outlet_.begin(static_cast<std::int64_t>(pass.tokens.size()), architecture().hidden, ahead_);
  grams_.reset();
  shown_grams_ = nullptr;
  if (!pass.reading.gram_rows.empty()) grams_.emplace(pass, device(), ahead_);
  embed_rows();
  sent_ = 0;
  send();
}

void TensorBackend::Batch::embed_rows() {
  const TensorClock clock(backend_.kernels_, "embedding");
  const auto rows = static_cast<std::int64_t>(pass_->tokens.size());
  const at::Tensor host = at::empty({rows, architecture().hidden},
                                    at::TensorOptions(at::kFloat).pinned_memory(!device().is_cpu()));
  embed(backend_.checkpoint_, backend_.null_weights_, backend_.host_outer_, pass_->tokens, pass_->positions,
        backend_.host_linear_, Matrix(host.data_ptr<float>(), rows, architecture().hidden));
  x_ = host.to(device(), at::kFloat, true);
}

/// The newest point: the rows that are read, and products in place of the others.
void TensorBackend::Batch::send() {
  const auto& rows = pass_->reading.rows;
  outlet_.send(sent_, x_, rows.empty() ? nullptr : &rows[static_cast<std::size_t>(sent_)]);
  if (!grams_) return;
  const TensorClock clock(backend_.kernels_, kOfGrams);
  grams_->send(sent_, x_);
}

void TensorBackend::Batch::run_next_block() {
  const std::int64_t block = sent_;
  const bool with_attention = attention_wanted(block);
  mean_weights_.clear();
  const TensorBlock weights = backend_.weights_->block(block);
  x_ = run_block(architecture(), block, weights, terms(), *tensors_, caches_.block(block),
                 with_attention ? &mean_weights_ : nullptr, x_);
  backend_.weights_->release();
  ++sent_;
  send();
  if (with_attention) read_attention();
}

ConstMatrix TensorBackend::Batch::states(std::int64_t point) {
  return guarded([&] {
    const std::int64_t until = std::min(architecture().blocks, point + ahead_);
    while (sent_ < until) run_next_block();
    if (grams_) shown_grams_ = &grams_->receive(point);
    return matrix_over(outlet_.receive(point));
  });
}

/// Puts together what the groups of the plan hold of each sequence.
void TensorBackend::Batch::read_attention() {
  mean_attention_.clear();
  for (const PassSequence& sequence : pass_->sequences)
    mean_attention_.emplace_back(static_cast<std::size_t>(sequence.rows * sequence.rows), 0.0F);
  const std::vector<AttentionGroup>& groups = tensors_->attention.groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const at::Tensor means = mean_weights_[g].cpu();
    const float* span_means = means.data_ptr<float>();
    for (const AttentionSpan& span : groups[g].spans) {
      const std::int64_t rows = pass_->sequences[span.sequence].rows;
      for (std::int64_t q = 0; q < span.queries; ++q) {
        std::copy_n(span_means + q * groups[g].keys, span.keys(),
                    mean_attention_[span.sequence].data() + (span.first_position + q) * rows);
      }
      span_means += groups[g].queries * groups[g].keys;
    }
  }
}

ConstMatrix TensorBackend::Batch::mean_attention(std::size_t sequence) {
  const std::int64_t rows = pass_->sequences[sequence].rows;
  return {mean_attention_[sequence].data(), rows, rows};
}

at::Tensor& TensorBackend::Batch::normed() {
  if (!normed_.defined()) {
    const TensorClock clock(backend_.kernels_, "norms and residual sums");
    normed_ =
        architecture().final_norm ? normalize(architecture(), backend_.weights_->outer().final_norm, x_) : x_;
  }
  return normed_;
}

ConstMatrix TensorBackend::Batch::normed_states() {
  return guarded([&] {
    const at::Tensor& states = normed();
    if (grams_) {
      const TensorClock clock(backend_.kernels_, kOfGrams);
      shown_grams_ = &grams_->receive_normed(architecture().blocks, states);
    }
    normed_on_host_ = states.cpu();
    return matrix_over(normed_on_host_);
  });
}

/// Logits of the wanted rows, [count, vocabulary], scaled, then capped.
at::Tensor TensorBackend::Batch::logits(const LogitRow* wanted, std::int64_t count) {
  const Architecture& a = architecture();
  const TensorOuter& outer = backend_.weights_->outer();
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < count; ++i) rows.push_back(wanted[i].row);
  at::Tensor states = normed().index_select(0, uploaded(rows, device()));
  if (outer.project_out) states = timed_linear(states, outer.project_out, terms(), backend_.kernels_);
  at::Tensor logits = timed_linear(states, outer.head, terms(), backend_.kernels_);
  const TensorClock clock(backend_.kernels_, kOfLogits);
  if (a.logit_scale != 1) logits.mul_(a.logit_scale);
  if (a.logit_softcap) logits.div_(*a.logit_softcap).tanh_().mul_(*a.logit_softcap);
  return logits;
}

std::vector<LogitOutcome> TensorBackend::Batch::predict(const std::vector<LogitRow>& rows,
                                                        const Sampling& sampling) {
  return guarded([&] {
    const auto at_once =
        static_cast<std::size_t>(std::max<std::int64_t>(1, kLogits / architecture().vocabulary));
    std::vector<LogitOutcome> outcomes;
    for (std::size_t first = 0; first < rows.size(); first += at_once) {
      const std::size_t count = std::min(at_once, rows.size() - first);
      const at::Tensor here = logits(&rows[first], static_cast<std::int64_t>(count));
      const TensorClock clock(backend_.kernels_, kOfLogits);
      for (const LogitOutcome& outcome : outcomes_of(here, &rows[first], sampling))
        outcomes.push_back(outcome);
    }
    backend_.kernels_.collect();
    return outcomes;
  });
}

TensorBackend::TensorBackend(const checkpoint::Checkpoint& checkpoint, const TensorSettings& settings)
    : checkpoint_(checkpoint),
      settings_(settings),
      null_weights_(settings.null_network, settings.null_seed, checkpoint.architecture()),
      host_linear_(default_matrix_library(), OperandType::float32, false, host_profile_),
      kernels_(settings.device, settings.profile, profile()) {
  const Stopwatch watch;
  require_exact_products();
  host_outer_ = load_outer(checkpoint, null_weights_);
  on_device(settings.device, [&] {
    weights_.emplace(checkpoint, null_weights_, host_outer_, settings.device, settings.compute,
                     settings.keep_bfloat16, settings.weights_memory);
  });
  outer_seconds_ = watch.seconds();
}

std::unique_ptr<BatchBackend> TensorBackend::start_batch(const std::vector<std::int64_t>& cache_capacities) {
  return on_device(settings_.device, [&] { return std::make_unique<Batch>(*this, cache_capacities); });
}

std::string TensorBackend::device() const {
  return device_text(settings_.device);
}

std::string TensorBackend::dtype() const {
  if (settings_.compute == at::kBFloat16) return "bfloat16";
  return settings_.compute == at::kHalf ? "float16" : "float32";
}

TensorSettings tensor_settings(const ModelOptions& options) {
  TensorSettings settings;
  settings.device = device_named(options.device == "auto" ? "cuda" : options.device);
  if (options.dtype == "bfloat16") settings.compute = at::kBFloat16;
  if (options.dtype == "float16") settings.compute = at::kHalf;
  // On the CPU, where only tests come here, products of terms are slower but the same.
  settings.keep_bfloat16 =
      options.bfloat16_terms && (settings.device.is_cpu() || has_wide_products(settings.device));
  settings.weights_memory = options.weights_memory;
  settings.null_network = options.null_network;
  settings.null_seed = options.null_seed;
  settings.profile = options.profile;
  return settings;
}

}  // namespace phasescope::model::tensors
