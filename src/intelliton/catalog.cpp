#include "phasescope/intelliton/catalog.h"

#include <algorithm>
#include <limits>
#include <set>

#include "phasescope/intelliton/rounding.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// One active mode of one category.
struct Candidate {
  std::size_t category = 0;
  Index mode = 0;
  double amplitude = 0, spin = 0, helicity = 0;
  std::optional<double> pole_mass, lattice_mass, exponential_r2, momentum;
  VectorXd vector;  // [D]
};

Index smallest_mode_count(const std::vector<CategoryFields>& categories) {
  Index smallest = std::numeric_limits<Index>::max();
  for (const auto& category : categories) smallest = std::min(smallest, category.totals.modes());
  return smallest;
}

/// Mean over the prompts of a category of one quantity's first `modes` entries.
VectorXd category_mean(const CategoryFields& category, VectorXd CategoryTotals::*sum, Index modes) {
  return (category.totals.*sum).head(modes) / static_cast<double>(category.prompts.size());
}

MatrixXd mean_right_vectors(const CategoryFields& category, Index modes) {
  return category.right_sum.topRows(modes) / static_cast<double>(category.prompts.size());
}

double momentum_of_fastest(const FieldAnalysis& representative, Index mode) {
  Index bin = 0;
  representative.dispersion->energy.col(mode).maxCoeff(&bin);
  return representative.momenta(bin);
}

/// Fills what exists only with a propagator.
void add_masses(std::vector<Candidate>& candidates, const CategoryFields& category,
                const FieldAnalysis& representative, Index modes) {
  const VectorXd pole = category_mean(category, &CategoryTotals::pole_mass, modes);
  const VectorXd lattice = category_mean(category, &CategoryTotals::lattice_mass, modes);
  const VectorXd r2 = category_mean(category, &CategoryTotals::exponential_r2, modes);
  for (Candidate& candidate : candidates) {
    candidate.pole_mass = pole(candidate.mode);
    candidate.lattice_mass = lattice(candidate.mode);
    candidate.exponential_r2 = r2(candidate.mode);
    candidate.momentum = momentum_of_fastest(representative, candidate.mode);
  }
}

std::vector<Candidate> active_candidates(const CategoryFields& category, std::size_t place,
                                         const FieldAnalysis& representative, Index modes, double threshold) {
  const VectorXd amplitude = category_mean(category, &CategoryTotals::amplitude, modes);
  const VectorXd spin = category_mean(category, &CategoryTotals::spin, modes);
  const VectorXd helicity = category_mean(category, &CategoryTotals::helicity, modes);
  const MatrixXd vectors = mean_right_vectors(category, modes);
  std::vector<Candidate> candidates;
  for (Index i = 0; i < modes; ++i) {
    if (!(amplitude(i) > threshold * amplitude(0))) continue;
    Candidate candidate;
    candidate.category = place;
    candidate.mode = i;
    candidate.amplitude = amplitude(i);
    candidate.spin = spin(i);
    candidate.helicity = helicity(i);
    candidate.vector = vectors.row(i).transpose();
    candidates.push_back(std::move(candidate));
  }
  if (representative.propagator) add_masses(candidates, category, representative, modes);
  return candidates;
}

RowMatrix stacked_vectors(const std::vector<Candidate>& candidates) {
  RowMatrix vectors(static_cast<Index>(candidates.size()), candidates.front().vector.size());
  for (std::size_t a = 0; a < candidates.size(); ++a) {
    vectors.row(static_cast<Index>(a)) = candidates[a].vector.transpose();
  }
  return vectors;
}

/// Connected components of "|cosine| >= threshold", ordered by their first member; members ascending.
std::vector<std::vector<std::size_t>> merged_groups(const MatrixXd& cosines, double threshold) {
  const auto count = static_cast<std::size_t>(cosines.rows());
  std::vector<bool> taken(count, false);
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t first = 0; first < count; ++first) {
    if (taken[first]) continue;
    taken[first] = true;
    std::vector<std::size_t> group{first};
    for (std::size_t next = 0; next < group.size(); ++next) {
      for (std::size_t other = 0; other < count; ++other) {
        const double cosine = cosines(static_cast<Index>(group[next]), static_cast<Index>(other));
        if (taken[other] || cosine < threshold) continue;
        taken[other] = true;
        group.push_back(other);
      }
    }
    std::sort(group.begin(), group.end());
    groups.push_back(std::move(group));
  }
  return groups;
}

using Group = std::vector<const Candidate*>;

double mean_of(const Group& group, double Candidate::*quantity) {
  double sum = 0;
  for (const Candidate* candidate : group) sum += candidate->*quantity;
  return sum / static_cast<double>(group.size());
}

