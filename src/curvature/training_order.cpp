#include "phasescope/curvature/training_order.h"

#include <algorithm>
#include <map>
#include <regex>
#include <utility>

namespace phasescope::curvature {

std::optional<TrainingPlace> training_place_of(const std::string& model) {
  static const std::regex form(
      R"(^(.*?)[-_@/.]*(?:step|checkpoint|ckpt|iter|epoch)[-_]?([0-9]{1,12})(k?)(?![0-9]).*$)",
      std::regex::icase);
  std::smatch parts;
  if (!std::regex_match(model, parts, form)) return std::nullopt;
  const std::int64_t number = std::stoll(parts[2].str());
  return TrainingPlace{parts[1].str(), parts[3].length() > 0 ? 1000 * number : number};
}

std::vector<TrainingPath> training_paths(const std::vector<std::string>& models) {
  std::map<std::string, std::vector<std::pair<std::int64_t, std::string>>> checkpoints;
  for (const std::string& model : models) {
    if (const auto place = training_place_of(model))
      checkpoints[place->training].emplace_back(place->step, model);
  }
  std::vector<TrainingPath> paths;
  for (auto& [training, steps] : checkpoints) {
    if (steps.size() < 2) continue;
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    paths.push_back({training, {}});
    for (auto& [step, model] : steps) paths.back().models.push_back(std::move(model));
  }
  return paths;
}

}  // namespace phasescope::curvature
