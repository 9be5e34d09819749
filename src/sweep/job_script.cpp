#include "phasescope/sweep/job_script.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"
#include "phasescope/base/json.h"
#include "phasescope/base/shell_words.h"

namespace phasescope::sweep {
namespace {

constexpr std::array<std::pair<const char*, ScriptKind>, 3> kKinds = {
    {{"sbatch", ScriptKind::sbatch}, {"snakefile", ScriptKind::snakefile}, {"make", ScriptKind::make}}};

/// Before the time limit, so that the point at work can be put away.
constexpr const char* kSecondsOfWarning = "120";

std::size_t tasks_of(const SweepPlan& plan, const JobScript& job) {
  std::set<std::string> models;
  for (const Point& point : plan.points) models.insert(point.model);
  return std::min(job.tasks > 0 ? job.tasks : models.size(), plan.points.size());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string program() {
  return (program_folder() / "phasescope").string();
}

/// `shard` stands in the line as it is.
std::string sweep_line(const JobScript& job, const std::string& shard) {
  return shell_line({program(), "sweep", "-C", job.sweep_file.string(), "-o", job.folder.string()}) +
         " --shard " + shard + " --progress plain";
}

std::string merge_line(const JobScript& job) {
  return shell_line({program(), "merge", job.folder.string()});
}

std::string sbatch_script(const JobScript& job, std::size_t tasks) {
  const std::string count = std::to_string(tasks);
  return "#!/bin/bash\n"
         "#SBATCH --job-name=phasescope-sweep\n"
         "#SBATCH --array=1-" +
         count +
         "\n"
         "#SBATCH --ntasks=1\n"
         "#SBATCH --chdir=" +
         shell_word(std::filesystem::current_path().string()) +
         "\n"
         "#SBATCH --output=phasescope-sweep-%A_%a.log\n"
         "#SBATCH --open-mode=append\n"
         "#SBATCH --requeue\n"
         "#SBATCH --signal=USR1@" +
         kSecondsOfWarning +
         "\n"
         "# Add what your cluster asks for: --partition, --account, --time, --cpus-per-task, --mem, --gres.\n"
         "# With the merge behind it:\n"
         "#   job=$(sbatch --parsable THIS_FILE)\n"
         "#   sbatch --dependency=afterok:$job --wrap=" +
         shell_word(merge_line(job)) +
         "\n"
         "srun " +
         sweep_line(job, "\"$SLURM_ARRAY_TASK_ID/" + count + "\"") +
         "\n"
         "status=$?\n"
         "# 75: interrupted, by the time limit or to make room. What is finished stays; the rest waits in "
         "the queue.\n"
         "if [ \"$status\" -eq 75 ]; then scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"; "
         "fi\n"
         "exit \"$status\"\n";
}

/// A Python string. JSON's escapes are Python's.
std::string python_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Snakemake fills in what stands in braces.
std::string python_command(const std::string& line) {
  return python_text(replaced(replaced(line, "{", "{{"), "}", "}}"));
}

std::string snakefile(const JobScript& job, std::size_t tasks) {
  const std::string done = python_command((job.folder / "shards").string());
  const std::string pattern = done.substr(0, done.size() - 1) + "/{number}.done\"";
  std::string line = python_command(sweep_line(job, "SHARD"));
  line = replaced(line, "--shard SHARD", "--shard {wildcards.number}/" + std::to_string(tasks));
  return "# snakemake -s THIS_FILE --cores all\n"
         "rule all:\n"
         "    input: " +
         python_command((job.folder / "sweep.json").string()) +
         "\n\n"
         "rule shard:\n"
         "    output: touch(" +
         pattern +
         ")\n"
         "    retries: 3\n"
         "    shell: " +
         line +
         "\n\n"
         "rule merge:\n"
         "    input: expand(" +
         pattern + ", number=range(1, " + std::to_string(tasks + 1) +
         "))\n"
         "    output: " +
         python_command((job.folder / "sweep.json").string()) +
         "\n"
         "    shell: " +
         python_command(merge_line(job)) + "\n";
}

std::string makefile(const JobScript& job, std::size_t tasks) {
  const std::string folder = job.folder.string();
  if (folder.find_first_of(" \t:%#$\\*?[]~'\"") != std::string::npos) {
    throw Error(ExitClass::usage, "--output: make cannot take the name \"" + folder +
                                      "\", expected one of letters, digits, /, ., _ and -");
  }
  std::string shares;
  for (std::size_t i = 1; i <= tasks; ++i) shares += " " + folder + "/shards/" + std::to_string(i) + ".done";
  const std::string line = replaced(replaced(sweep_line(job, "SHARD"), "$", "$$"), "--shard SHARD",
                                    "--shard $*/" + std::to_string(tasks));
  return "# make -j 4 -f THIS_FILE\n"
         ".PHONY: all\n"
         "all: " +
         folder + "/sweep.json\n\n" + folder + "/sweep.json:" + shares +
         "\n"
         "\t" +
         replaced(merge_line(job), "$", "$$") + "\n\n" + folder +
         "/shards/%.done:\n"
         "\t@mkdir -p $(@D)\n"
         "\t" +
         line +
         "\n"
         "\t@touch $@\n";
}

}  // namespace

ScriptKind script_kind_named(const std::string& name) {
  for (const auto& [known, kind] : kKinds) {
    if (name == known) return kind;
  }
  throw Error(ExitClass::usage, "--emit: found \"" + name + "\", expected one of sbatch, snakefile, make");
}

std::string job_script(const SweepPlan& plan, const JobScript& job) {
  const std::size_t tasks = tasks_of(plan, job);
  switch (job.kind) {
    case ScriptKind::sbatch:
      return sbatch_script(job, tasks);
    case ScriptKind::snakefile:
      return snakefile(job, tasks);
    case ScriptKind::make:
      return makefile(job, tasks);
  }
  throw Error(ExitClass::internal, "a kind of script without a text");
}

}  // namespace phasescope::sweep
