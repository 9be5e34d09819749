#include "pass_reading.h"

#include <algorithm>
#include <map>
#include <set>

namespace phasescope::model {
namespace {

using states::Observer;
using states::RowRange;
using states::Segment;

/// The rows from the first to the last that any observer reads.
RowRange rows_read(const std::vector<Observer*>& observers, const Segment& prompt, std::int64_t point,
                   std::int64_t points) {
  std::int64_t first = prompt.rows, end = 0;
  for (const Observer* observer : observers) {
    const RowRange range = observer->rows_read(prompt, point, points);
    if (range.count <= 0) continue;
    first = std::min(first, range.first);
    end = std::max(end, range.first + range.count);
  }
  return {first, std::max<std::int64_t>(0, end - first)};
}

/// Joins the range to the last one where they touch.
void append(std::vector<RowRange>& ranges, RowRange next) {
  if (next.count == 0) return;
  if (!ranges.empty() && ranges.back().first + ranges.back().count == next.first) {
    ranges.back().count += next.count;
  } else {
    ranges.push_back(next);
  }
}

std::vector<std::int64_t> gram_rows(const std::vector<Observer*>& observers,
                                    const std::vector<Segment>& prompts) {
  std::vector<std::int64_t> rows;
  for (const Segment& prompt : prompts) {
    std::int64_t most = 0;
    for (const Observer* observer : observers) most = std::max(most, observer->gram_rows(prompt));
    rows.push_back(most);
  }
  const bool wanted = std::any_of(rows.begin(), rows.end(), [](std::int64_t count) { return count > 0; });
  return wanted ? rows : std::vector<std::int64_t>{};
}

std::vector<std::pair<std::size_t, std::size_t>> gram_pairs(const std::vector<Observer*>& observers,
                                                            const std::vector<Segment>& prompts) {
  std::map<std::int64_t, std::size_t> place_of;
  for (std::size_t i = 0; i < prompts.size(); ++i) place_of[prompts[i].sequence] = i;
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (const Observer* observer : observers) {
    for (const auto& [a, b] : observer->gram_pairs()) {
      if (place_of.count(a) > 0 && place_of.count(b) > 0) pairs.emplace(place_of[a], place_of[b]);
    }
  }
  return {pairs.begin(), pairs.end()};
}

}  // namespace

PassReading reading_of(const std::vector<Observer*>& observers, const std::vector<Segment>& prompts,
                       std::int64_t points) {
  PassReading reading;
  reading.rows.resize(static_cast<std::size_t>(points));
  for (std::int64_t point = 0; point < points; ++point) {
    for (const Segment& prompt : prompts) {
      const RowRange range = rows_read(observers, prompt, point, points);
      append(reading.rows[static_cast<std::size_t>(point)], {prompt.first_row + range.first, range.count});
    }
  }
  reading.gram_rows = gram_rows(observers, prompts);
  if (!reading.gram_rows.empty()) reading.gram_pairs = gram_pairs(observers, prompts);
  return reading;
}

}  // namespace phasescope::model
