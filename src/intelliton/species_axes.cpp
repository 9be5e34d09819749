#include "species_axes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "phasescope/base/threads.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Pairs further below the merging threshold than this are not followed through resamples: cosines of axes
/// that would have to rise by so much belong to incoherent modes.
constexpr double kMargin = 0.25;

/// Mean singular value of every mode that all prompts have, by category [prompts, modes].
std::vector<MatrixXd> amplitudes_of(const Cohort& cohort) {
  std::vector<MatrixXd> amplitudes;
  for (const auto& items : cohort.items_of)
    amplitudes.emplace_back(static_cast<Index>(items.size()), cohort.modes);
  std::vector<Index> next(amplitudes.size(), 0);
  cohort.show([&](std::size_t first, const std::vector<const FieldSummary*>& prompts) {
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      const std::size_t category = cohort.group_of[first + p];
      amplitudes[category].row(next[category]++) = prompts[p]->amplitude.head(cohort.modes).transpose();
    }
  });
  return amplitudes;
}

ModeAxis mode_axis(const Cohort& cohort, std::size_t category, Index mode, const VectorXd& amplitudes) {
  ModeAxis result;
  result.category = category;
  result.member.category = cohort.categories[category].name;
  result.member.mode = static_cast<int>(mode);
  result.amplitudes = amplitudes;
  result.member.amplitude = result.amplitudes.mean();
  Index width = 0;
  for (const std::size_t item : cohort.items_of[category]) {
    const FieldSummary* prompt = cohort.in_memory[item];
    if (prompt == nullptr || prompt->middle_right.rows() == 0) continue;
    result.items.push_back(item);
    width = prompt->middle_right.cols();
  }
  result.vectors.resize(static_cast<Index>(result.items.size()), width);
  for (std::size_t p = 0; p < result.items.size(); ++p) {
    result.vectors.row(static_cast<Index>(p)) =
        cohort.in_memory[result.items[p]]->middle_right.row(mode).cast<double>();
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

Cohort::Cohort(const std::vector<CategoryFields>& all)
    : categories(all), items_of(all.size()), modes(std::numeric_limits<Index>::max()) {
  for (std::size_t c = 0; c < all.size(); ++c) {
    const SummaryList& prompts = all[c].prompts;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      items_of[c].push_back(in_memory.size());
      group_of.push_back(c);
      in_memory.push_back(prompts.in_memory(p));
      modes_of.push_back(prompts.modes(p));
      modes = std::min(modes, modes_of.back());
    }
    points = all[c].totals.points;
  }
  if (in_memory.empty()) modes = 0;
}

void Cohort::show(const PromptVisitor& visitor) const {
  std::size_t before = 0;
  for (const CategoryFields& category : categories) {
    category.prompts.show([&](std::size_t first, const std::vector<const FieldSummary*>& prompts) {
      visitor(before + first, prompts);
    });
    before += category.prompts.size();
  }
}

std::vector<ModeAxis> mode_axes(const Cohort& cohort, double sv_threshold) {
  const std::vector<MatrixXd> amplitudes = amplitudes_of(cohort);
  std::vector<ModeAxis> axes(amplitudes.size() * static_cast<std::size_t>(cohort.modes));
  parallel_for(static_cast<std::int64_t>(axes.size()), [&](std::int64_t i) {
    const auto category = static_cast<std::size_t>(i / cohort.modes);
    const Index mode = i % cohort.modes;
    axes[static_cast<std::size_t>(i)] = mode_axis(cohort, category, mode, amplitudes[category].col(mode));
  });
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t first = i - static_cast<std::size_t>(axes[i].member.mode);
    axes[i].active = axes[i].member.amplitude > sv_threshold * axes[first].member.amplitude;
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
