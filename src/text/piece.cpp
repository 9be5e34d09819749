#include "phasescope/text/piece.h"

#include <algorithm>

namespace phasescope::text {
namespace {

std::vector<Span> kept(const std::vector<Stretch>& stretches) {
  std::vector<Span> spans;
  for (const Stretch& stretch : stretches) {
    if (!stretch.matched) spans.push_back(stretch.span);
  }
  return spans;
}

std::vector<Span> all(const std::vector<Stretch>& stretches) {
  std::vector<Span> spans;
  spans.reserve(stretches.size());
  for (const Stretch& stretch : stretches) spans.push_back(stretch.span);
  return spans;
}

/// Joins each stretch to the one before when `joins(stretch, previous matched)`; there is no match before the
/// first.
template <typename Condition>
std::vector<Span> joined_to_previous(const std::vector<Stretch>& stretches, Condition&& joins) {
  std::vector<Span> spans;
  bool previous_matched = false;
  for (const Stretch& stretch : stretches) {
    if (!spans.empty() && joins(stretch.matched, previous_matched)) {
      spans.back().end = stretch.span.end;
    } else {
      spans.push_back(stretch.span);
    }
    previous_matched = stretch.matched;
  }
  return spans;
}

std::vector<Span> joined_to_next(const std::vector<Stretch>& stretches) {
  std::vector<Span> spans;
  bool next_matched = false;
  for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {
    if (!spans.empty() && stretch->matched && !next_matched) {
      spans.back().begin = stretch->span.begin;
    } else {
      spans.push_back(stretch->span);
    }
    next_matched = stretch->matched;
  }
  std::reverse(spans.begin(), spans.end());
  return spans;
}

std::vector<Span> apply(const std::vector<Stretch>& stretches, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::removed:
      return kept(stretches);
    case SplitBehavior::contiguous:
      return joined_to_previous(stretches, [](bool matched, bool previous) { return matched == previous; });
    case SplitBehavior::merged_with_previous:
      return joined_to_previous(stretches, [](bool matched, bool previous) { return matched && !previous; });
    case SplitBehavior::merged_with_next:
      return joined_to_next(stretches);
    default:
      return all(stretches);
  }
}

}  // namespace

Piece whole_input(std::string_view text) {
  return {std::string(text), text.empty() ? 0 : character_length(text.front())};
}

Piece slice(const Piece& piece, const Span& span) {
  const std::size_t origin = std::min(span.end, piece.origin_bytes);
  return {std::string(part_of(piece.text, span)), origin > span.begin ? origin - span.begin : 0};
}

void prepend(Piece& piece, std::string_view prefix) {
  if (piece.text.empty()) return;
  piece.text.insert(0, prefix);
  if (piece.origin_bytes > 0) piece.origin_bytes += prefix.size();
}

std::vector<Stretch> cover(std::size_t size, const std::vector<Span>& matches) {
  std::vector<Stretch> stretches;
  stretches.reserve(matches.size());
  std::size_t end = 0;
  for (const Span& match : matches) {
    if (end < match.begin) stretches.push_back({{end, match.begin}, false});
    stretches.push_back({match, true});
    end = match.end;
  }
  if (end < size) stretches.push_back({{end, size}, false});
  return stretches;
}

void append_split(const Piece& piece, const std::vector<Stretch>& stretches, SplitBehavior behavior,
                  std::vector<Piece>& pieces) {
  for (const Span& span : apply(stretches, behavior)) {
    if (span.begin < span.end) pieces.push_back(slice(piece, span));
  }
}

}  // namespace phasescope::text
