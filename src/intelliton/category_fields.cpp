#include "phasescope/intelliton/category_fields.h"

#include <algorithm>

namespace phasescope::intelliton {

using Eigen::Index;
using Eigen::VectorXd;

namespace {

/// Keeps the entries that both have; what is empty stays so.
void add_common(VectorXd& sum, const VectorXd& numbers) {
  const Index modes = std::min(sum.size(), numbers.size());
  sum = (sum.head(modes) + numbers.head(modes)).eval();
}

void start(CategoryTotals& totals, const FieldSummary& first) {
  const auto zeros = [](const VectorXd& numbers) { return VectorXd::Zero(numbers.size()).eval(); };
  totals.points = first.points;
  totals.first_layer = first.first_layer;
  totals.last_layer = first.last_layer;
  totals.amplitude = zeros(first.amplitude);
  totals.helicity = zeros(first.helicity);
  totals.spin = zeros(first.spin);
  totals.pole_mass = zeros(first.pole_mass);
  totals.lattice_mass = zeros(first.lattice_mass);
  totals.exponential_r2 = zeros(first.exponential_r2);
  totals.poles.assign(static_cast<std::size_t>(first.amplitude.size()), 0);
  totals.lattice_tested = totals.lattice_better = totals.poles;
}

void count_fits(CategoryTotals& totals, const FieldSummary& prompt) {
  const auto modes = static_cast<std::size_t>(totals.modes());
  for (auto* counts : {&totals.poles, &totals.lattice_tested, &totals.lattice_better}) counts->resize(modes);
  for (std::size_t mode = 0; mode < modes; ++mode) {
    totals.poles[mode] += !prompt.has_pole.empty() && prompt.has_pole[mode] ? 1 : 0;
    totals.lattice_tested[mode] += prompt.matched.lattice_tested[mode] ? 1 : 0;
    totals.lattice_better[mode] += prompt.matched.lattice_mass[mode] ? 1 : 0;
  }
}

void add(CategoryTotals& totals, const FieldSummary& prompt) {
  totals.nonfinite += prompt.nonfinite;
  add_common(totals.amplitude, prompt.amplitude);
  add_common(totals.helicity, prompt.helicity);
  add_common(totals.spin, prompt.spin);
  add_common(totals.pole_mass, prompt.pole_mass);
  add_common(totals.lattice_mass, prompt.lattice_mass);
  add_common(totals.exponential_r2, prompt.exponential_r2);
  count_fits(totals, prompt);
}

}  // namespace

void CategoryFields::count_prompts() {
  prompts.show([&](std::size_t first, const std::vector<const FieldSummary*>& shown) {
    if (first == 0) start(totals, *shown.front());
    for (const FieldSummary* prompt : shown) add(totals, *prompt);
  });
}

void CategoryFields::add_spectra(const Eigen::MatrixXd& spectra) {
  if (spectrum_sum.size() == 0) {
    spectrum_sum = Eigen::MatrixXd::Zero(spectra.rows(), spectra.cols());
    spectrum_count = Eigen::VectorXd::Zero(spectra.rows());
  }
  for (Index l = 0; l < spectra.rows(); ++l) {
    if (!spectra.row(l).allFinite()) continue;
    spectrum_sum.row(l) += spectra.row(l);
    spectrum_count(l) += 1;
  }
}

void CategoryFields::add_right_vectors(const RowMatrix& right) {
  if (right.rows() > right_sum.rows()) {
    const Index known = right_sum.rows();
    right_sum.conservativeResize(right.rows(), right.cols());
    right_sum.bottomRows(right.rows() - known).setZero();
  }
  right_sum.topRows(right.rows()) += right;
}

}  // namespace phasescope::intelliton
