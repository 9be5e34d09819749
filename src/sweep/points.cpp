#include "phasescope/sweep/points.h"

#include <map>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/sha256.h"
#include "phasescope/sweep/model_patterns.h"

namespace phasescope::sweep {
namespace {

/// Longer names are cut and told apart by a digest: file systems take 255 bytes.
constexpr std::size_t kLongestName = 180;

std::string fitted(const std::string& name) {
  if (name.size() <= kLongestName) return name;
  return name.substr(0, kLongestName - 9) + "-" + sha256_of_text(name).substr(0, 8);
}

struct Model {
  std::string path;
  std::string label;
};

std::vector<Model> models_of(const SweepFile& file) {
  std::vector<std::string> paths, given;
  for (const AxisValue& value : file.axes.front().values) {
    const auto entry = value.value.get<std::string>();
    const std::vector<std::string> expanded = expand_model(entry);
    paths.insert(paths.end(), expanded.begin(), expanded.end());
    // A label of the user's own stands where its entry is one model.
    given.resize(paths.size());
    if (expanded.size() == 1 && value.label != entry) given.back() = value.label;
  }
  const std::vector<std::string> labels = model_labels(paths);
  std::vector<Model> models;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string label = given[i].empty() ? labels[i] : file_name_of(given[i]);
    models.push_back({paths[i], label});
  }
  return models;
}

class PointMaker {
 public:
  PointMaker(const SweepFile& file, const OptionsReader& reader) : file_(file), reader_(reader) {}

  std::vector<Point> make() {
    for (const Model& model : models_of(file_)) {
      Point point;
      point.name = model.label;
      point.model = model.label;
      Json options = file_.options;
      options["model"] = model.path;
      combine(1, std::move(point), options);
    }
    return std::move(points_);
  }

 private:
  void combine(std::size_t axis_index, Point point, const Json& options) {
    if (axis_index == file_.axes.size()) return finish(std::move(point), options);
    const Axis& axis = file_.axes[axis_index];
    for (const AxisValue& value : axis.values) {
      Point next = point;
      next.name += "_" + file_name_of(axis.option) + "-" + file_name_of(value.label);
      next.values[axis.option] = value.value;
      Json chosen = options;
      chosen[axis.option] = value.value;
      combine(axis_index + 1, std::move(next), chosen);
    }
  }

  void finish(Point point, const Json& options) {
    point.name = fitted(point.name);
    const auto [found, is_new] = index_of_name_.emplace(point.name, points_.size());
    if (!is_new) {
      throw_input_error(file_.file, "axes",
                        "two points have the name " + point.name + " (" +
                            points_[found->second].options.model + ", " +
                            options["model"].get<std::string>() + ")",
                        "values that differ, or labels for them");
    }
    point.options = reader_(options, file_.file);
    points_.push_back(std::move(point));
  }

  const SweepFile& file_;
  const OptionsReader& reader_;
  std::vector<Point> points_;
  std::map<std::string, std::size_t> index_of_name_;
};

}  // namespace

std::vector<Point> make_points(const SweepFile& file, const OptionsReader& reader) {
  return PointMaker(file, reader).make();
}

}  // namespace phasescope::sweep
