#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "phasescope/sweep/sweep_plan.h"

namespace phasescope::sweep {

enum class ScriptKind { sbatch, snakefile, make };
/// Errors: usage, with the known names.
ScriptKind script_kind_named(const std::string& name);

/// What a script is to run.
struct JobScript {
  ScriptKind kind = ScriptKind::sbatch;
  std::filesystem::path sweep_file;
  std::filesystem::path folder;  ///< output
  std::size_t tasks = 0;         ///< shares; 0: one a model; never more than there are points
};

/// A script that runs the sweep in shares from the present working folder, each as often as it takes, and for
/// Snakemake and make merges them: an array job of Slurm, a Snakefile or a makefile. Errors: usage when make
/// cannot take the folder's name.
std::string job_script(const SweepPlan& plan, const JobScript& job);

}  // namespace phasescope::sweep
