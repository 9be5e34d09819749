#include "phasescope/sweep/job_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"

namespace phasescope::sweep {
namespace {

using ::testing::HasSubstr;

SweepPlan plan_of(const std::vector<std::string>& models, int seeds) {
  SweepPlan plan;
  for (const std::string& model : models) {
    for (int seed = 0; seed < seeds; ++seed) {
      Point point;
      point.name = model + std::to_string(seed);
      point.model = model;
      plan.points.push_back(point);
    }
  }
  return plan;
}

std::string script(ScriptKind kind, std::size_t tasks, const std::string& folder = "out/sweep") {
  JobScript job;
  job.kind = kind;
  job.sweep_file = "my sweep.json";
  job.folder = folder;
  job.tasks = tasks;
  return job_script(plan_of({"a", "b", "c"}, 2), job);
}

std::string program() {
  return (program_folder() / "phasescope").string();
}

TEST(JobScript, OneTaskAModelUnlessMoreAreAskedFor) {
  EXPECT_THAT(script(ScriptKind::sbatch, 0), HasSubstr("\n#SBATCH --array=1-3\n"));
  EXPECT_THAT(script(ScriptKind::sbatch, 5), HasSubstr("\n#SBATCH --array=1-5\n"));
  EXPECT_THAT(script(ScriptKind::sbatch, 100), HasSubstr("\n#SBATCH --array=1-6\n"));
}

TEST(JobScript, OfSlurm) {
  const std::string text = script(ScriptKind::sbatch, 0);
  EXPECT_EQ(text.rfind("#!/bin/bash\n", 0), 0U);
  EXPECT_THAT(text, HasSubstr("\nsrun " + program() +
                              " sweep -C 'my sweep.json' -o out/sweep --shard \"$SLURM_ARRAY_TASK_ID/3\" "
                              "--progress plain\n"));
  EXPECT_THAT(text, HasSubstr("\n#SBATCH --requeue\n"));
  EXPECT_THAT(text,
              HasSubstr("then scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"; fi\n"));
  EXPECT_THAT(text, HasSubstr("--wrap='" + program() + " merge out/sweep'\n"));
}

TEST(JobScript, OfMake) {
  const std::string text = script(ScriptKind::make, 2);
  EXPECT_THAT(text, HasSubstr("\nout/sweep/sweep.json: out/sweep/shards/1.done out/sweep/shards/2.done\n\t" +
                              program() + " merge out/sweep\n"));
  EXPECT_THAT(text, HasSubstr("--shard $*/2 --progress plain\n\t@touch $@\n"));
  try {
    script(ScriptKind::make, 2, "my folder");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::usage);
  }
}

TEST(JobScript, OfSnakemake) {
  const std::string text = script(ScriptKind::snakefile, 2, "out/{a}");
  EXPECT_THAT(text, HasSubstr("    output: touch(\"out/{{a}}/shards/{number}.done\")\n"));
  EXPECT_THAT(text, HasSubstr("expand(\"out/{{a}}/shards/{number}.done\", number=range(1, 3))"));
  EXPECT_THAT(text, HasSubstr("-o 'out/{{a}}' --shard {wildcards.number}/2"));
}

TEST(JobScript, KindsAreKnownByName) {
  EXPECT_EQ(script_kind_named("make"), ScriptKind::make);
  try {
    script_kind_named("pbs");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::usage);
    EXPECT_THAT(error.what(), HasSubstr("sbatch, snakefile, make"));
  }
}

}  // namespace
}  // namespace phasescope::sweep
