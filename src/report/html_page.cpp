#include "phasescope/report/html_page.h"

#include "phasescope/report/svg.h"

namespace phasescope::report {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1b1f24;--muted:#5b6370;--line:#dde1e6;--paper:#ffffff;--shade:#f4f6f8}
@media screen and (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--muted:#a3abb8;--line:#333944;--paper:#15181d;--shade:#1d2128}}
body{font:16px/1.5 'Helvetica Neue',Helvetica,Arial,'DejaVu Sans',sans-serif;color:var(--ink);background:var(--paper);
max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.25rem;margin:2.5rem 0 .5rem;border-top:1px solid var(--line);padding-top:1rem}
.statement{background:var(--shade);border-left:4px solid var(--muted);padding:.6rem .9rem}
.table{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.25rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{color:var(--muted);font-weight:600}.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
summary{cursor:pointer;color:var(--muted)}details,figure{margin:1rem 0}
@media print{details{display:block}h2{break-after:avoid}figure,tr{break-inside:avoid}}
)";

bool begins_like_a_number(std::string_view cell) {
  const std::size_t digit = cell.find_first_not_of("[-+.");
  return digit != std::string_view::npos && digit < 3 && cell[digit] >= '0' && cell[digit] <= '9';
}

/// Whether every cell of a column that is not empty begins like a number or an interval, and there is one.
bool is_numeric(const std::vector<std::vector<std::string>>& rows, std::size_t column) {
  bool any = false;
  for (const auto& row : rows) {
    if (row[column].empty()) continue;
    if (!begins_like_a_number(row[column])) return false;
    any = true;
  }
  return any;
}

}  // namespace

HtmlPage::HtmlPage(std::string_view title) : title_(title) {
  element("h1", title);
}

void HtmlPage::heading(std::string_view text) {
  element("h2", text);
}

void HtmlPage::paragraph(std::string_view text) {
  element("p", text);
}

void HtmlPage::statement(std::string_view text) {
  element("p", text, " class=\"statement\"");
}

void HtmlPage::table(const std::vector<std::string>& header,
                     const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string_view> attributes;
  for (std::size_t column = 0; column < header.size(); ++column)
    attributes.emplace_back(is_numeric(rows, column) ? " class=\"number\"" : "");
  const auto add_row = [&](std::string_view element_name, const std::vector<std::string>& cells) {
    body_ += "<tr>";
    for (std::size_t column = 0; column < cells.size(); ++column)
      element(element_name, cells[column], attributes[column]);
    body_ += "</tr>\n";
  };
  body_ += "<div class=\"table\"><table><thead>\n";
  add_row("th", header);
  body_ += "</thead><tbody>\n";
  for (const auto& row : rows) add_row("td", row);
  body_ += "</tbody></table></div>\n";
}

void HtmlPage::picture(std::string_view svg) {
  body_.append("<figure>").append(svg).append("</figure>\n");
}

void HtmlPage::begin_details(std::string_view summary) {
  body_ += "<details>";
  element("summary", summary);
}

void HtmlPage::end_details() {
  body_ += "</details>\n";
}

std::string HtmlPage::document() const {
  std::string text = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">";
  text +=
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" + escape_xml(title_);
  text.append("</title><style>").append(kStyle).append("</style></head><body>\n");
  return text + body_ + "</body></html>\n";
}

void HtmlPage::element(std::string_view name, std::string_view text, std::string_view attributes) {
  body_.append("<").append(name).append(attributes).append(">");
  body_ += escape_xml(text);
  body_.append("</").append(name).append(">");
  if (name != "td" && name != "th") body_ += "\n";
}

}  // namespace phasescope::report
