#include "phasescope/text/python_text.h"

#include <algorithm>
#include <cstdio>

#include <utf8proc.h>

#include "phasescope/text/unicode.h"

namespace phasescope::text {
namespace {

char32_t to_upper(char32_t c) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

char32_t to_lower(char32_t c) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

bool is_cased(char32_t c) {
  return to_upper(c) != c || to_lower(c) != c;
}

void append_upper(std::string& text, char32_t c) {
  if (c == 0xDF) {
    text += "SS";
  } else {
    append_utf8(text, to_upper(c));
  }
}

std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> result;
  for_each_character(text, [&](char32_t c, std::size_t, std::size_t) { result.push_back(c); });
  return result;
}

bool is_stripped(char32_t c, const std::vector<char32_t>* characters) {
  if (characters == nullptr) return is_python_space(c);
  return std::find(characters->begin(), characters->end(), c) != characters->end();
}

/// Where the next stretch of characters that are, or are not, white space ends.
std::size_t end_of_run(std::string_view text, std::size_t begin, bool spaces) {
  while (begin < text.size() && is_python_space(code_point_at(text, begin)) == spaces) {
    begin += character_length(text[begin]);
  }
  return begin;
}

std::size_t begin_of_run(std::string_view text, std::size_t end, bool spaces) {
  while (end > 0 && is_python_space(code_point_before(text, end)) == spaces)
    end = character_begin_before(text, end);
  return end;
}

std::vector<std::string> split_at_spaces(std::string_view text, std::int64_t limit) {
  std::vector<std::string> parts;
  std::size_t begin = end_of_run(text, 0, true);
  while (begin < text.size()) {
    const bool is_last = limit >= 0 && parts.size() == static_cast<std::size_t>(limit);
    const std::size_t end = is_last ? begin_of_run(text, text.size(), true) : end_of_run(text, begin, false);
    // The rest keeps its trailing white space, unlike the last of unlimited parts.
    parts.emplace_back(is_last ? text.substr(begin) : text.substr(begin, end - begin));
    begin = is_last ? text.size() : end_of_run(text, end, true);
  }
  return parts;
}

std::vector<std::string> rsplit_at_spaces(std::string_view text, std::int64_t limit) {
  std::vector<std::string> parts;
  std::size_t end = begin_of_run(text, text.size(), true);
  while (end > 0) {
    const bool is_last = limit >= 0 && parts.size() == static_cast<std::size_t>(limit);
    const std::size_t begin = is_last ? 0 : begin_of_run(text, end, false);
    parts.emplace_back(text.substr(begin, end - begin));
    end = is_last ? 0 : begin_of_run(text, begin, true);
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

bool is_line_end(char32_t c) {
  return (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_printable(char32_t c) {
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  return c == ' ' || (category != UTF8PROC_CATEGORY_CN && category < UTF8PROC_CATEGORY_ZS);
}

void append_escaped(std::string& text, char32_t c) {
  char buffer[16];
  const char* form = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
  std::snprintf(buffer, sizeof buffer, form, static_cast<unsigned>(c));
  text += buffer;
}

}  // namespace

bool is_python_space(char32_t code_point) {
  return is_whitespace(code_point) || (code_point >= 0x1C && code_point <= 0x1F);
}

std::string python_strip(std::string_view text, const std::string* characters, bool left, bool right) {
  const std::vector<char32_t> set =
      characters == nullptr ? std::vector<char32_t>() : code_points(*characters);
  const std::vector<char32_t>* stripped = characters == nullptr ? nullptr : &set;
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (left && begin < end && is_stripped(code_point_at(text, begin), stripped)) {
    begin += character_length(text[begin]);
  }
  while (right && end > begin && is_stripped(code_point_before(text, end), stripped)) {
    end = character_begin_before(text, end);
  }
  return std::string(text.substr(begin, end - begin));
}

std::string python_upper(std::string_view text) {
  std::string result;
  for (const char32_t c : code_points(text)) append_upper(result, c);
  return result;
}

std::string python_lower(std::string_view text) {
  std::string result;
  for (const char32_t c : code_points(text)) append_lowercase(result, c);
  return result;
}

std::string python_capitalize(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t first = character_length(text.front());
  return python_upper(text.substr(0, first)) + python_lower(text.substr(first));
}

std::string python_title(std::string_view text) {
  std::string result;
  bool within_word = false;
  for (const char32_t c : code_points(text)) {
    if (within_word) {
      append_lowercase(result, c);
    } else {
      append_upper(result, c);
    }
    within_word = is_cased(c);
  }
  return result;
}

std::vector<std::string> python_split(std::string_view text, const std::string* separator,
                                      std::int64_t limit) {
  if (separator == nullptr) return split_at_spaces(text, limit);
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (auto end = text.find(*separator); end != std::string_view::npos && limit != 0;
       end = text.find(*separator, begin), --limit) {
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + separator->size();
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

std::vector<std::string> python_rsplit(std::string_view text, const std::string* separator,
                                       std::int64_t limit) {
  if (separator == nullptr) return rsplit_at_spaces(text, limit);
  std::vector<std::string> parts;
  for (; limit != 0; --limit) {
    const auto found = text.rfind(*separator);
    if (found == std::string_view::npos) break;
    parts.emplace_back(text.substr(found + separator->size()));
    text = text.substr(0, found);
  }
  parts.emplace_back(text);
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<std::string> python_splitlines(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t position = 0; position < text.size();) {
    const char32_t c = code_point_at(text, position);
    const std::size_t end = position;
    position += character_length(text[position]);
    if (!is_line_end(c)) continue;
    lines.emplace_back(text.substr(begin, end - begin));
    if (c == '\r' && position < text.size() && text[position] == '\n') ++position;
    begin = position;
  }
  if (begin < text.size()) lines.emplace_back(text.substr(begin));
  return lines;
}

std::string python_replace(std::string_view text, std::string_view old_part, std::string_view new_part,
                           std::int64_t limit) {
  std::string result;
  std::size_t begin = 0;
  // An empty part is found before every character and at the end.
  for (std::size_t from = 0; limit != 0; --limit) {
    const auto found = text.find(old_part, from);
    if (found == std::string_view::npos) break;
    result.append(text.substr(begin, found - begin)).append(new_part);
    begin = found + old_part.size();
    if (old_part.empty() && found == text.size()) break;
    from = old_part.empty() ? found + character_length(text[found]) : begin;
  }
  return result.append(text.substr(begin));
}

std::vector<std::string> python_characters(std::string_view text) {
  std::vector<std::string> characters;
  for_each_character(text, [&](char32_t, std::size_t position, std::size_t length) {
    characters.emplace_back(text.substr(position, length));
  });
  return characters;
}

std::string python_quoted(std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string result(1, quote);
  for (const char32_t c : code_points(text)) {
    switch (c) {
      case '\n':
        result += "\\n";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\\':
        result += "\\\\";
        break;
      default:
        if (c == static_cast<char32_t>(quote)) {
          result += std::string("\\") + quote;
        } else if (is_printable(c)) {
          append_utf8(result, c);
        } else {
          append_escaped(result, c);
        }
    }
  }
  return result + quote;
}

std::vector<std::size_t> python_slice(std::size_t size, std::optional<std::int64_t> start,
                                      std::optional<std::int64_t> stop, std::int64_t step) {
  const auto count = static_cast<std::int64_t>(size);
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? count : count - 1;
  const auto place = [&](std::optional<std::int64_t> given, std::int64_t fallback) {
    if (!given) return fallback;
    return std::clamp(*given < 0 ? *given + count : *given, low, high);
  };
  const std::int64_t first = place(start, step > 0 ? low : high);
  const std::int64_t last = place(stop, step > 0 ? high : low);
  std::vector<std::size_t> places;
  for (std::int64_t i = first; step > 0 ? i < last : i > last; i += step) {
    places.push_back(static_cast<std::size_t>(i));
  }
  return places;
}

}  // namespace phasescope::text
