#include "species_axes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Pairs further below the merging threshold than this are not followed through resamples: cosines of axes
/// that would have to rise by so much belong to incoherent modes.
constexpr double kMargin = 0.25;

ModeAxis mode_axis(const Cohort& cohort, const CategoryFields& category, std::size_t place, Index mode) {
  ModeAxis result;
  result.category = place;
  result.member.category = category.name;
  result.member.mode = static_cast<int>(mode);
  const auto& items = cohort.items_of[place];
  result.amplitudes.resize(static_cast<Index>(items.size()));
  for (std::size_t p = 0; p < items.size(); ++p) {
    const FieldSummary& prompt = *cohort.prompts[items[p]];
    result.amplitudes(static_cast<Index>(p)) = prompt.amplitude(mode);
    if (prompt.middle_right.rows() > 0) result.items.push_back(items[p]);
  }
  result.member.amplitude = result.amplitudes.mean();
  const Index width = cohort.prompts[items.front()]->middle_right.cols();
  result.vectors.resize(static_cast<Index>(result.items.size()), width);
  for (std::size_t p = 0; p < result.items.size(); ++p) {
    result.vectors.row(static_cast<Index>(p)) =
        cohort.prompts[result.items[p]]->middle_right.row(mode).cast<double>();
  }
  result.gram = result.vectors * result.vectors.transpose();
  result.axis = principal_axis(result.vectors, result.gram);
  result.member.axis = result.axis.axis;
  result.member.coherence_null = random_coherence(result.vectors.rows(), width);
  return result;
}

/// Disjoint sets of places 0 .. count-1.
class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t find(std::size_t place) const {
    while (parent_[place] != place) place = parent_[place];
    return place;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t first = find(a), second = find(b);
    parent_[std::max(first, second)] = std::min(first, second);
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

Cohort::Cohort(const std::vector<CategoryFields>& categories)
    : items_of(categories.size()), modes(std::numeric_limits<Index>::max()) {
  for (std::size_t c = 0; c < categories.size(); ++c) {
    for (const FieldSummary& prompt : categories[c].prompts) {
      items_of[c].push_back(prompts.size());
      group_of.push_back(c);
      prompts.push_back(&prompt);
      modes = std::min(modes, prompt.amplitude.size());
    }
  }
  if (prompts.empty()) modes = 0;
}

std::vector<ModeAxis> mode_axes(const Cohort& cohort, const std::vector<CategoryFields>& categories,
                                double sv_threshold) {
  std::vector<ModeAxis> axes;
  for (std::size_t c = 0; c < categories.size(); ++c) {
    double first = 0;
    for (Index i = 0; i < cohort.modes; ++i) {
      axes.push_back(mode_axis(cohort, categories[c], c, i));
      if (i == 0) first = axes.back().member.amplitude;
      axes.back().active = axes.back().member.amplitude > sv_threshold * first;
    }
  }
  return axes;
}

SpeciesAxes::SpeciesAxes(const Cohort& cohort, const std::vector<ModeAxis>& axes, const Options& options)
    : cohort_(cohort), axes_(axes), sv_threshold_(options.sv_threshold), merge_cosine_(options.merge_cosine) {
  for (std::size_t a = 0; a < axes.size(); ++a) {
    for (std::size_t b = a + 1; b < axes.size(); ++b) {
      if (!eligible(a) || !eligible(b)) continue;
      const double cosine = std::abs(axes[a].axis.axis.dot(axes[b].axis.axis));
      if (cosine < merge_cosine_ - kMargin) continue;
      near_.push_back({a, b, cosine, axes[a].vectors * axes[b].vectors.transpose()});
    }
  }
}

/// With one prompt there is no coherence to test; its vector stands for itself.
bool SpeciesAxes::eligible(std::size_t place) const {
  const ModeAxis& axis = axes_[place];
  return axis.items.size() < 2 || axis.axis.coherence > axis.member.coherence_null;
}

std::vector<std::vector<std::size_t>> SpeciesAxes::groups() const {
  DisjointSets sets(axes_.size());
  for (const NearPair& pair : near_) {
    if (axes_[pair.a].active && axes_[pair.b].active && pair.cosine >= merge_cosine_)
      sets.join(pair.a, pair.b);
  }
  std::vector<std::vector<std::size_t>> by_root(axes_.size());
  for (std::size_t place = 0; place < axes_.size(); ++place) {
    if (axes_[place].active && eligible(place)) by_root[sets.find(place)].push_back(place);
  }
  by_root.erase(
      std::remove_if(by_root.begin(), by_root.end(), [](const auto& group) { return group.empty(); }),
      by_root.end());
  return by_root;
}

VectorXd SpeciesAxes::counts_of(const ModeAxis& axis, const VectorXd& counts) const {
  return VectorXd::NullaryExpr(static_cast<Index>(axis.items.size()), [&](Index p) {
    return counts(static_cast<Index>(axis.items[static_cast<std::size_t>(p)]));
  });
}

std::vector<bool> SpeciesAxes::active(const VectorXd& counts) const {
  std::vector<bool> result;
  double first = 0;
  for (const ModeAxis& axis : axes_) {
    const auto& items = cohort_.items_of[axis.category];
    double mean = 0;
    for (std::size_t p = 0; p < items.size(); ++p) {
      mean += counts(static_cast<Index>(items[p])) * axis.amplitudes(static_cast<Index>(p));
    }
    if (axis.member.mode == 0) first = mean;
    result.push_back(mean > sv_threshold_ * first);
  }
  return result;
}

std::vector<double> SpeciesAxes::resampled(const VectorXd& counts) const {
  const std::vector<bool> is_active = active(counts);
  std::vector<ResampledAxis> axes(axes_.size());
  std::vector<double> coherences(axes_.size(), 0);
  DisjointSets sets(axes_.size());
  for (std::size_t place = 0; place < axes_.size(); ++place) {
    if (!is_active[place] && !axes_[place].active) continue;
    const VectorXd taken = counts_of(axes_[place], counts);
    if (taken.sum() == 0) continue;
    axes[place] = resampled_axis(axes_[place].gram, taken, axes_[place].axis.coefficients);
    coherences[place] = axes[place].coherence;
  }
  for (const NearPair& pair : near_) {
    if (!is_active[pair.a] || !is_active[pair.b]) continue;
    const VectorXd &a = axes[pair.a].coefficients, &b = axes[pair.b].coefficients;
    if (a.size() > 0 && b.size() > 0 && std::abs(a.dot(pair.cross * b)) >= merge_cosine_)
      sets.join(pair.a, pair.b);
  }
  double groups = 0;
  for (std::size_t place = 0; place < axes_.size(); ++place) {
    if (is_active[place] && eligible(place) && sets.find(place) == place) groups += 1;
  }
  coherences.insert(coherences.begin(), groups);
  return coherences;
}

}  // namespace phasescope::intelliton
