#include "phasescope/intelliton/diagnostics_report.h"

#include <functional>

#include "phasescope/stats/bootstrap.h"

namespace phasescope::intelliton {
namespace {

using SequenceValue = std::function<std::optional<double>(std::int64_t)>;

/// A measure that is a number a sequence.
PairedMeasure by_sequence(const std::string& name, bool baseline, const std::vector<ComparedPair>& pairs,
                          const SequenceValue& value) {
  PairedMeasure measure{name, baseline, {}, {}};
  for (const ComparedPair& pair : pairs) {
    measure.grounded.push_back(value(pair.pair.grounded));
    measure.other.push_back(value(pair.pair.other));
  }
  return measure;
}

/// A measure that a pair's signature holds for both sides.
PairedMeasure by_signature(const std::string& name, const std::vector<ComparedPair>& pairs,
                           const std::function<double(const PairSignature&)>& grounded,
                           const std::function<double(const PairSignature&)>& other) {
  PairedMeasure measure{name, false, {}, {}};
  for (const ComparedPair& pair : pairs) {
    measure.grounded.push_back(pair.signature ? std::optional<double>(grounded(*pair.signature))
                                              : std::nullopt);
    measure.other.push_back(pair.signature ? std::optional<double>(other(*pair.signature)) : std::nullopt);
  }
  return measure;
}

void add_signature_measures(std::vector<PairedMeasure>& measures, const std::vector<ComparedPair>& pairs) {
  measures.push_back(by_signature(
      "spectral_entropy", pairs, [](const PairSignature& s) { return s.entropy_grounded.mean(); },
      [](const PairSignature& s) { return s.entropy_other.mean(); }));
  measures.push_back(by_signature(
      "log_dominance", pairs, [](const PairSignature& s) { return s.dominance_grounded; },
      [](const PairSignature& s) { return s.dominance_other; }));
}

void add_held_out_measures(std::vector<PairedMeasure>& measures, const std::vector<ComparedPair>& pairs,
                           const std::vector<HeldOutScore>& scores) {
  std::map<std::int64_t, const HeldOutScore*> by_index;
  for (const HeldOutScore& score : scores) by_index[score.sequence.index] = &score;
  const auto read = [by_index](const std::function<std::optional<double>(const HeldOutScore&)>& value) {
    return [by_index, value](std::int64_t index) -> std::optional<double> {
      const auto found = by_index.find(index);
      return found == by_index.end() ? std::nullopt : value(*found->second);
    };
  };
  measures.push_back(
      by_sequence("activation_z", false, pairs, read([](const HeldOutScore& s) { return s.z; })));
  measures.push_back(
      by_sequence("activation_shift", false, pairs, read([](const HeldOutScore& s) { return s.shift; })));
  for (std::size_t term = 0; term < kActivationTerms.size(); ++term) {
    measures.push_back(by_sequence("term_" + std::string(kActivationTerms[term]), false, pairs,
                                   read([term](const HeldOutScore& s) { return s.terms[term]; })));
  }
}

void add_baselines(std::vector<PairedMeasure>& measures, const DiagnosticsReport& report,
                   const DiagnosticsInput& input) {
  const std::vector<ComparedPair>& pairs = report.pairs->pairs;
  measures.push_back(
      by_sequence(kPromptLength, true, pairs, [&](std::int64_t index) -> std::optional<double> {
        const auto found = report.sequences.find(index);
        if (found == report.sequences.end()) return std::nullopt;
        return static_cast<double>(found->second.prompt_tokens);
      }));
  measures.push_back(by_sequence("prompt_nll", true, pairs, [&](std::int64_t index) -> std::optional<double> {
    const auto found = input.prompt_nll.find(index);
    return found == input.prompt_nll.end() ? std::nullopt : std::optional<double>(found->second);
  }));
  PairedMeasure confidence{"top1_probability", true, {}, {}};
  for (const ComparedPair& pair : pairs) {
    confidence.grounded.push_back(pair.grounded_confidence);
    confidence.other.push_back(pair.other_confidence);
  }
  measures.push_back(std::move(confidence));
}

std::vector<MeasureRow> measure_rows(const DiagnosticsReport& report, const DiagnosticsInput& input) {
  const std::vector<ComparedPair>& pairs = report.pairs->pairs;
  std::vector<PairedMeasure> measures;
  add_signature_measures(measures, pairs);
  if (report.dynamics) add_held_out_measures(measures, pairs, report.held_out);
  add_baselines(measures, report, input);
  std::vector<std::string> categories;
  for (const ComparedPair& pair : pairs) categories.push_back(pair.pair.category);
  const DiagnosticsOptions& options = report.options;
  return measure_table(measures, stats::group_numbers(categories),
                       {options.draws, options.permutations, options.seed, options.length_tolerance});
}

/// The AUC of one row against the rows of the same name of null networks.
template <typename Row>
NullQuantity compare_auc(const Row& row, std::vector<Row> DiagnosticsReport::*list,
                         const std::vector<DiagnosticsReport>& null_runs) {
  NullQuantity result{row.name, std::nullopt, {}};
  for (const DiagnosticsReport& null_run : null_runs) {
    for (const Row& other : null_run.*list)
      if (other.name == row.name) result.range = joined(result.range, extent_of(other.auc));
  }
  result.inside.push_back(is_inside(row.auc, result.range));
  return result;
}

}  // namespace

DiagnosticsReport diagnostics_report(const DiagnosticsInput& input, const DiagnosticsOptions& options) {
  DiagnosticsReport report;
  report.options = options;
  for (const auto& sequence : *input.sequences) report.sequences[sequence.index] = sequence;
  if (input.trajectories != nullptr && input.species != nullptr) {
    for (std::size_t s = 0; s < input.species->size(); ++s)
      report.species_names.push_back("I_" + std::to_string(s));
    report.dynamics = published_dynamics(input.trajectories->trajectories(), *input.species);
    report.grounded = grounded_activation(report.dynamics->trajectories, options.draws, options.seed);
    report.held_out = held_out_scores(report.dynamics->trajectories);
  }
  if (input.pairs == nullptr) return report;
  report.pairs = pair_diagnostics(input.pairs->pairs(), input.pairs->controls());
  report.flags =
      calibrate_flags(report.pairs->pairs, report.pairs->controls,
                      {options.false_alarm_rate, options.draws, options.permutations, options.seed});
  report.measures = measure_rows(report, input);
  return report;
}

DiagnosticsNull compare_with_null_runs(const std::string& name, const DiagnosticsReport& run,
                                       const std::vector<DiagnosticsReport>& null_runs) {
  DiagnosticsNull null{name, null_runs.size(), {}, {}};
  for (const CalibratedFlag& flag : run.flags)
    null.flags.push_back(compare_auc(flag, &DiagnosticsReport::flags, null_runs));
  for (const MeasureRow& row : run.measures)
    null.measures.push_back(compare_auc(row, &DiagnosticsReport::measures, null_runs));
  return null;
}

std::optional<bool> inside_permutation_null(const std::optional<double>& p_value) {
  constexpr double level = 0.05;
  return p_value ? std::optional<bool>(*p_value >= level) : std::nullopt;
}

}  // namespace phasescope::intelliton
