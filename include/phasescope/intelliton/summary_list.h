#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "phasescope/base/scratch_file.h"
#include "phasescope/intelliton/field_summary.h"

namespace phasescope::intelliton {

/// Summaries on disk.
class SummaryFile {
 public:
  /// `folder`: for the file, which has no name and ends with this object.
  explicit SummaryFile(const std::filesystem::path& folder) : file_(folder) {}

  /// Errors: environment.
  ScratchRange put(const FieldSummary& summary);
  /// From any thread. Errors: environment.
  FieldSummary get(const ScratchRange& range) const;

 private:
  ScratchFile file_;
};

/// The summaries of prompts, in prompt order: some in memory, the others in a file.
class SummaryList {
 public:
  void add(FieldSummary summary);
  /// `range`: where in the file it lies; `modes`: its K.
  void add(std::shared_ptr<const SummaryFile> file, const ScratchRange& range, Eigen::Index modes);

  std::size_t size() const { return places_.size(); }
  bool empty() const { return places_.empty(); }
  /// The summary where it is in memory, else nullptr. It stays where it is while the list is not added to.
  const FieldSummary* in_memory(std::size_t i) const;
  /// K of a summary.
  Eigen::Index modes(std::size_t i) const { return places_[i].modes; }
  FieldSummary operator[](std::size_t i) const;

  /// Shows summaries in order, some neighbouring ones at a time; the first of each call is number `first`.
  void show(const std::function<void(std::size_t first, const std::vector<const FieldSummary*>& summaries)>&
                visitor) const;

 private:
  struct Place {
    std::int32_t modes = 0;
    std::int32_t in_memory = -1;  // place in summaries_
    ScratchRange range;           // else in the file
  };

  std::vector<Place> places_;
  std::vector<FieldSummary> summaries_;
  std::shared_ptr<const SummaryFile> file_;
};

}  // namespace phasescope::intelliton
