#include "phasescope/sweep/execute_sweep.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/interrupt.h"
#include "phasescope/run/execute.h"
#include "phasescope/run/run_folder.h"
#include "phasescope/run/run_model.h"
#include "phasescope/sweep/merge.h"
#include "phasescope/sweep/sweep_folder.h"

namespace phasescope::sweep {
namespace {

bool is_below(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const std::filesystem::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

/// One share of a sweep at work.
class SweepJob {
 public:
  SweepJob(const SweepPlan& plan, const SweepOptions& options)
      : plan_(plan), options_(options), folder_(options.folder, options.shard, plan.identity) {}

  SweepSummary execute() {
    records_ = read_records(folder_.path());
    const auto [first, last] = options_.shard.range(plan_.points.size());
    summary_ = {folder_.path(), options_.shard, last - first, 0, 0, {}, false};
    require_unchanged_models(first, last);
    for (std::size_t i = first; i < last; ++i) visit(plan_.points[i], i - first + 1);
    merge_if_whole();
    return summary_;
  }

 private:
  const PointRecord* finished(const Point& point) const {
    const auto found = records_.find(point.name);
    return found != records_.end() && found->second.is_finished() ? &found->second : nullptr;
  }

  /// Results of another model must not stand beside those that are to come.
  void require_unchanged_models(std::size_t first, std::size_t last) const {
    std::map<std::string, Json> digests;  // of models that had to be read again
    for (std::size_t i = first; i < last; ++i) {
      const Point& point = plan_.points[i];
      const PointRecord* record = finished(point);
      if (record == nullptr || std::all_of(record->files.begin(), record->files.end(), is_unchanged))
        continue;
      Json& now = digests[point.options.model];
      if (now.is_null()) now = digests_of(run::RunModel(point.options).digests());
      const std::string difference = run::first_difference(record->model, now);
      if (difference.empty()) continue;
      throw Error(ExitClass::folder_busy,
                  {point_folder(folder_.path(), point.name).string(), "", std::nullopt,
                   "was made with another model: " + difference, "the same model files, or another folder"});
    }
  }

  static Json digests_of(const run::ModelDigests& digests) {
    return {{"config", digests.config}, {"tokenizer", digests.tokenizer}, {"weights", digests.weights}};
  }

  void visit(const Point& point, std::size_t number) {
    if (const PointRecord* record = finished(point)) {
      ++summary_.done_before;
      if (record->status == "partial") ++summary_.partial;
      return;
    }
    stop_if_interrupted();
    PointRecord record = run_point(point);
    folder_.append(record);
    report(record, number);
    if (record.status == "partial") ++summary_.partial;
    if (!record.is_finished()) summary_.failed.push_back(point.name);
    records_[point.name] = std::move(record);
  }

  PointRecord run_point(const Point& point) {
    PointRecord record;
    record.point = point.name;
    try {
      run::RunModel& model = model_of(point);
      record.files = stamps_of(model.checkpoint());
      run::RunOptions options = point.options;
      options.output = point_folder(folder_.path(), point.name);
      options.progress = options_.progress;
      record.status = run::execute_run(options, model).status;
      record.model = digests_of(model.digests());
      record.results = digest_results(options.output);
    } catch (const Error& error) {
      if (ends_the_sweep(error)) throw;
      record.status = "failed";
      record.error = error.what();
    }
    return record;
  }

  bool ends_the_sweep(const Error& error) const {
    switch (error.exit_class()) {
      case ExitClass::input_file:
      case ExitClass::numerics:
        return false;
      case ExitClass::environment:  // a full disk, a lost mount: the next point could not be written either
        return is_below(folder_.path(), error.details().file);
      default:
        return true;
    }
  }

  /// Kept for the next point: points that share a model follow each other.
  run::RunModel& model_of(const Point& point) {
    if (!model_ || model_name_ != point.options.model) {
      model_.reset();
      model_ = std::make_unique<run::RunModel>(point.options);
      model_name_ = point.options.model;
    }
    return *model_;
  }

  void report(const PointRecord& record, std::size_t number) const {
    if (!record.error.empty())
      std::fprintf(stderr, "failed: %s: %s\n", record.point.c_str(), record.error.c_str());
    if (options_.progress == ProgressStyle::none) return;
    std::fprintf(stderr, "point %zu of %zu: %s %s\n", number, summary_.points, record.point.c_str(),
                 record.status.c_str());
  }

  void merge_if_whole() {
    if (!options_.shard.is_whole() || !summary_.failed.empty()) return;
    summary_.merged = true;
    if (summary_.nothing_to_do() && is_merged(folder_.path())) return;
    merge_sweeps({folder_.path()}, folder_.path());
  }

  const SweepPlan& plan_;
  const SweepOptions& options_;
  SweepFolder folder_;
  std::map<std::string, PointRecord> records_;
  std::unique_ptr<run::RunModel> model_;
  std::string model_name_;
  SweepSummary summary_;
};

}  // namespace

SweepSummary execute_sweep(const SweepPlan& plan, const SweepOptions& options) {
  return SweepJob(plan, options).execute();
}

std::string summary_line(const SweepSummary& summary) {
  const std::string shard = summary.shard.is_whole() ? "" : " (shard " + summary.shard.text() + ")";
  if (summary.nothing_to_do()) return summary.folder.string() + shard + " is complete already: nothing to do";
  std::string line =
      "wrote " + summary.folder.string() + shard + ": " + std::to_string(summary.points) + " points";
  if (summary.done_before > 0) line += ", " + std::to_string(summary.done_before) + " done before";
  if (summary.partial > 0) line += ", " + std::to_string(summary.partial) + " with failed prompts";
  if (!summary.failed.empty()) line += ", " + std::to_string(summary.failed.size()) + " failed";
  return summary.merged ? line + "; merged" : line;
}

Json summary_to_json(const SweepSummary& summary) {
  return {{"dir", summary.folder.string()}, {"shard", summary.shard.text()},
          {"points", summary.points},       {"done_before", summary.done_before},
          {"partial", summary.partial},     {"failed", summary.failed},
          {"merged", summary.merged}};
}

}  // namespace phasescope::sweep
