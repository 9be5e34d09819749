#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/intelliton/catalog.h"
#include "phasescope/intelliton/field_analysis.h"
#include "phasescope/intelliton/field_summary.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/states/observer.h"
#include "phasescope/states/resumable.h"

namespace phasescope::intelliton {

/// Builds and analyses the field of every given sequence from prompt-phase views, in parallel over the
/// sequences of a view. A sequence is in flight from its first to its last state point, with memory that does
/// not depend on the width but for its K right vectors of the newest point; afterwards its summary remains
/// (and its whole analysis where asked for). Attention must
/// be observed between the first and the last state point of its sequence, as an executor does.
class FieldObserver : public states::Observer, public states::Resumable {
 public:
  /// `sequences`: those to analyse, in prompt order. `keep_details`: keep every FieldAnalysis.
  /// `match.first_point` and `match.flow_window` are set from the options.
  /// Errors: usage when options.representative names none of them.
  FieldObserver(const std::vector<states::Sequence>& sequences, const Options& options, bool keep_details,
                const MatchOptions& match = {});

  bool wants_attention(std::int64_t block) const override;
  void observe(const states::StateView& view) override;
  void observe_attention(const states::AttentionView& view) override;
  void save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const override;
  void load_finished(ArchiveReader& archive) override;

  /// Analysed sequences by category, in order of first appearance (those without any are left out). Leaves
  /// the observer without them: call once, at the end.
  std::vector<CategoryFields> take_categories();
  /// The named representative; by default the first analysed prompt of the first category that has any.
  /// Nothing when its last state point was never seen.
  const FieldAnalysis* representative() const;
  std::string representative_name() const;
  /// The analysis of a sequence, by name; nullptr when it was not kept or not completed.
  const FieldAnalysis* details(const std::string& name) const;

 private:
  struct Slot {
    states::Sequence sequence;
    std::size_t category = 0;  // place in categories_
    bool keep_arrays = false;
    bool keep_analysis = false;
    std::optional<FieldBuilder> builder;  // while in flight
    std::optional<FieldSummary> summary;
    std::optional<FieldAnalysis> analysis;
  };

  void add_slot(const states::Sequence& sequence, bool keep_details);
  void name_representative();
  void consider_as_representative(std::size_t place);
  bool wants(const states::StateView& view) const;
  void add_point(const states::StateView& view, const states::Segment& segment, Slot& slot) const;
  void complete(Slot& slot) const;
  void collect(std::size_t place);

  Options options_;
  MatchOptions match_;
  std::vector<Slot> slots_;
  std::vector<CategoryFields> categories_;
  std::vector<std::size_t> category_sizes_;      // sequences asked for
  std::map<std::int64_t, std::size_t> slot_of_;  // by Sequence::index
  std::optional<std::size_t> representative_;    // its slot; by default the best of those completed so far
  std::optional<FieldAnalyzer> analyzer_;
};

}  // namespace phasescope::intelliton
