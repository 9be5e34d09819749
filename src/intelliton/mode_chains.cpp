#include "phasescope/intelliton/mode_chains.h"

#include <algorithm>
#include <cmath>

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

/// The modes of point l that link to `target`.
std::vector<int> sources_of(const ModeLinks& links, Index layer, int target) {
  std::vector<int> sources;
  for (Index i = 0; i < links.cols(); ++i) {
    if (links(layer, i) == target) sources.push_back(static_cast<int>(i));
  }
  return sources;
}

/// Targets in the order of their smallest source.
std::vector<int> targets_of(const ModeLinks& links, Index layer) {
  std::vector<int> targets;
  for (Index i = 0; i < links.cols(); ++i) {
    const int target = links(layer, i);
    if (std::find(targets.begin(), targets.end(), target) == targets.end()) targets.push_back(target);
  }
  return targets;
}

double strongest_coupling(const Couplings& couplings, Index layer, const std::vector<int>& sources) {
  auto block = couplings.upper_bound(static_cast<int>(layer));
  if (block == couplings.begin()) return 0;
  const MatrixXd& strength = std::prev(block)->second;
  double strongest = 0;
  for (std::size_t a = 0; a < sources.size(); ++a) {
    for (std::size_t b = a + 1; b < sources.size(); ++b) {
      strongest = std::max(strongest, strength(sources[a], sources[b]));
    }
  }
  return strongest;
}

FusionEvent fusion_event(const MatrixXd& singular_values, const Couplings& couplings, Index layer,
                         std::vector<int> sources, int target) {
  FusionEvent event;
  event.layer = static_cast<int>(layer) + 1;
  event.target = target;
  event.coupling = strongest_coupling(couplings, layer, sources);
  for (const int source : sources) event.source_values.push_back(singular_values(layer, source));
  event.target_value = singular_values(layer + 1, target);
  event.sources = std::move(sources);
  return event;
}

std::vector<int> ancestors(const ModeLinks& links, Index layer, const std::vector<int>& descendants) {
  std::vector<int> found;
  for (Index i = 0; i < links.cols(); ++i) {
    if (std::binary_search(descendants.begin(), descendants.end(), links(layer, i))) {
      found.push_back(static_cast<int>(i));
    }
  }
  return found;
}

std::vector<std::vector<int>> lineage(const ModeLinks& links, int last_mode) {
  std::vector<std::vector<int>> by_point(static_cast<std::size_t>(links.rows()) + 1);
  by_point.back() = {last_mode};
  for (Index layer = links.rows(); layer-- > 0;) {
    const auto l = static_cast<std::size_t>(layer);
    by_point[l] = ancestors(links, layer, by_point[l + 1]);
  }
  return by_point;
}

}  // namespace

Eigen::MatrixXi follow_chains(const ModeLinks& links, Index modes) {
  Eigen::MatrixXi chains(links.rows() + 1, modes);
  for (Index i = 0; i < modes; ++i) {
    chains(0, i) = static_cast<int>(i);
    for (Index l = 0; l < links.rows(); ++l) chains(l + 1, i) = links(l, chains(l, i));
  }
  return chains;
}

MatrixXd along_chains(const MatrixXd& values, const Eigen::MatrixXi& chains) {
  return MatrixXd::NullaryExpr(chains.rows(), chains.cols(),
                               [&](Index l, Index i) { return values(l, chains(l, i)); });
}

ModeFusion mode_fusion(const ModeLinks& links, const MatrixXd& singular_values, const Couplings& couplings) {
  ModeFusion fusion = fusion_counts(links);
  for (Index l = 0; l < links.rows(); ++l) {
    for (const int target : targets_of(links, l)) {
      std::vector<int> sources = sources_of(links, l, target);
      if (sources.size() > 1)
        fusion.events.push_back(fusion_event(singular_values, couplings, l, std::move(sources), target));
    }
  }
  return fusion;
}

ModeFusion fusion_counts(const ModeLinks& links) {
  ModeFusion fusion;
  fusion.rate = Eigen::VectorXd::Zero(links.rows());
  fusion.active_modes = Eigen::VectorXd::Constant(links.rows() + 1, static_cast<double>(links.cols()));
  Eigen::VectorXi sources(links.cols());
  for (Index l = 0; l < links.rows(); ++l) {
    sources.setZero();
    for (Index i = 0; i < links.cols(); ++i) ++sources(links(l, i));
    fusion.rate(l) = static_cast<double>((sources.array() > 1).count());
    fusion.active_modes(l + 1) = static_cast<double>((sources.array() > 0).count());
  }
  return fusion;
}

std::vector<std::vector<std::vector<int>>> genealogy(const ModeLinks& links) {
  std::vector<std::vector<std::vector<int>>> by_mode;
  for (Index i = 0; i < links.cols(); ++i) by_mode.push_back(lineage(links, static_cast<int>(i)));
  return by_mode;
}

}  // namespace phasescope::intelliton
