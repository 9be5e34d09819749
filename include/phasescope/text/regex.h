#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::text {

/// A range of bytes [begin, end) of some text.
struct Span {
  std::size_t begin;
  std::size_t end;
};

inline std::string_view part_of(std::string_view text, const Span& span) {
  return text.substr(span.begin, span.end - span.begin);
}

/// A compiled regular expression over valid UTF-8, with the meaning that Oniguruma's default (Ruby) syntax
/// gives it: tokenizer files are written for that library. Immutable; safe to share between threads.
class Regex {
 public:
  /// Errors: input_file, naming `file` and `field`, when the pattern is wrong or uses what cannot be
  /// translated.
  Regex(const std::string& pattern, const std::string& file, const std::string& field);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  /// The matches from left to right, without overlap. An empty match directly after a match is passed over.
  std::vector<Span> find_all(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

/// The pattern that matches exactly this text.
std::string escape_regex(std::string_view text);

}  // namespace phasescope::text
