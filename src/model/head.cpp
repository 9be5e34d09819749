#include "head.h"

#include "running_distribution.h"
#include "stopwatch.h"

#include <algorithm>

#include <Eigen/Core>

#include "phasescope/base/threads.h"
#include "phasescope/checkpoint/weight_pages.h"

namespace phasescope::model {
namespace {

constexpr std::int64_t kPanel = 2048;       // tokens whose logits exist at one time,
constexpr std::int64_t kRowTile = 256;      // of as many rows: together they stay in the second-level caches
constexpr std::int64_t kSplitRows = 128;    // the same for one thread and weights that are terms:
constexpr std::int64_t kSplitTokens = 512;  // the rows' terms and logits in half of a second-level cache
constexpr std::size_t kRowsAtOnce = 4096;   // rows that read a panel before the next is made ready
constexpr std::size_t kSampledRowsAtOnce = 128;  // the same where whole rows of logits are kept

Matrix sized(Buffer& storage, std::int64_t rows, std::int64_t columns) {
  const auto needed = static_cast<std::size_t>(rows * columns);
  if (storage.size() < needed) storage = Buffer(needed);
  return {storage.data(), rows, columns};
}

}  // namespace

/// Rows that pass through the head together.
struct Head::Rows {
  const LogitRow* wanted;
  std::int64_t count;
  std::int64_t panels;
  std::vector<RunningDistribution> parts;  ///< [count, panels], so that panels need not wait for each other
  std::vector<double> target_logits;
  bool sampled;   ///< whole rows of logits are kept
  Buffer logits;  ///< [count, vocabulary] where sampled

  Rows(const LogitRow* rows, std::size_t size, std::int64_t panel_count, bool keep_logits,
       std::int64_t vocabulary)
      : wanted(rows),
        count(static_cast<std::int64_t>(size)),
        panels(panel_count),
        target_logits(size, 0),
        sampled(keep_logits),
        logits(keep_logits ? size * static_cast<std::size_t>(vocabulary) : 0) {
    for (std::size_t i = 0; i < size; ++i)
      parts.insert(parts.end(), static_cast<std::size_t>(panels), RunningDistribution(rows[i].draw >= 0));
  }

  RunningDistribution& part(std::int64_t row, std::int64_t panel) {
    return parts[static_cast<std::size_t>(row * panels + panel)];
  }

  TokenDistribution distribution(std::int64_t row) {
    RunningDistribution all = part(row, 0);
    for (std::int64_t p = 1; p < panels; ++p) all.append(part(row, p));
    return all.distribution();
  }

  LogitOutcome outcome(std::int64_t row, const Sampling& sampling, std::int64_t vocabulary) {
    const auto i = static_cast<std::size_t>(row);
    LogitOutcome result;
    result.distribution = distribution(row);
    result.target_logit = target_logits[i];
    if (wanted[i].draw < 0 || !result.distribution.finite) return result;
    result.chosen = sampled ? choose(sampling, logits.data() + row * vocabulary, vocabulary, wanted[i].draw)
                            : result.distribution.best;
    return result;
  }
};

Head::Head(const checkpoint::Checkpoint& checkpoint, const NullWeights& null_weights, std::uint64_t budget,
           Linear& linear, Profile& profile)
    : checkpoint_(checkpoint), null_weights_(null_weights), linear_(linear), profile_(profile) {
  const checkpoint::OuterWeights& outer = checkpoint.outer();
  const WeightPreparation prepare(null_weights, linear, Lifetime::kept, vectors_);
  project_out_ = prepare.linear({&outer.project_out});
  bias_ = prepare.bias(outer.head.bias);
  const checkpoint::Weight& matrix = outer.head.matrix;
  const auto bytes = static_cast<std::uint64_t>(matrix.rows() * matrix.columns()) * sizeof(float);
  if (bytes > budget) return;
  for (std::int64_t p = 0; p < panels(); ++p) {
    kept_.push_back(prepare_panel(p, Lifetime::kept));
    bytes_ += kept_.back().weight->bytes();
  }
  checkpoint::release_pages(matrix);
}

std::int64_t Head::panels() const {
  return (architecture().vocabulary + kPanel - 1) / kPanel;
}

PreparedLinear Head::prepare_panel(std::int64_t panel, Lifetime lifetime) {
  const WeightPreparation prepare(null_weights_, linear_, lifetime, vectors_);
  const std::int64_t first = panel * kPanel;
  const WeightSource source = prepare.source({&checkpoint_.outer().head.matrix}, first,
                                             std::min(kPanel, architecture().vocabulary - first));
  return {linear_.prepare(source, lifetime), bias_ == nullptr ? nullptr : bias_ + first};
}

PreparedLinear Head::panel(std::int64_t panel) {
  if (!kept_.empty()) return kept_[static_cast<std::size_t>(panel)];
  const Stopwatch watch;
  const PreparedLinear prepared = prepare_panel(panel, Lifetime::once);
  seconds_ += watch.seconds();
  return prepared;
}

/// The wanted rows one after another, projected where the family does so.
ConstMatrix Head::gather(ConstMatrix normed, const Rows& rows) {
  const Matrix input = sized(gathered_, rows.count, architecture().hidden);
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < rows.count; ++i)
    std::copy_n(normed.row(rows.wanted[i].row), input.columns, input.row(i));
  if (!project_out_) return input;
  const Matrix projected = sized(projected_, rows.count, project_out_.outputs());
  linear_.apply(input, project_out_, projected);
  return projected;
}

