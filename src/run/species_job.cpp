#include "species_job.h"

#include "species_figures.h"

#include <utility>

#include "phasescope/base/files.h"
#include "phasescope/intelliton/dynamics.h"
#include "phasescope/intelliton/pair_diagnostics.h"
#include "phasescope/report/catalog_csv.h"
#include "phasescope/report/detail_json.h"
#include "phasescope/report/species_csv.h"
#include "phasescope/report/species_json.h"

namespace phasescope::run {

intelliton::SpeciesOptions species_options(intelliton::Options field, const NullOptions& nulls,
                                           std::uint64_t seed, bool last_point_after_norm) {
  intelliton::SpeciesOptions options;
  options.field = std::move(field);
  options.field.last_point_after_norm = last_point_after_norm;
  options.match.seed = options.robust.seed = seed;
  if (nulls.wants(Null::shuffle_tokens)) options.match.shuffle_tokens_draws = nulls.shuffle_draws;
  if (nulls.wants(Null::shuffle_layers)) options.match.shuffle_layers_draws = nulls.shuffle_draws;
  options.sign_audit_draws = nulls.sign_audit_draws;
  return options;
}

SpeciesJob::SpeciesJob(const intelliton::SpeciesOptions& options, bool detail,
                       const std::vector<states::Sequence>& sequences, const std::filesystem::path& scratch)
    : options_(options),
      detail_(detail),
      sequences_(detail ? sequences : std::vector<states::Sequence>()),
      fields_(sequences, options.field, detail, options.match, scratch) {}

intelliton::SpeciesReport SpeciesJob::report() {
  return intelliton::species_report(fields_, options_);
}

void SpeciesJob::write(const std::filesystem::path& folder, const intelliton::SpeciesReport& report,
                       const Json& model, const intelliton::PairObserver* pairs) const {
  create_folder(folder / "tables");
  write_file_atomically(folder / "species.json",
                        report::species_to_json(report, model, detail_).dump(2) + "\n");
  write_file_atomically(folder / "tables/catalog.csv", report::catalog_to_csv(report.published));
  write_file_atomically(folder / "tables/species.csv", report::species_to_csv(report));
  write_species_figures(folder, report, *fields_.representative(), model);
  if (detail_)
    write_file_atomically(folder / "detail.json", detail_json(report.published, pairs).dump(1) + "\n");
}

Json SpeciesJob::detail_json(const intelliton::Catalog& catalog,
                             const intelliton::PairObserver* pairs) const {
  Json fields = Json::object();
  for (const states::Sequence& sequence : sequences_) {
    const intelliton::FieldAnalysis* analysis = fields_.details(sequence.name);
    if (analysis != nullptr) fields[sequence.name] = report::field_detail_json(*analysis);
  }
  Json detail = {{"fields", std::move(fields)},
                 {"catalog", report::catalog_detail_json(catalog)},
                 {"dynamics", dynamics_json(catalog)}};
  if (pairs != nullptr) {
    detail["pairs"] =
        report::pairs_detail_json(intelliton::pair_diagnostics(pairs->pairs(), pairs->controls()));
  }
  return detail;
}

Json SpeciesJob::dynamics_json(const intelliton::Catalog& catalog) const {
  std::vector<std::pair<std::string, intelliton::ModeObservables>> fields;
  std::size_t baseline = 0;
  for (const states::Sequence& sequence : sequences_) {
    const intelliton::FieldAnalysis* analysis = fields_.details(sequence.name);
    if (analysis == nullptr) continue;
    fields.emplace_back(sequence.name, intelliton::mode_observables(*analysis));
    if (sequence.category == sequences_.front().category) ++baseline;
  }
  return report::dynamics_detail_json(intelliton::field_dynamics(fields, baseline, catalog.species));
}

}  // namespace phasescope::run
