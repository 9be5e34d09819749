#pragma once

#include "resampled_estimates.h"

#include <utility>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/options.h"
#include "phasescope/intelliton/principal_axis.h"
#include "phasescope/intelliton/robust_report.h"

namespace phasescope::intelliton {

/// The prompts of all categories in one row; item numbers count through it.
struct Cohort {
  explicit Cohort(const std::vector<CategoryFields>& categories);

  const std::vector<CategoryFields>& categories;
  std::vector<const FieldSummary*> in_memory;      ///< [items], nullptr where it is on disk
  std::vector<Eigen::Index> modes_of;              ///< K of each item
  std::vector<std::size_t> group_of;               ///< category of each item
  std::vector<std::vector<std::size_t>> items_of;  ///< items by category
  Eigen::Index modes = 0;                          ///< smallest K over all fields
  Eigen::Index points = 0;                         ///< state points

  std::size_t size() const { return in_memory.size(); }
  /// Shows all prompts in order of items.
  void show(const PromptVisitor& visitor) const;
};

/// The right vectors of one mode over the prompts of one category.
struct ModeAxis {
  SpeciesMember member;
  std::size_t category = 0;
  std::vector<std::size_t> items;  ///< those with vectors
  Eigen::MatrixXd vectors;         ///< [n, D]
  Eigen::MatrixXd gram;            ///< [n, n]
  PrincipalAxis axis;
  Eigen::VectorXd amplitudes;  ///< of every prompt of the category
  bool active = false;         ///< mean amplitude above the threshold share of mode 0's
};

/// Every mode below the smallest K, by category.
std::vector<ModeAxis> mode_axes(const Cohort& cohort, double sv_threshold);

/// The axes that can make species (coherent ones), and how they merge, in the sample and in resamples.
class SpeciesAxes {
 public:
  SpeciesAxes(const Cohort& cohort, const std::vector<ModeAxis>& axes, const Options& options);

  /// Groups of active axes of the sample, as places in `axes`.
  std::vector<std::vector<std::size_t>> groups() const;
  /// Number of groups in a resample, then the coherence of each axis given to the constructor.
  std::vector<double> resampled(const Eigen::VectorXd& counts) const;

 private:
  struct NearPair {
    std::size_t a, b;       // places in axes
    double cosine;          // in the sample
    Eigen::MatrixXd cross;  // vectors_a vectors_b^T
  };

  bool eligible(std::size_t place) const;
  Eigen::VectorXd counts_of(const ModeAxis& axis, const Eigen::VectorXd& counts) const;
  std::vector<bool> active(const Eigen::VectorXd& counts) const;

  const Cohort& cohort_;
  const std::vector<ModeAxis>& axes_;
  double sv_threshold_;
  double merge_cosine_;
  std::vector<NearPair> near_;  // pairs whose sample cosine is not too far below the threshold to pass it
};

}  // namespace phasescope::intelliton
