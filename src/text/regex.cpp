#include "phasescope/text/regex.h"

#include <new>
#include <optional>
#include <utility>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "phasescope/base/error.h"
#include "phasescope/text/regex_syntax.h"
#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

struct MatchDataDeleter {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
using MatchData = std::unique_ptr<pcre2_match_data, MatchDataDeleter>;

std::string error_text(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

/// One search. The stack of compiled matching is small and fixed; when a text needs more, the interpreter,
/// whose memory is on the heap, takes over.
int search(const pcre2_code* code, std::string_view text, std::size_t start, pcre2_match_data* data) {
  const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  const int found = pcre2_match(code, subject, text.size(), start, PCRE2_NO_UTF_CHECK, data, nullptr);
  if (found != PCRE2_ERROR_JIT_STACKLIMIT) return found;
  return pcre2_match(code, subject, text.size(), start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, nullptr);
}

std::optional<Span> next_match(const pcre2_code* code, std::string_view text, std::size_t start,
                               pcre2_match_data* data) {
  const int found = search(code, text, start, data);
  if (found == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (found == PCRE2_ERROR_NOMEMORY) throw std::bad_alloc();
  if (found < 0) throw Error(ExitClass::internal, "regular expression: " + error_text(found));
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data);
  return Span{offsets[0], offsets[1]};
}

}  // namespace

struct Regex::Compiled {
  explicit Compiled(pcre2_code* compiled) : code(compiled) {}
  ~Compiled() { pcre2_code_free(code); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  pcre2_code* code;
};

Regex::Regex(const std::string& pattern, const std::string& file, const std::string& field) {
  const std::string translated = translate_oniguruma(pattern, file, field);
  int error = 0;
  PCRE2_SIZE error_offset = 0;
  // Ruby's ^ and $ match at every line; its [] is an error, as is PCRE2's.
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(),
                                   PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, &error, &error_offset, nullptr);
  if (code == nullptr) {
    throw_input_error(file, field, "regular expression \"" + pattern + "\": " + error_text(error));
  }
  compiled_ = std::make_unique<Compiled>(code);
  // Failure only means that matching is interpreted.
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
}

Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

std::vector<Span> Regex::find_all(std::string_view text) const {
  const MatchData data(pcre2_match_data_create(1, nullptr));
  if (!data) throw std::bad_alloc();
  std::vector<Span> matches;
  std::size_t start = 0;
  while (start <= text.size()) {
    const auto match = next_match(compiled_->code, text, start, data.get());
    if (!match) break;
    const bool follows_match = !matches.empty() && matches.back().end == match->end;
    if (match->begin == match->end && follows_match) {
      start += start < text.size() ? character_length(text[start]) : 1;
      continue;
    }
    matches.push_back(*match);
    start = match->end;
  }
  return matches;
}

std::string escape_regex(std::string_view text) {
  static constexpr std::string_view special = "\\.+*?()|[]{}^$#&-~/ \t\n\r\f\v";
  std::string pattern;
  for (const char c : text) {
    if (special.find(c) != std::string_view::npos) {
      pattern += '\\';
      // A backslash before a control character would not mean that character everywhere.
      if (static_cast<unsigned char>(c) < 0x20) {
        static constexpr char digits[] = "0123456789abcdef";
        pattern += {'x', digits[static_cast<unsigned char>(c) >> 4], digits[c & 0xF]};
        continue;
      }
    }
    pattern += c;
  }
  return pattern;
}

}  // namespace phasescope::text
