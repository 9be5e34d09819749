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

/// A random order of a run's states, grown state by state. Adding a state moves another one to the end, so
/// only the terms around two places change; what they become is noted down here.
class GrowingOrder {
 public:
  /// The `term` that three states make from now on.
  struct Change {
    std::size_t term = 0;
    std::size_t states = 0;  ///< of how many states the order was
  };

  GrowingOrder(std::size_t count, stats::RandomStream stream) {
    order_.reserve(count);
    changes_.reserve(4 * count);
    triples_.reserve(4 * count);
    while (order_.size() < count) add_state(stream);
  }

  const std::vector<Change>& changes() const { return changes_; }
  const std::vector<PairTable::Triple>& triples() const { return triples_; }

 private:
  void add_state(stats::RandomStream& stream) {
    const std::size_t item = order_.size();
    const auto place = static_cast<std::size_t>(stream.below(item + 1));
    order_.push_back(item);
    std::swap(order_[place], order_[item]);
    if (order_.size() < 3) return;
    const std::size_t last = order_.size() - 3;
    for (std::size_t k = place < 2 ? 0 : place - 2; k <= std::min(place, last); ++k) change(k);
    if (place < last) change(last);
  }
  void change(std::size_t term) {
    changes_.push_back({term, order_.size()});
    triples_.push_back({order_[term], order_[term + 1], order_[term + 2]});
  }

  std::vector<std::size_t> order_;
  std::vector<Change> changes_;
  std::vector<PairTable::Triple> triples_;
};

struct Means {
  double ct = 0;
  double late_ct = 0;
  double delta = 0;
  double curvature = 0;
};

/// The random orders of one run.
class Shuffles {
 public:
  Shuffles(const PairTable& pairs, const Definition& definition, std::size_t draws)
      : pairs_(pairs),
        definition_(definition),
        draws_(draws),
        ratios_(draws * (pairs.size() - 2 - fewest_steps + 1)),
        means_(draws) {}

  void draw(std::size_t number, stats::RandomStream stream) {
    const GrowingOrder order(pairs_.size(), stream);
    const std::vector<double> curvatures = pairs_.curvatures(order.triples());
    TrajectoryTerms terms;
    for (auto* column : {&terms.ct, &terms.delta, &terms.curvature}) column->reserve(pairs_.size());
    std::size_t done = 0;
    for (std::size_t states = 3; states <= pairs_.size(); ++states) {
      for (auto* column : {&terms.ct, &terms.delta, &terms.curvature}) column->push_back(0);
      for (; done < curvatures.size() && order.changes()[done].states == states; ++done)
        put(terms, order.changes()[done].term, order.triples()[done], curvatures[done]);
      if (states - 2 >= fewest_steps)
        ratios_[(states - 2 - fewest_steps) * draws_ + number] =
            max_over_mean(terms.ct, states - 2, definition_.clip);
    }
    means_[number] = means_of(terms);
  }

  /// ratio_norm of the first `steps` values in every draw.
  std::vector<double> ratios(std::size_t steps) const {
    const auto first = ratios_.begin() + static_cast<std::ptrdiff_t>((steps - fewest_steps) * draws_);
    return {first, first + static_cast<std::ptrdiff_t>(draws_)};
  }
  std::optional<double> mean_of(double Means::*member) const {
    std::vector<double> values;
    for (const Means& means : means_) values.push_back(means.*member);
    return mean_of_defined(values);
  }

 private:
  void put(TrajectoryTerms& terms, std::size_t k, const PairTable::Triple& states, double curvature) const {
    terms.delta[k] = definition_.alignment == Alignment::causal ? pairs_.delta(states.j, states.k)
                                                                : pairs_.delta(states.i, states.j);
    terms.curvature[k] = curvature;
    terms.ct[k] = product_of(terms.delta[k], curvature);
  }
  Means means_of(const TrajectoryTerms& terms) const {
    const std::vector<double> ct = clipped(terms.ct, definition_.clip);
    return {stats::mean(ct), late_mean(ct, ct.size()), mean_of_defined(terms.delta).value_or(undefined),
            mean_of_defined(terms.curvature).value_or(undefined)};
  }

  const PairTable& pairs_;
  const Definition& definition_;
  std::size_t draws_;
  std::vector<double> ratios_;  ///< [lengths from fewest_steps on, draws]
  std::vector<Means> means_;
};

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
  Shuffles shuffles(pairs, definition, options.draws);
  parallel_for(static_cast<std::int64_t>(options.draws), [&](std::int64_t number) {
    const auto i = static_cast<std::size_t>(number);
    shuffles.draw(i, stats::RandomStream(stats::stream_key(options.seed, "null:" + options.run, i)));
  });
  ShuffledNull result;
  result.by_length.resize(observed.size() - fewest_steps + 1);
  parallel_for(static_cast<std::int64_t>(result.by_length.size()), [&](std::int64_t i) {
    const std::size_t steps = static_cast<std::size_t>(i) + fewest_steps;
    result.by_length[static_cast<std::size_t>(i)] =
        compare(max_over_mean(observed, steps, definition.clip), shuffles.ratios(steps));
  });
  result.means = {shuffles.mean_of(&Means::ct), shuffles.mean_of(&Means::late_ct),
                  shuffles.mean_of(&Means::delta), shuffles.mean_of(&Means::curvature)};
  return result;
}

}  // namespace phasescope::curvature
