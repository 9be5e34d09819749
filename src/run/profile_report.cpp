#include "phasescope/run/profile_report.h"

#include <algorithm>
#include <cstdio>

namespace phasescope::run {
namespace {

Json share_of(double seconds, double total) {
  return total > 0 ? Json(seconds / total) : Json(nullptr);
}

/// Billions a second; null where nothing was counted.
Json rate(double count, double seconds) {
  return count > 0 && seconds > 0 ? Json(count / seconds / 1e9) : Json(nullptr);
}

Json work_to_json(const ProfileEntry& entry, double total) {
  return {{"name", entry.work},
          {"calls", entry.calls},
          {"seconds", entry.seconds},
          {"share", share_of(entry.seconds, total)},
          {"gflops", rate(entry.operations, entry.seconds)},
          {"gigabytes_per_second", rate(entry.bytes, entry.seconds)}};
}

Json stage_to_json(const StageTotal& total, const std::vector<ProfileEntry>& entries) {
  std::vector<ProfileEntry> of_stage;
  double named = 0;
  for (const ProfileEntry& entry : entries) {
    if (entry.stage != total.stage) continue;
    of_stage.push_back(entry);
    named += entry.seconds;
  }
  std::stable_sort(of_stage.begin(), of_stage.end(),
                   [](const auto& a, const auto& b) { return a.seconds > b.seconds; });
  Json work = Json::array();
  for (const ProfileEntry& entry : of_stage) work.push_back(work_to_json(entry, total.seconds));
  if (!of_stage.empty()) {
    const double rest = std::max(0.0, total.seconds - named);
    work.push_back({{"name", "rest"},
                    {"calls", nullptr},
                    {"seconds", rest},
                    {"share", share_of(rest, total.seconds)},
                    {"gflops", nullptr},
                    {"gigabytes_per_second", nullptr}});
  }
  return {{"stage", total.stage}, {"seconds", total.seconds}, {"work", work}};
}

std::string number(const Json& value, const char* format, double scale = 1) {
  if (value.is_null()) return "";
  char text[32];
  std::snprintf(text, sizeof text, format, scale * value.get<double>());
  return text;
}

std::string table_line(const std::string& name, const std::string& calls, const std::string& seconds,
                       const std::string& share, const std::string& gflops, const std::string& gigabytes) {
  char text[160];
  const int length =
      std::snprintf(text, sizeof text, "%-36s %9s %10s %7s %9s %7s", name.c_str(), calls.c_str(),
                    seconds.c_str(), share.c_str(), gflops.c_str(), gigabytes.c_str());
  std::string line(text, static_cast<std::size_t>(length));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

Json profile_to_json(const std::vector<StageTotal>& totals, const std::vector<ProfileEntry>& entries) {
  Json profile = Json::array();
  for (const StageTotal& total : totals) profile.push_back(stage_to_json(total, entries));
  return profile;
}

std::string profile_to_text(const Json& profile) {
  std::string text = table_line("stage, work", "calls", "seconds", "share", "GFLOP/s", "GB/s");
  for (const Json& stage : profile) {
    text += table_line(stage["stage"].get<std::string>(), "", number(stage["seconds"], "%.4f"), "", "", "");
    for (const Json& work : stage["work"]) {
      text += table_line("  " + work["name"].get<std::string>(), number(work["calls"], "%.0f"),
                         number(work["seconds"], "%.4f"), number(work["share"], "%.1f %%", 100),
                         number(work["gflops"], "%.1f"), number(work["gigabytes_per_second"], "%.1f"));
    }
  }
  return text;
}

}  // namespace phasescope::run
