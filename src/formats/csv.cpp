#include "phasescope/formats/csv.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::formats {

std::string shortest_text(double number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  return {buffer, end};
}

CsvTable::CsvTable(const std::vector<std::string>& columns) : columns_(columns.size()) {
  for (const std::string& column : columns) add(column);
  end_row();
}

void CsvTable::start_cell() {
  if (cells_ > 0) text_ += ',';
  ++cells_;
}

CsvTable& CsvTable::add(std::string_view text) {
  start_cell();
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    text_ += text;
    return *this;
  }
  text_ += '"';
  for (const char character : text) {
    if (character == '"') text_ += '"';
    text_ += character;
  }
  text_ += '"';
  return *this;
}

CsvTable& CsvTable::add(std::int64_t number) {
  start_cell();
  text_ += std::to_string(number);
  return *this;
}

CsvTable& CsvTable::add(double number) {
  start_cell();
  if (std::isfinite(number)) text_ += shortest_text(number);
  return *this;
}

CsvTable& CsvTable::add(const std::optional<double>& number) {
  return add(number ? *number : std::nan(""));
}

void CsvTable::end_row() {
  if (cells_ != columns_) {
    throw Error(ExitClass::internal,
                "a CSV row has " + std::to_string(cells_) + " cells, its header " + std::to_string(columns_));
  }
  cells_ = 0;
  text_ += '\n';
}

namespace {

/// Takes a CSV text apart, character by character.
class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& file) : text_(text), file_(file) {
    if (text_.rfind("\xEF\xBB\xBF", 0) == 0) text_.remove_prefix(3);
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> rows;
    while (!at_end()) {
      CsvRow row = next_row();
      if (row.cells.size() > 1 || !row.cells.front().empty()) rows.push_back(std::move(row));
    }
    return rows;
  }

 private:
  bool at_end() const { return position_ == text_.size(); }
  bool at_line_end() const { return at_end() || text_[position_] == '\n' || text_[position_] == '\r'; }

  CsvRow next_row() {
    CsvRow row;
    row.line = line_;
    row.cells.push_back(next_cell());
    while (!at_line_end()) {
      ++position_;  // the comma
      row.cells.push_back(next_cell());
    }
    skip_line_end();
    return row;
  }

  void skip_line_end() {
    if (at_end()) return;
    const bool two = text_.substr(position_, 2) == "\r\n";
    position_ += two ? 2 : 1;
    ++line_;
  }

  std::string next_cell() {
    if (!at_end() && text_[position_] == '"') return quoted_cell();
    const std::size_t start = position_;
    while (!at_line_end() && text_[position_] != ',') ++position_;
    return std::string(text_.substr(start, position_ - start));
  }

  std::string quoted_cell() {
    const std::uint64_t first_line = line_;
    std::string cell;
    for (++position_; !at_end(); ++position_) {
      if (text_[position_] == '"' && text_.substr(position_, 2) != "\"\"") {
        ++position_;
        if (at_line_end() || text_[position_] == ',') return cell;
        throw_input_error(file_, "CSV", "text follows a closing quote", "a comma or the end of the line",
                          at_line(line_));
      }
      if (text_[position_] == '"') ++position_;  // the second of a doubled quote stands for both
      if (text_[position_] == '\n') ++line_;
      cell += text_[position_];
    }
    throw_input_error(file_, "CSV", "a quote is never closed", {}, at_line(first_line));
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t position_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace

std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file) {
  return CsvParser(text, file).rows();
}

}  // namespace phasescope::formats
