#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "phasescope/text/regex.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {

/// A part of the input on its way through a tokenizer.
struct Piece {
  std::string text;  ///< valid UTF-8
  /// How many leading bytes of `text` stem from the first character of the whole input: what tells
  /// Metaspace's "first" whether this piece begins the input. 0 in a later piece.
  std::size_t origin_bytes = 0;
};

/// The whole input as one piece.
Piece whole_input(std::string_view text);

/// The part [begin, end) of a piece as a piece of its own.
Piece slice(const Piece& piece, const Span& span);

/// Puts `prefix` before a piece that is not empty.
void prepend(Piece& piece, std::string_view prefix);

/// What becomes of a delimiter between the pieces it separates.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// A stretch of a text and whether it matched a pattern. A text is covered by them without gap or overlap.
struct Stretch {
  Span span;
  bool matched;
};

/// Covers a text of `size` bytes by matches and what lies between; `matches` are ordered and disjoint.
std::vector<Stretch> cover(std::size_t size, const std::vector<Span>& matches);

/// Covers a text by the single characters that satisfy a predicate and the stretches between.
template <typename Predicate>
std::vector<Stretch> cover_characters(std::string_view text, Predicate&& predicate);

/// Appends the pieces that `behavior` makes of the stretches, empty ones left out.
void append_split(const Piece& piece, const std::vector<Stretch>& stretches, SplitBehavior behavior,
                  std::vector<Piece>& pieces);

template <typename Predicate>
std::vector<Stretch> cover_characters(std::string_view text, Predicate&& predicate) {
  std::vector<Span> matches;
  for_each_character(text, [&](char32_t code_point, std::size_t position, std::size_t length) {
    if (predicate(code_point)) matches.push_back({position, position + length});
  });
  return cover(text.size(), matches);
}

}  // namespace phasescope::text
