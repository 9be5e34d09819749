#pragma once

#include <string>
#include <vector>

namespace phasescope::report {

/// Transitions between leading species in one group of prompts.
struct TransitionGroup {
  std::string name;
  std::vector<std::vector<double>> counts;  ///< [from][to]; negative or not finite counts as 0
};

struct TransitionGraph {
  std::string model;
  std::string finding;
  std::vector<std::string> species;
  std::vector<TransitionGroup> groups;
};

/// For each group the species on a circle, their size by how often they lead, arrows as wide as the
/// transition is likely from its source; with the same places in every group.
std::string transition_graph_figure(const TransitionGraph& graph);

}  // namespace phasescope::report
