#include "phasescope/text/piece.h"

#include <gtest/gtest.h>

#include "phasescope/text/normalizer.h"

namespace phasescope::text {
namespace {

std::vector<std::string> split(const std::string& text, char delimiter, SplitBehavior behavior) {
  std::vector<Piece> pieces;
  const auto stretches =
      cover_characters(text, [&](char32_t c) { return c == static_cast<char32_t>(delimiter); });
  append_split(whole_input(text), stretches, behavior, pieces);
  std::vector<std::string> texts;
  for (const Piece& piece : pieces) texts.push_back(piece.text);
  return texts;
}

using Texts = std::vector<std::string>;

// The example by which the tokenizers library documents its behaviours, empty pieces left out.
TEST(AppendSplit, TreatsDelimitersAsDocumented) {
  const std::string text = "the-final--countdown";
  EXPECT_EQ(split(text, '-', SplitBehavior::removed), (Texts{"the", "final", "countdown"}));
  EXPECT_EQ(split(text, '-', SplitBehavior::isolated), (Texts{"the", "-", "final", "-", "-", "countdown"}));
  EXPECT_EQ(split(text, '-', SplitBehavior::merged_with_previous),
            (Texts{"the-", "final-", "-", "countdown"}));
  EXPECT_EQ(split(text, '-', SplitBehavior::merged_with_next), (Texts{"the", "-final", "-", "-countdown"}));
  EXPECT_EQ(split(text, '-', SplitBehavior::contiguous), (Texts{"the", "-", "final", "--", "countdown"}));
}

TEST(Piece, RemembersWhatStemsFromTheFirstCharacter) {
  const Piece whole = whole_input("\u00e9a");
  EXPECT_EQ(whole.origin_bytes, 2U);
  EXPECT_EQ(slice(whole, {0, 3}).origin_bytes, 2U);
  EXPECT_EQ(slice(whole, {2, 3}).origin_bytes, 0U);
  EXPECT_EQ(whole_input("").origin_bytes, 0U);
}

TEST(Piece, KeepsItsOriginThroughNormalization) {
  Piece piece = whole_input("\u00e9a");
  UnicodeNormalizer(NormalizationForm::nfd).normalize(piece);
  EXPECT_EQ(piece.origin_bytes, std::string("e\u0301").size());
  prepend(piece, "__");
  EXPECT_EQ(piece.origin_bytes, std::string("__e\u0301").size());
  ByteLevelNormalizer().normalize(piece);
  EXPECT_EQ(piece.origin_bytes, std::string("__e\u00cc\u0123").size());
}

TEST(Piece, LosesItsOriginWithTheFirstCharacter) {
  Piece piece = whole_input(" a");
  StripNormalizer(true, true).normalize(piece);
  EXPECT_EQ(piece.text, "a");
  EXPECT_EQ(piece.origin_bytes, 0U);
}

}  // namespace
}  // namespace phasescope::text
