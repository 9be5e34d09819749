#include "phasescope/run/compare.h"

#include <utility>

#include "phasescope/base/files.h"
#include "phasescope/report/comparison_documents.h"

namespace phasescope::run {

report::Comparison compare_sources(const std::vector<std::string>& sources) {
  std::vector<report::ComparedModel> models;
  for (const std::string& source : sources) models.push_back(read_compared_model(source));
  return report::compare_models(std::move(models));
}

void write_comparison(const std::filesystem::path& folder, const report::Comparison& comparison) {
  create_folder(folder);
  write_file_atomically(folder / "compare.md", report::comparison_to_markdown(comparison));
  write_file_atomically(folder / "compare.csv", report::comparison_to_csv(comparison));
  write_file_atomically(folder / "compare.json", report::comparison_to_json(comparison).dump(2) + "\n");
}

}  // namespace phasescope::run
