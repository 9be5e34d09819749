#include "tensor_logits.h"

#include <cmath>

#include <ATen/ATen.h>

namespace phasescope::model::tensors {
namespace {

/// Columns of the table of reductions.
enum Column { best, largest, second, weight, weighted_gap, finite, target, columns };

std::vector<std::int64_t> targets_of(const LogitRow* wanted, std::int64_t rows) {
  std::vector<std::int64_t> targets;
  for (std::int64_t i = 0; i < rows; ++i) targets.push_back(std::max<std::int64_t>(0, wanted[i].target));
  return targets;
}

/// [rows, columns] in float64, on the host.
at::Tensor reductions(const at::Tensor& logits, const LogitRow* wanted) {
  const std::int64_t rows = logits.size(0);
  const at::Tensor best = logits.argmax(1, true);  // the first of equals
  const at::Tensor top = std::get<0>(logits.topk(std::min<std::int64_t>(2, logits.size(1)), 1));
  const at::Tensor gaps = logits.to(at::kDouble).sub_(top.narrow(1, 0, 1));
  const at::Tensor weights = gaps.exp();
  const at::Tensor targets = at::tensor(targets_of(wanted, rows), at::kLong).to(logits.device());
  const at::Tensor table =
      at::cat({best.to(at::kDouble), top.narrow(1, 0, 1).to(at::kDouble),
               top.narrow(1, top.size(1) - 1, 1).to(at::kDouble), weights.sum(1, true),
               (gaps * weights).sum(1, true), at::isfinite(logits).all(1, true).to(at::kDouble),
               logits.gather(1, targets.unsqueeze(1)).to(at::kDouble)},
              1);
  return table.cpu();
}

LogitOutcome outcome_of(const double* reduced, const LogitRow& wanted, std::int64_t vocabulary) {
  LogitOutcome outcome;
  TokenDistribution& distribution = outcome.distribution;
  distribution.finite = reduced[finite] > 0;
  if (wanted.target >= 0) outcome.target_logit = reduced[target];
  if (!distribution.finite) return outcome;
  const double log_weight = std::log(reduced[weight]);
  distribution.best = static_cast<std::int64_t>(reduced[best]);
  distribution.top1 = 1 / reduced[weight];
  distribution.margin =
      vocabulary > 1 ? distribution.top1 * -std::expm1(reduced[second] - reduced[largest]) : 1;
  distribution.entropy = log_weight - reduced[weighted_gap] / reduced[weight];
  distribution.log_normalizer = reduced[largest] + log_weight;
  return outcome;
}

/// Draws need a row's logits in order; with the temperature at 0 the largest is known already.
void choose_tokens(const at::Tensor& logits, const LogitRow* wanted, const Sampling& sampling,
                   std::vector<LogitOutcome>& outcomes) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (wanted[i].draw < 0 || !outcomes[i].distribution.finite) continue;
    outcomes[i].chosen = outcomes[i].distribution.best;
    if (sampling.temperature <= 0) continue;
    const at::Tensor row = logits[static_cast<std::int64_t>(i)].cpu();
    outcomes[i].chosen = choose(sampling, row.data_ptr<float>(), row.size(0), wanted[i].draw);
  }
}

}  // namespace

std::vector<LogitOutcome> outcomes_of(const at::Tensor& logits, const LogitRow* wanted,
                                      const Sampling& sampling) {
  const at::Tensor table = reductions(logits, wanted);
  std::vector<LogitOutcome> outcomes;
  for (std::int64_t i = 0; i < logits.size(0); ++i)
    outcomes.push_back(outcome_of(table.data_ptr<double>() + i * columns, wanted[i], logits.size(1)));
  choose_tokens(logits, wanted, sampling, outcomes);
  return outcomes;
}

}  // namespace phasescope::model::tensors