/// Scale, then soft cap, in place.
void Head::finish_logits(float* logits, std::int64_t count) const {
  Eigen::Map<Eigen::ArrayXf> row(logits, count);
  if (architecture().logit_scale != 1) row *= static_cast<float>(architecture().logit_scale);
  if (!architecture().logit_softcap) return;
  const auto cap = static_cast<float>(*architecture().logit_softcap);
  row = cap * (row / cap).tanh();
}

/// Logits of one row for tokens [first_token, first_token + count) of a panel.
void Head::add_row(Rows& rows, std::int64_t row, std::int64_t panel, float* logits, std::int64_t count,
                   std::int64_t first_token) const {
  const auto i = static_cast<std::size_t>(row);
  finish_logits(logits, count);
  rows.part(row, panel).add(logits, count, first_token);
  const std::int64_t target = rows.wanted[i].target - first_token;
  if (target >= 0 && target < count) rows.target_logits[i] = static_cast<double>(logits[target]);
  if (rows.sampled)
    std::copy_n(logits, count, rows.logits.data() + row * architecture().vocabulary + first_token);
}

void Head::add_panel(const PreparedLinear& weights, std::int64_t panel, ConstMatrix input, Rows& rows) {
  for (std::int64_t first = 0; first < rows.count; first += kRowTile) {
    const Matrix logits = sized(logits_, std::min(kRowTile, rows.count - first), weights.outputs());
    linear_.apply({input.row(first), logits.rows, input.columns, input.stride}, weights, logits);
    const ProfileClock clock(profile_, "logits and their distributions");
#pragma omp parallel for schedule(static)
    for (std::int64_t r = 0; r < logits.rows; ++r)
      add_row(rows, first + r, panel, logits.row(r), logits.columns, panel * kPanel);
  }
}

/// Panels [first, first + count) whose weights are terms, with all rows in `terms_`: a thread takes some rows
/// through a panel, so that it finds their logits in its cache.
void Head::add_split_panels(std::int64_t first, std::int64_t count, const PreparedLinear* weights,
                            Rows& rows) {
  const Stopwatch watch;
  SharedSeconds adding;
  const std::int64_t chunks = (rows.count + kSplitRows - 1) / kSplitRows;
#pragma omp parallel for collapse(2) schedule(dynamic)
  for (std::int64_t p = 0; p < count; ++p) {
    for (std::int64_t c = 0; c < chunks; ++c) {
      static thread_local Buffer storage;
      const PreparedLinear& panel = weights[p];
      const std::int64_t first_row = c * kSplitRows;
      for (std::int64_t token = 0; token < panel.outputs(); token += kSplitTokens) {
        const Matrix logits = sized(storage, std::min(kSplitRows, rows.count - first_row),
                                    std::min(kSplitTokens, panel.outputs() - token));
        panel.weight->split->multiply_part(terms_, first_row, token, panel.bias, logits);
        const Stopwatch adding_watch;
        for (std::int64_t r = 0; r < logits.rows; ++r)
          add_row(rows, first_row + r, first + p, logits.row(r), logits.columns,
                  (first + p) * kPanel + token);
        adding.add(adding_watch.seconds());
      }
    }
  }
  const double others = adding.total() / thread_count();
  const double seconds_of_each = (watch.seconds() - others) / static_cast<double>(count);
  for (std::int64_t p = 0; p < count; ++p)
    count_product(profile_, *weights[p].weight, rows.count, seconds_of_each);
  profile_.add("logits and their distributions", others);
}

void Head::add_all(ConstMatrix input, Rows& rows) {
  const auto is_split = [](const PreparedLinear& panel) { return panel.weight->split.has_value(); };
  bool have_terms = false;
  const auto add = [&](std::int64_t first, std::int64_t count, const PreparedLinear* weights) {
    if (!is_split(weights[0])) {
      add_panel(weights[0], first, input, rows);
      return;
    }
    if (!have_terms) terms_.assign(input, weights[0].weight->split->input_terms());
    have_terms = true;
    add_split_panels(first, count, weights, rows);
  };
  if (!kept_.empty() && std::all_of(kept_.begin(), kept_.end(), is_split)) {
    add(0, panels(), kept_.data());
    return;
  }
  for (std::int64_t p = 0; p < panels(); ++p) {
    const PreparedLinear weights = panel(p);
    add(p, 1, &weights);
  }
}

std::vector<LogitOutcome> Head::predict(ConstMatrix normed, const std::vector<LogitRow>& wanted,
                                        const Sampling& sampling) {
  const bool sampled = sampling.temperature > 0;
  const std::size_t at_once = sampled ? kSampledRowsAtOnce : kRowsAtOnce;
  std::vector<LogitOutcome> outcomes(wanted.size());
  for (std::size_t first = 0; first < wanted.size(); first += at_once) {
    Rows rows(&wanted[first], std::min(at_once, wanted.size() - first), panels(), sampled,
              architecture().vocabulary);
    add_all(gather(normed, rows), rows);
    const ProfileClock clock(profile_, "sampling");
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t i = 0; i < rows.count; ++i)
      outcomes[first + static_cast<std::size_t>(i)] = rows.outcome(i, sampling, architecture().vocabulary);
  }
  if (kept_.empty()) checkpoint::release_pages(checkpoint_.outer().head.matrix);
  return outcomes;
}

}  // namespace phasescope::model
