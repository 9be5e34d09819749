#include "phasescope/sweep/sweep_estimate.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "phasescope/base/error.h"
#include "phasescope/base/interrupt.h"
#include "phasescope/base/memory.h"
#include "phasescope/run/plan.h"
#include "phasescope/run/run_model.h"
#include "phasescope/sweep/sweep_folder.h"

namespace phasescope::sweep {
namespace {

std::string gibibytes(std::uint64_t bytes) {
  char text[32];
  const double mebi = static_cast<double>(bytes) / (1 << 20);
  std::snprintf(text, sizeof text, mebi < 1024 ? "%.1f MiB" : "%.1f GiB", mebi < 1024 ? mebi : mebi / 1024);
  return text;
}

std::string scientific(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", value);
  return text;
}

void fill(PointEstimate& estimate, const run::RunOptions& options, run::RunModel& model) {
  const run::Plan plan = run::make_plan(options, model.checkpoint(), model.tokenizer());
  const run::BatchSize largest = run::largest_batch(plan);
  const run::MemoryPlan memory =
      run::plan_memory(model.checkpoint(), largest.prompt_tokens, largest.cached_tokens);
  estimate.parameters = model.checkpoint().parameters();
  estimate.prompt_tokens = plan.prompt_tokens();
  estimate.new_tokens = plan.largest_generation();
  estimate.cost = static_cast<double>(estimate.prompt_tokens + estimate.new_tokens) *
                  static_cast<double>(estimate.parameters);
  const std::uint64_t working = memory.activations + memory.kv_cache;
  estimate.memory_kept = working + memory.converted_weights;
  estimate.memory_least = working + memory.largest_block;
}

using Row = std::vector<std::string>;

/// Columns as wide as their widest cell; the first is text, the others end at the right.
std::string table_text(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = row[0] + std::string(widths[0] - row[0].size(), ' ');
    for (std::size_t i = 1; i < row.size(); ++i)
      line += "  " + std::string(widths[i] - row[i].size(), ' ') + row[i];
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::vector<PointEstimate> estimate_points(const SweepPlan& plan, const std::filesystem::path& folder) {
  std::map<std::string, PointRecord> records;
  if (!folder.empty() && std::filesystem::exists(plan_file(folder))) {
    require_same_sweep(folder, plan.identity);
    records = read_records(folder);
  }
  std::vector<PointEstimate> estimates;
  std::unique_ptr<run::RunModel> model;
  std::string model_name;
  for (const Point& point : plan.points) {
    stop_if_interrupted();
    PointEstimate estimate;
    estimate.point = point.name;
    const auto found = records.find(point.name);
    if (found != records.end()) estimate.status = found->second.status;
    try {
      if (!model || model_name != point.options.model) {
        model.reset();
        model = std::make_unique<run::RunModel>(point.options);
        model_name = point.options.model;
      }
      fill(estimate, point.options, *model);
    } catch (const Error& error) {
      if (error.exit_class() == ExitClass::usage) throw;
      estimate.error = error.what();
    }
    estimates.push_back(std::move(estimate));
  }
  return estimates;
}

std::string estimates_text(const std::vector<PointEstimate>& estimates) {
  std::vector<Row> rows = {{"point", "status", "parameters", "prompt tokens", "new tokens",
                            "tokens x parameters", "memory", "least memory"}};
  std::string errors;
  double cost = 0, open_cost = 0;
  std::size_t open = 0;
  for (const PointEstimate& e : estimates) {
    if (!e.error.empty()) {
      rows.push_back({e.point, "wrong", "", "", "", "", "", ""});
      errors += "wrong: " + e.point + ": " + e.error + "\n";
      continue;
    }
    rows.push_back({e.point, e.status, std::to_string(e.parameters), std::to_string(e.prompt_tokens),
                    "<= " + std::to_string(e.new_tokens), scientific(e.cost), gibibytes(e.memory_kept),
                    gibibytes(e.memory_least)});
    cost += e.cost;
    const bool is_open = e.status == "open" || e.status == "failed";
    open += is_open ? 1 : 0;
    open_cost += is_open ? e.cost : 0;
  }
  return table_text(rows) + errors + std::to_string(estimates.size()) + " points, " + scientific(cost) +
         " tokens x parameters; to do: " + std::to_string(open) + " points, " + scientific(open_cost) +
         "; memory free now: " + gibibytes(available_memory()) + "\n";
}

Json estimates_to_json(const std::vector<PointEstimate>& estimates) {
  Json points = Json::array();
  double cost = 0;
  for (const PointEstimate& e : estimates) {
    cost += e.cost;
    points.push_back({{"name", e.point},
                      {"status", e.status},
                      {"parameters", e.parameters},
                      {"prompt_tokens", e.prompt_tokens},
                      {"new_tokens", e.new_tokens},
                      {"cost", e.cost},
                      {"memory", {{"kept", e.memory_kept}, {"least", e.memory_least}}},
                      {"error", e.error.empty() ? Json(nullptr) : Json(e.error)}});
  }
  return {{"points", points}, {"cost", cost}};
}

}  // namespace phasescope::sweep
