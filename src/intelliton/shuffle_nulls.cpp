#include "shuffle_nulls.h"

#include <algorithm>
#include <bitset>
#include <cmath>

#include "phasescope/base/threads.h"
#include "phasescope/stats/descriptive.h"
#include "phasescope/stats/random.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXf;
using Eigen::VectorXd;

constexpr std::size_t kFewestDraws = 20;
constexpr std::size_t kRandomWalks = 200;

/// 95 % of what is defined.
std::optional<NullRange> range_of(std::vector<double> draws) {
  draws.erase(std::remove_if(draws.begin(), draws.end(), [](double draw) { return !std::isfinite(draw); }),
              draws.end());
  if (draws.size() < kFewestDraws) return std::nullopt;
  return NullRange{stats::quantile(draws, 0.025), stats::quantile(draws, 0.975), draws.size()};
}

double median_or_nan(std::vector<double> values) {
  return values.empty() ? ResampledEstimates::undefined : stats::median(std::move(values));
}

/// How many draws the prompts have that have any.
Index draws_of(const Cohort& cohort, Index (*count)(const ShuffleDraws&)) {
  Index most = 0;
  for (const FieldSummary* prompt : cohort.in_memory)
    if (prompt != nullptr) most = std::max(most, count(prompt->matched.shuffled));
  return most;
}

Index token_draws(const ShuffleDraws& draws) {
  return draws.spin.rows();
}

Index layer_draws(const ShuffleDraws& draws) {
  return draws.beta.size();
}

/// Modes that several of `modes` picks, drawn at random, fall on.
double random_events(Index modes, stats::RandomStream& stream) {
  constexpr Index bits = 64;
  const auto count = static_cast<std::uint64_t>(modes);
  if (modes <= bits) {
    std::uint64_t once = 0, again = 0;
    for (Index mode = 0; mode < modes; ++mode) {
      const std::uint64_t bit = std::uint64_t{1} << stream.below(count);
      again |= once & bit;
      once |= bit;
    }
    return static_cast<double>(std::bitset<bits>(again).count());
  }
  std::vector<int> hits(static_cast<std::size_t>(modes), 0);
  for (Index mode = 0; mode < modes; ++mode) ++hits[stream.below(count)];
  return static_cast<double>(std::count_if(hits.begin(), hits.end(), [](int n) { return n > 1; }));
}

/// Events per step over depth of a walk that picks each mode's next one at random.
double random_events(Index modes, Index steps, stats::RandomStream& stream) {
  double events = 0;
  for (Index step = 0; step < steps; ++step) events += random_events(modes, stream);
  return events / static_cast<double>(steps);
}

}  // namespace

std::optional<NullRange> median_null(const Cohort& cohort, const std::vector<Sample>& samples,
                                     MatrixXf ShuffleDraws::*draws) {
  std::vector<const MatrixXf*> tables;
  std::vector<Index> modes;
  for (const Sample& sample : samples) {
    const MatrixXf& table = cohort.in_memory[sample.item]->matched.shuffled.*draws;
    if (table.rows() == 0) continue;
    tables.push_back(&table);
    modes.push_back(sample.mode);
  }
  std::vector<double> medians;
  for (Index draw = 0; !tables.empty() && draw < tables.front()->rows(); ++draw) {
    std::vector<double> values;
    for (std::size_t s = 0; s < tables.size(); ++s) {
      const float value = (*tables[s])(draw, modes[s]);
      if (std::isfinite(value)) values.push_back(static_cast<double>(value));
    }
    medians.push_back(median_or_nan(std::move(values)));
  }
  return range_of(std::move(medians));
}

std::optional<NullRange> peak_null(const Cohort& cohort, const std::vector<Sample>& samples) {
  std::vector<double> peaks;
  for (Index draw = 0; draw < draws_of(cohort, token_draws); ++draw) {
    VectorXd sum = VectorXd::Zero(kSpectrumPoints);
    for (const Sample& sample : samples) {
      const auto& spectra = cohort.in_memory[sample.item]->matched.shuffled.spectrum;
      if (spectra.empty()) continue;
      sum += spectra[static_cast<std::size_t>(draw)].col(sample.mode).cast<double>();
    }
    peaks.push_back(peak_momentum(sum));
  }
  return range_of(std::move(peaks));
}

std::optional<NullRange> field_peak_null(const Cohort& cohort) {
  std::vector<double> peaks;
  for (Index draw = 0; draw < draws_of(cohort, token_draws); ++draw) {
    VectorXd sum = VectorXd::Zero(kSpectrumPoints);
    for (const FieldSummary* prompt : cohort.in_memory) {
      if (prompt == nullptr) continue;
      const MatrixXf& spectra = prompt->matched.shuffled.field_spectrum;
      if (spectra.cols() > 0) sum += spectra.col(draw).cast<double>();
    }
    peaks.push_back(peak_momentum(sum));
  }
  return range_of(std::move(peaks));
}

std::optional<NullRange> beta_null(const Cohort& cohort) {
  std::vector<double> medians;
  for (Index draw = 0; draw < draws_of(cohort, layer_draws); ++draw) {
    std::vector<double> values;
    for (const FieldSummary* prompt : cohort.in_memory) {
      if (prompt == nullptr) continue;
      const Eigen::VectorXf& beta = prompt->matched.shuffled.beta;
      if (beta.size() > 0 && std::isfinite(beta(draw))) values.push_back(static_cast<double>(beta(draw)));
    }
    medians.push_back(median_or_nan(std::move(values)));
  }
  return range_of(std::move(medians));
}

std::optional<NullRange> random_walk_null(const Cohort& cohort, std::uint64_t seed) {
  std::vector<double> medians(kRandomWalks);
  parallel_for(static_cast<std::int64_t>(kRandomWalks), [&](std::int64_t i) {
    const auto draw = static_cast<std::size_t>(i);
    stats::RandomStream stream(stats::stream_key(seed, kRandomWalk, draw));
    std::vector<double> events;
    for (const auto& items : cohort.items_of) {
      for (std::size_t p = 0; p < std::min(items.size(), kArraySamples); ++p)
        events.push_back(random_events(cohort.modes_of[items[p]], cohort.points - 1, stream));
    }
    medians[draw] = median_or_nan(std::move(events));
  });
  return range_of(std::move(medians));
}

}  // namespace phasescope::intelliton
