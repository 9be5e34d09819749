#include "phasescope/text/unicode.h"

#include <gtest/gtest.h>

namespace phasescope::text {
namespace {

TEST(FirstInvalidUtf8Byte, AcceptsWhatTheStandardAccepts) {
  EXPECT_FALSE(first_invalid_utf8_byte(""));
  EXPECT_FALSE(first_invalid_utf8_byte(
      std::string("a\0\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 22)));
}

// Table 3-7 of the Unicode standard: overlong forms, surrogates, beyond U+10FFFF, lone and missing
// continuation.
TEST(FirstInvalidUtf8Byte, FindsEveryKindOfFault) {
  for (const char* fault :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xC3", "\xFF"}) {
    EXPECT_EQ(first_invalid_utf8_byte(std::string("ab") + fault), 2U) << fault;
    EXPECT_EQ(first_invalid_utf8_byte(std::string("ab") + fault + "c"), 2U) << fault;
  }
}

// The examples of section 3.9 of the Unicode standard (tables 3-8 to 3-11).
TEST(ReplaceInvalidUtf8, ReplacesMaximalSubparts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(replace_invalid_utf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(replace_invalid_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
}

TEST(NormalizeUnicode, ComposesAndDecomposes) {
  EXPECT_EQ(normalize_unicode("e\u0301\u1112\u1161\u11ab", NormalizationForm::nfc), "\u00e9\ud55c");
  EXPECT_EQ(normalize_unicode("\u00e9\ud55c", NormalizationForm::nfd), "e\u0301\u1112\u1161\u11ab");
  EXPECT_EQ(normalize_unicode("\ufb01\u00b2", NormalizationForm::nfkc), "fi2");
  EXPECT_EQ(normalize_unicode("\uf900\u00bd", NormalizationForm::nfkd), "\u8c48\u0031\u2044\u0032");
  EXPECT_EQ(normalize_unicode("plain", NormalizationForm::nfd), "plain");
}

TEST(AppendLowercase, MapsOneCharacterToAsMany) {
  std::string text;
  for (const char32_t c : U"A\u0130\u03a3\u1e9ez") {
    if (c != 0) append_lowercase(text, c);
  }
  EXPECT_EQ(text, "ai\u0307\u03c3\u00dfz");
}

}  // namespace
}  // namespace phasescope::text
