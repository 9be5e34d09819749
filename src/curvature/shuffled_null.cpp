#include "phasescope/curvature/shuffled_null.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "phasescope/base/threads.h"
#include "phasescope/curvature/run_statistics.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::curvature {
namespace {

/// Values closer than this, relatively, differ by rounding only.
constexpr double rounding = 1e-12;

/// A trajectory through a growing random order of a run's states. Adding a state moves another one to the
/// end, so only the terms around two places change.
class GrowingShuffle {
 public:
  GrowingShuffle(const PairTable& pairs, const Definition& definition)
      : pairs_(pairs), definition_(definition) {
    order_.reserve(pairs.size());
  }

  void add_state(stats::RandomStream& stream) {
    const std::size_t item = order_.size();
    const auto place = static_cast<std::size_t>(stream.below(item + 1));
    order_.push_back(item);
    std::swap(order_[place], order_[item]);
    if (order_.size() < 3) return;
    terms_.ct.push_back(0);
    terms_.delta.push_back(0);
    terms_.curvature.push_back(0);
    const std::size_t last = terms_.ct.size() - 1;
    for (std::size_t k = place < 2 ? 0 : place - 2; k <= std::min(place, last); ++k) update(k);
    if (place < last) update(last);
  }

  const TrajectoryTerms& terms() const { return terms_; }

 private:
  void update(std::size_t k) {
    const std::size_t i = order_[k];
    const std::size_t j = order_[k + 1];
    const std::size_t l = order_[k + 2];
    terms_.delta[k] = definition_.alignment == Alignment::causal ? pairs_.delta(j, l) : pairs_.delta(i, j);
    terms_.curvature[k] = pairs_.curvature(i, j, l);
    terms_.ct[k] = product_of(terms_.delta[k], terms_.curvature[k]);
  }

  const PairTable& pairs_;
  const Definition& definition_;
  std::vector<std::size_t> order_;
  TrajectoryTerms terms_;
};

struct Draw {
  std::vector<double> ratio;  ///< by length, from fewest_steps values on
  double mean_ct = 0;
  double late_ct = 0;
  double mean_delta = 0;
  double mean_curvature = 0;
};

Draw draw_one(const PairTable& pairs, const Definition& definition, stats::RandomStream stream) {
  GrowingShuffle shuffle(pairs, definition);
  Draw draw;
  for (std::size_t state = 0; state < pairs.size(); ++state) {
    shuffle.add_state(stream);
    const auto& ct = shuffle.terms().ct;
    if (ct.size() >= fewest_steps) draw.ratio.push_back(max_over_mean(ct, ct.size(), definition.clip));
  }
  const std::vector<double> ct = clipped(shuffle.terms().ct, definition.clip);
  draw.mean_ct = stats::mean(ct);
  draw.late_ct = late_mean(ct, ct.size());
  draw.mean_delta = mean_of_defined(shuffle.terms().delta).value_or(undefined);
  draw.mean_curvature = mean_of_defined(shuffle.terms().curvature).value_or(undefined);
  return draw;
}

Side side_of(double observed, double low, double high) {
  if (observed < low * (1 - rounding)) return Side::below;
  return observed > high * (1 + rounding) ? Side::above : Side::inside;
}

std::optional<NullComparison> compare(double observed, std::vector<double> null) {
  null.erase(std::remove_if(null.begin(), null.end(), [](double value) { return std::isnan(value); }),
             null.end());
  if (std::isnan(observed) || null.empty()) return std::nullopt;
  NullComparison result;
  const auto reached = std::count_if(null.begin(), null.end(),
                                     [&](double value) { return value >= observed * (1 - rounding); });
  result.p_value = static_cast<double>(1 + reached) / static_cast<double>(1 + null.size());
  result.mean = stats::mean(null);
  result.low = stats::quantile(null, 0.025);
  result.high = stats::quantile(std::move(null), 0.975);
  result.side = side_of(observed, result.low, result.high);
  return result;
}

template <class Member>
std::optional<double> mean_over(const std::vector<Draw>& draws, Member member) {
  std::vector<double> values;
  for (const Draw& draw : draws) values.push_back(draw.*member);
  return mean_of_defined(values);
}

}  // namespace

const char* name_of(Side side) {
  if (side == Side::below) return "below";
  return side == Side::above ? "above" : "inside";
}

std::optional<NullComparison> ShuffledNull::at(std::size_t steps) const {
  if (steps < fewest_steps || steps - fewest_steps >= by_length.size()) return std::nullopt;
  return by_length[steps - fewest_steps];
}

ShuffledNull shuffled_null(const PairTable& pairs, const std::vector<double>& observed,
                           const Definition& definition, const NullOptions& options) {
  std::vector<Draw> draws(options.draws);
  parallel_for(static_cast<std::int64_t>(options.draws), [&](std::int64_t number) {
    const auto i = static_cast<std::size_t>(number);
    draws[i] = draw_one(pairs, definition,
                        stats::RandomStream(stats::stream_key(options.seed, "null:" + options.run, i)));
  });
  ShuffledNull result;
  for (std::size_t steps = fewest_steps; steps <= observed.size(); ++steps) {
    std::vector<double> null;
    for (const Draw& draw : draws) null.push_back(draw.ratio[steps - fewest_steps]);
    result.by_length.push_back(compare(max_over_mean(observed, steps, definition.clip), std::move(null)));
  }
  result.means = {mean_over(draws, &Draw::mean_ct), mean_over(draws, &Draw::late_ct),
                  mean_over(draws, &Draw::mean_delta), mean_over(draws, &Draw::mean_curvature)};
  return result;
}

}  // namespace phasescope::curvature