std::optional<double> mean_of(const Group& group, std::optional<double> Candidate::*quantity) {
  double sum = 0;
  for (const Candidate* candidate : group) {
    if (!(candidate->*quantity)) return std::nullopt;
    sum += *(candidate->*quantity);
  }
  return sum / static_cast<double>(group.size());
}

/// First and last point where the mode's singular value exceeds 0.1 of its maximum, widest over the first
/// field of each category of the group.
std::pair<int, int> layer_range(const std::vector<CategoryFields>& categories, const Group& group,
                                Index mode) {
  std::pair<int, int> range{std::numeric_limits<int>::max(), -1};
  for (const Candidate* candidate : group) {
    const CategoryTotals& totals = categories[candidate->category].totals;
    if (totals.last_layer(mode) < 0) continue;
    range.first = std::min(range.first, totals.first_layer(mode));
    range.second = std::max(range.second, totals.last_layer(mode));
  }
  return range.second < 0 ? std::pair<int, int>{0, 0} : range;
}

void take_means(Species& species, const Group& group) {
  species.spin = mean_of(group, &Candidate::spin);
  species.helicity = mean_of(group, &Candidate::helicity);
  species.amplitude = mean_of(group, &Candidate::amplitude);
  species.pole_mass = mean_of(group, &Candidate::pole_mass);
  species.lattice_mass = mean_of(group, &Candidate::lattice_mass);
  species.exponential_r2 = mean_of(group, &Candidate::exponential_r2);
  species.momentum = mean_of(group, &Candidate::momentum);
  if (species.pole_mass) species.mass_category = mass_category(*species.pole_mass);
  species.vector = VectorXd::Zero(group.front()->vector.size());
  for (const Candidate* candidate : group) species.vector += candidate->vector;
  species.vector /= static_cast<double>(group.size());
}

void take_from_representative(Species& species, const FieldAnalysis& field) {
  const Index mode = species.mode_index;
  species.bare_mass = field.effective_theory.bare_mass(mode);
  species.renormalized_mass = field.effective_theory.renormalized_mass(mode);
  species.wavefunction_z = field.effective_theory.wavefunction_z(mode);
  species.fixed_point_layer = field.flow.fixed_point_layer(mode);
  species.fixed_point_type = field.flow.fixed_point_type[static_cast<std::size_t>(mode)];
  species.anomalous_dimension = field.flow.anomalous_dimension(mode);
  if (!field.dispersion) return;
  species.dispersion_r2 = field.dispersion->r2(mode);
  species.group_velocity =
      field.dispersion->group_velocity(nearest_bin(field.momenta, *species.momentum), mode);
}

Species make_species(const std::vector<CategoryFields>& categories, const FieldAnalysis& representative,
                     const Group& group) {
  Species species;
  take_means(species, group);
  const auto weaker = [](const Candidate* a, const Candidate* b) { return a->amplitude < b->amplitude; };
  species.mode_index = static_cast<int>((*std::max_element(group.begin(), group.end(), weaker))->mode);
  take_from_representative(species, representative);
  species.layer_range = layer_range(categories, group, species.mode_index);
  std::set<std::string> names;
  for (const Candidate* candidate : group) names.insert(categories[candidate->category].name);
  species.categories.assign(names.begin(), names.end());
  return species;
}

}  // namespace

Catalog build_catalog(const std::vector<CategoryFields>& categories, const FieldAnalysis& representative,
                      const Options& options) {
  const Index modes = smallest_mode_count(categories);
  Catalog catalog;
  std::vector<Candidate> candidates;
  for (std::size_t place = 0; place < categories.size(); ++place) {
    auto found = active_candidates(categories[place], place, representative, modes, options.sv_threshold);
    catalog.active_modes.push_back(static_cast<int>(found.size()));
    std::move(found.begin(), found.end(), std::back_inserter(candidates));
  }
  if (candidates.empty()) return catalog;
  catalog.eft_alpha = representative.effective_theory.alpha;
  catalog.eft_beta = representative.effective_theory.beta;
  const RowMatrix vectors = stacked_vectors(candidates);
  for (const auto& members : merged_groups(absolute_cosines(vectors, vectors), options.merge_cosine)) {
    Group group;
    for (const std::size_t member : members) group.push_back(&candidates[member]);
    catalog.species.push_back(make_species(categories, representative, group));
  }
  std::stable_sort(catalog.species.begin(), catalog.species.end(), [](const Species& a, const Species& b) {
    return rounded(a.amplitude, 2) > rounded(b.amplitude, 2);
  });
  return catalog;
}

}  // namespace phasescope::intelliton
