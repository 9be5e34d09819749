#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/intelliton/category_fields.h"
#include "phasescope/intelliton/field_analysis.h"
#include "phasescope/intelliton/field_summary.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/states/observer.h"
#include "phasescope/states/resumable.h"

namespace phasescope::intelliton {

/// Builds and analyses the field of every given sequence from prompt-phase views, in parallel over the
/// sequences of a view. A sequence is in flight from its first to its last state point, with memory that does
/// not depend on the width but for its K right vectors of the newest point; afterwards its summary remains
/// (and its whole analysis where asked for), in memory for the first kArraySamples of a category, for all
/// others in a file if there is a folder for it. Attention must be observed between the first and the last
/// state point of its sequence, as an executor does.
class FieldObserver : public states::Observer, public states::Resumable {
 public:
  /// `sequences`: those to analyse, in prompt order. `keep_details`: keep every FieldAnalysis.
  /// `match.first_point` and `match.flow_window` are set from the options.
  /// `scratch`: an existing folder for summaries that do not stay in memory; empty: all do.
  /// Errors: usage when options.representative names none of them.
  FieldObserver(const std::vector<states::Sequence>& sequences, const Options& options, bool keep_details,
                const MatchOptions& match = {}, const std::filesystem::path& scratch = {});

  bool wants_attention(std::int64_t block) const override;
  /// Gram matrices stand for the states of every point but the middle one, whose right vectors are kept.
  std::int64_t gram_rows(const states::Segment& prompt) const override;
  states::RowRange rows_read(const states::Segment& prompt, std::int64_t point,
                             std::int64_t points) const override;
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
  /// What is known of one sequence; small, since there are thousands.
  struct Slot {
    std::string name;
    std::uint32_t category = 0;  // place in categories_
    bool keep_arrays = false;
    bool keep_analysis = false;
    std::unique_ptr<FieldBuilder> builder;  // while in flight
    std::unique_ptr<FieldSummary> summary;
    std::optional<ScratchRange> put_aside;  // or where the summary lies in the file
    std::uint32_t modes = 0;                // K of a summary in the file
    std::unique_ptr<FieldAnalysis> analysis;

    bool complete() const { return summary || put_aside; }
  };

  void add_slot(const states::Sequence& sequence, bool keep_details);
  void name_representative();
  /// The first prompt of the first category has the lowest.
  std::pair<std::uint32_t, std::size_t> rank(std::size_t place) const {
    return {slots_[place].category, place};
  }
  void choose_candidate(const std::vector<const states::Segment*>& segments);
  void consider_as_representative(std::size_t place);
  bool wants(const states::StateView& view) const;
  std::vector<std::vector<std::size_t>> groups_of(const std::vector<const states::Segment*>& segments) const;
  FieldBuilder& builder_of(const states::StateView& view, Slot& slot) const;
  void add_points(const states::StateView& view, const std::vector<const states::Segment*>& segments);
  void add_points_by_products(const states::StateView& view,
                              const std::vector<const states::Segment*>& segments);
  bool add_products(const states::StateView& view, const states::Segment& segment,
                    const FieldProducts& products, const std::optional<TokenModes>& modes);
  FieldProducts products_of(const states::StateView& view, const states::Segment& segment) const;
  void add_brought_points(const states::StateView& view, const std::vector<const states::Segment*>& segments);
  Slot& slot_of(const states::Segment& segment) { return slots_[slot_of_.at(segment.sequence)]; }
  void complete(Slot& slot) const;
  void collect(std::size_t place);
  void put_aside(Slot& slot);
  FieldSummary summary_of(const Slot& slot) const;

  Options options_;
  MatchOptions match_;
  std::vector<Slot> slots_;
  std::vector<CategoryFields> categories_;
  std::vector<std::size_t> category_sizes_;      // sequences asked for
  std::map<std::int64_t, std::size_t> slot_of_;  // by Sequence::index
  std::optional<std::size_t> representative_;    // its slot; by default the best of those completed so far
  const Slot* candidate_ = nullptr;              // of the newest view, to become the representative
  std::optional<FieldAnalyzer> analyzer_;
  std::shared_ptr<SummaryFile> file_;  // absent where all summaries stay in memory
};

}  // namespace phasescope::intelliton
