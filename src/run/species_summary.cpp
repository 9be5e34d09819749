#include "species_summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "phasescope/intelliton/null_marks.h"

namespace phasescope::run {
namespace {

using intelliton::DiagnosticsReport;
using intelliton::SpeciesReport;

constexpr std::size_t kShown = 5;  // species of each list; the tables have all

std::string number(double value, const char* format = "%.3g") {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string number(const std::optional<double>& value) {
  return value ? number(*value) : "none";
}

/// "1 category", "5 categories"
std::string counted(std::size_t count, const char* one, const char* several) {
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

/// "2.41 [2.2, 2.7]"
std::string interval(const stats::Estimate& estimate) {
  if (!estimate.value) return "none";
  std::string text = number(*estimate.value);
  if (estimate.low && estimate.high)
    text += " [" + number(*estimate.low) + ", " + number(*estimate.high) + "]";
  return text;
}

/// Rows of cells in columns as wide as their widest cell; the last one is not filled up.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += " " + row[c];
      if (c + 1 < row.size()) line += std::string(widths[c] - row[c].size() + 1, ' ');
    }
    text += line + "\n";
  }
  return text;
}

std::string left_out(std::size_t count, const char* table) {
  if (count <= kShown) return "";
  return "  and " + std::to_string(count - kShown) + " more in " + table + "\n";
}

std::string published_table(const SpeciesReport& report) {
  std::vector<std::vector<std::string>> rows{
      {"published", "amplitude", "spin", "pole mass", "momentum", "Z", "categories"}};
  const auto& species = report.published.species;
  for (std::size_t s = 0; s < std::min(species.size(), kShown); ++s) {
    rows.push_back({"I_" + std::to_string(s), number(species[s].amplitude), number(species[s].spin),
                    number(species[s].pole_mass), number(species[s].momentum),
                    number(species[s].wavefunction_z), std::to_string(species[s].categories.size())});
  }
  return aligned(rows) + left_out(species.size(), "tables/catalog.csv");
}

std::string marks_cell(const SpeciesReport& report, std::size_t place, bool nulls_asked) {
  const auto marks = intelliton::species_marks(report, place);
  if (marks.empty()) return nulls_asked ? "-" : "not asked";
  std::string text;
  for (const auto& mark : marks) text += (text.empty() ? "" : ", ") + mark.quantity;
  return text;
}

bool nulls_were_asked(const SpeciesReport& report) {
  return report.options.match.shuffle_tokens_draws > 0 || report.options.match.shuffle_layers_draws > 0 ||
         !report.model_nulls.empty();
}

std::string estimated_table(const SpeciesReport& report) {
  std::vector<std::vector<std::string>> rows{
      {"estimated", "amplitude", "growth rate", "spin", "|k|", "pole", "inside a null"}};
  const auto& species = report.robust.species;
  for (std::size_t s = 0; s < std::min(species.size(), kShown); ++s) {
    rows.push_back({"S_" + std::to_string(s), interval(species[s].amplitude.estimate),
                    interval(species[s].growth_rate.estimate), interval(species[s].spin.estimate),
                    number(species[s].power_momentum.estimate.value),
                    species[s].pole_share > 0.5 ? number(species[s].pole_mass.estimate.value) : "none",
                    marks_cell(report, s, nulls_were_asked(report))});
  }
  return aligned(rows) + left_out(species.size(), "tables/species.csv");
}

std::string null_line(const SpeciesReport& report) {
  const auto marks = intelliton::field_marks(report);
  std::string text = "Inside its null: " + (marks.empty() ? "nothing" : intelliton::marks_text(marks));
  if (!nulls_were_asked(report)) text += "; the nulls of --null were not asked for";
  return text + ".\n";
}

std::string audit_line(const SpeciesReport& report) {
  if (!report.sign_audit) return "";
  const auto& audit = *report.sign_audit;
  const auto range = [](const intelliton::AuditRange& r) { return number(r.low) + " to " + number(r.high); };
  return "Under " + std::to_string(audit.draws) + " random signs the published catalog has " +
         range(audit.n_species) + " species; I_0 is in " + range(audit.first_species_categories) +
         " categories, its occupation " + range(audit.first_species_occupation) + ".\n";
}

std::string species_text(const SpeciesReport& report) {
  std::string text = "Species of " + counted(report.n_prompts, "prompt", "prompts") + " in " +
                     counted(report.categories.size(), "category", "categories") + ": " +
                     std::to_string(report.published.species.size()) + " published, estimated " +
                     interval(report.robust.n_species.estimate) + "; " +
                     std::to_string(report.robust.incoherent.size()) +
                     " active modes share no axis. Medians [95 %].\n";
  if (!report.published.species.empty()) text += published_table(report);
  if (!report.robust.species.empty()) text += estimated_table(report);
  return text + null_line(report) + audit_line(report);
}

std::string percent(const std::optional<double>& share) {
  return share ? number(100 * *share, "%.0f") + " %" : "none";
}

std::string flag_line(const DiagnosticsReport& report) {
  const auto& pairs = *report.pairs;
  std::string text = "Pairs: the published flag is raised for " + percent(pairs.flag_rate) + " of " +
                     std::to_string(pairs.pairs.size()) + " pairs and " + percent(pairs.control_flag_rate) +
                     " of " + std::to_string(pairs.controls.size()) + " controls.\n";
  if (report.flags.empty()) return text;
  const auto& peak = report.flags.front();
  text +=
      "  Peak divergence, pairs against controls: AUC " + interval(peak.auc) + ", p " + number(peak.p_value);
  const auto inside = intelliton::inside_permutation_null(peak.p_value);
  if (inside) text += *inside ? ": inside its null" : ": outside its null";
  return text + ".\n";
}

/// How far an AUC is from telling nothing; undefined ones are last.
double separation(const intelliton::MeasureRow& row) {
  return row.auc.value ? std::abs(*row.auc.value - 0.5) : -1;
}

std::string measure_line(const DiagnosticsReport& report) {
  const intelliton::MeasureRow* best = nullptr;
  const intelliton::MeasureRow* length = nullptr;
  std::size_t measures = 0, replaced = 0;
  for (const auto& row : report.measures) {
    if (row.name == intelliton::kPromptLength) length = &row;
    if (row.baseline) continue;
    ++measures;
    replaced += row.length_does_as_well.value_or(false) ? 1 : 0;
    if (best == nullptr || separation(row) > separation(*best)) best = &row;
  }
  if (best == nullptr || length == nullptr) return "";
  return "  Grounded against the other side, best of " + std::to_string(measures) +
         " measures: " + best->name + ", AUC " + interval(best->auc) + ".\n  Prompt length alone: AUC " +
         interval(length->auc) + ", as well as " + std::to_string(replaced) + " of them.\n";
}

/// Names of the rows whose AUC lies among those of null networks.
template <typename Row>
void add_reproduced(const std::vector<intelliton::NullQuantity>& compared, const std::vector<Row>& rows,
                    bool (*is_shown)(const Row&), std::string& names) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_shown(rows[i]) && compared[i].inside.front().value_or(false))
      names += (names.empty() ? "" : ", ") + rows[i].name;
  }
}

/// The flags and measures that null networks reproduce; baselines are left out.
std::string network_lines(const DiagnosticsReport& report) {
  using intelliton::CalibratedFlag;
  using intelliton::MeasureRow;
  std::string text;
  for (const auto& null : report.model_nulls) {
    std::string names;
    add_reproduced<CalibratedFlag>(
        null.flags, report.flags, [](const CalibratedFlag&) { return true; }, names);
    add_reproduced<MeasureRow>(
        null.measures, report.measures, [](const MeasureRow& row) { return !row.baseline; }, names);
    text += "  AUC among those of " + null.name + ": " + (names.empty() ? "none" : names) + ".\n";
  }
  return text;
}

std::string diagnostics_text(const DiagnosticsReport& report) {
  if (!report.pairs) return "";
  return flag_line(report) + measure_line(report) + network_lines(report);
}

}  // namespace

void summarise_species(const SpeciesResults& results, RunSummary& summary) {
  if (results.species) {
    summary.species = static_cast<std::int64_t>(results.species->published.species.size());
    summary.species_text += species_text(*results.species);
  }
  if (results.diagnostics) summary.species_text += diagnostics_text(*results.diagnostics);
}

}  // namespace phasescope::run
