#include "phasescope/intelliton/summary_list.h"

#include "field_archive.h"

#include <algorithm>
#include <utility>

#include "phasescope/base/archive.h"
#include "phasescope/base/threads.h"

namespace phasescope::intelliton {
namespace {

/// Summaries that are read from the file at the same time.
constexpr std::size_t kRead = 256;

}  // namespace

ScratchRange SummaryFile::put(const FieldSummary& summary) {
  ArchiveWriter archive;
  archive(summary);
  return file_.put(archive.bytes());
}

FieldSummary SummaryFile::get(const ScratchRange& range) const {
  const std::string bytes = file_.get(range);
  ArchiveReader archive(bytes);
  FieldSummary summary;
  archive(summary);
  return summary;
}

void SummaryList::add(FieldSummary summary) {
  places_.push_back({static_cast<std::int32_t>(summary.amplitude.size()),
                     static_cast<std::int32_t>(summaries_.size()),
                     {}});
  summaries_.push_back(std::move(summary));
}

void SummaryList::add(std::shared_ptr<const SummaryFile> file, const ScratchRange& range,
                      Eigen::Index modes) {
  file_ = std::move(file);
  places_.push_back({static_cast<std::int32_t>(modes), -1, range});
}

const FieldSummary* SummaryList::in_memory(std::size_t i) const {
  const std::int32_t place = places_[i].in_memory;
  return place < 0 ? nullptr : &summaries_[static_cast<std::size_t>(place)];
}

FieldSummary SummaryList::operator[](std::size_t i) const {
  const FieldSummary* found = in_memory(i);
  return found != nullptr ? *found : file_->get(places_[i].range);
}

void SummaryList::show(
    const std::function<void(std::size_t, const std::vector<const FieldSummary*>&)>& visitor) const {
  for (std::size_t first = 0; first < size(); first += kRead) {
    const std::size_t count = std::min(kRead, size() - first);
    std::vector<FieldSummary> read(count);
    std::vector<const FieldSummary*> shown(count);
    parallel_for(static_cast<std::int64_t>(count), [&](std::int64_t i) {
      const auto place = static_cast<std::size_t>(i);
      shown[place] = in_memory(first + place);
      if (shown[place] != nullptr) return;
      read[place] = file_->get(places_[first + place].range);
      shown[place] = &read[place];
    });
    visitor(first, shown);
  }
}

}  // namespace phasescope::intelliton
