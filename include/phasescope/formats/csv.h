#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace phasescope::formats {

/// Builds a CSV table (RFC 4180, but with a line feed alone at line ends): a header, then rows of as many
/// cells. Cells with a comma, a quote or a line break are quoted. The locale plays no part.
class CsvTable {
 public:
  explicit CsvTable(const std::vector<std::string>& columns);

  CsvTable& add(std::string_view text);
  CsvTable& add(const char* text) { return add(std::string_view(text)); }
  CsvTable& add(const std::string& text) { return add(std::string_view(text)); }
  CsvTable& add(std::int64_t number);
  /// With the fewest digits that read back as the same double. An undefined number, or one that is not
  /// finite, is an empty cell.
  CsvTable& add(double number);
  CsvTable& add(const std::optional<double>& number);
  CsvTable& add(bool) = delete;  // there is no agreed spelling

  /// Ends a row. Error (internal): it has not as many cells as the header.
  void end_row();

  /// Header and all ended rows.
  const std::string& text() const { return text_; }

 private:
  void start_cell();

  std::string text_;
  std::size_t columns_ = 0;
  std::size_t cells_ = 0;  ///< of the row that is being written
};

/// The shortest decimal form that reads back as the same double; "nan" and "inf" for those.
std::string shortest_text(double number);

/// One record of a CSV text.
struct CsvRow {
  std::uint64_t line = 1;  ///< on which it starts, counted from 1
  std::vector<std::string> cells;
};

/// Reads RFC 4180, with any of the usual line ends, an optional byte-order mark, and blank lines left out.
/// Errors (input_file, with the line): a quote that is never closed, or text after a closing quote.
std::vector<CsvRow> parse_csv(std::string_view text, const std::string& file);

}  // namespace phasescope::formats
