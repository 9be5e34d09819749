#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace phasescope::report {

/// An HTML page in one file, built from top to bottom: styles and pictures are inside, nothing is fetched and
/// no script runs, so it can be mailed and kept. Colours follow the reader's light or dark preference and are
/// the light ones on paper. Text is escaped. The same calls give the same bytes.
class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title);

  void heading(std::string_view text);
  void paragraph(std::string_view text);
  /// A paragraph that stands out: what the reader should take away.
  void statement(std::string_view text);
  /// Rows of as many cells as the header. Columns of numbers and of intervals [a, b] are set to the right.
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
  /// The document of a Drawing (svg.h), which keeps its title and description for screen readers. Not
  /// escaped.
  void picture(std::string_view svg);
  /// What follows until end_details is folded behind its summary. Not nested.
  void begin_details(std::string_view summary);
  void end_details();

  /// The whole page.
  std::string document() const;

 private:
  void element(std::string_view name, std::string_view text, std::string_view attributes = {});

  std::string title_;
  std::string body_;
};

}  // namespace phasescope::report
