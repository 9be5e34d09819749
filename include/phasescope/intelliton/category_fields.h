#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/modes.h"
#include "phasescope/intelliton/summary_list.h"

namespace phasescope::intelliton {

/// What is counted and added up over the prompts of a category, in prompt order.
struct CategoryTotals {
  std::int64_t nonfinite = 0;
  Eigen::Index points = 0;
  /// Sums of FieldSummary's numbers of the modes that every prompt has [smallest K]; the last three are empty
  /// without a propagator.
  Eigen::VectorXd amplitude, helicity, spin, pole_mass, lattice_mass, exponential_r2;
  /// Prompts whose mode has a pole, was fitted by the lattice dispersion, and better so than by a constant;
  /// [smallest K].
  std::vector<std::size_t> poles, lattice_tested, lattice_better;
  Eigen::VectorXi first_layer, last_layer;  ///< of the first prompt [its K]

  Eigen::Index modes() const { return amplitude.size(); }
};

/// The fields of one prompt category; the first one's layer range is the category's.
struct CategoryFields {
  std::string name;
  SummaryList prompts;
  CategoryTotals totals;           ///< of the prompts; see count_prompts
  RowMatrix right_sum;             ///< sum over all prompts of V^T of the middle point [largest K, D]
  Eigen::MatrixXd spectrum_sum;    ///< sum over all prompts of layer_spectra [N, kSpectrumPoints]
  Eigen::VectorXd spectrum_count;  ///< prompts with power at the point [N]

  void add_right_vectors(const RowMatrix& right);
  void add_spectra(const Eigen::MatrixXd& spectra);
  /// Sets the totals. Call when all prompts are there, one at least.
  void count_prompts();
};

}  // namespace phasescope::intelliton
