#include "phasescope/text/csv.h"

#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::text {
namespace {

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  std::vector<CsvRecord> parse() {
    std::vector<CsvRecord> records;
    while (position_ < text_.size()) {
      CsvRecord record = take_record();
      const bool is_empty_line = record.fields.size() == 1 && record.fields[0].empty();
      if (!is_empty_line) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  [[noreturn]] void fail(const std::string& reason, std::uint64_t line) const {
    throw_input_error(file_, "CSV", reason, {}, at_line(line));
  }

  bool at(std::string_view wanted) const { return text_.substr(position_, wanted.size()) == wanted; }
  bool at_record_end() const { return position_ == text_.size() || at("\n") || at("\r\n"); }

  CsvRecord take_record() {
    CsvRecord record{line_, {take_field()}};
    while (at(",")) {
      ++position_;
      record.fields.push_back(take_field());
    }
    take_line_end();
    return record;
  }

  void take_line_end() {
    if (at("\r\n")) ++position_;
    if (at("\n")) {
      ++position_;
      ++line_;
    }
  }

  std::string take_field() { return at("\"") ? take_quoted_field() : take_plain_field(); }

  std::string take_plain_field() {
    const std::size_t begin = position_;
    while (!at_record_end() && !at(",")) {
      if (at("\"")) fail("a quote within a field that is not quoted", line_);
      ++position_;
    }
    return std::string(text_.substr(begin, position_ - begin));
  }

  std::string take_quoted_field() {
    const std::uint64_t first_line = line_;
    std::string field;
    ++position_;
    while (!at("\"") || at("\"\"")) {
      if (position_ == text_.size()) fail("a quoted field is not closed", first_line);
      if (at("\"\"")) ++position_;
      if (at("\n")) ++line_;
      field += text_[position_++];
    }
    ++position_;
    if (!at_record_end() && !at(",")) fail("text after a closing quote", line_);
    return field;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t position_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

std::vector<CsvRecord> parse_csv(std::string_view text, const std::string& file) {
  return CsvParser(text, file).parse();
}

}  // namespace phasescope::text
