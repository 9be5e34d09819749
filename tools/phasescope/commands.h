#pragma once

#include <CLI/CLI.hpp>

namespace phasescope::tool {

/// Each adds one command to the program: its options, and a callback that does the work and stores the exit
/// code.
void add_run_command(CLI::App& program, int& exit_code);
void add_analyze_command(CLI::App& program, int& exit_code);
void add_map_command(CLI::App& program, int& exit_code);
void add_compare_command(CLI::App& program, int& exit_code);
void add_report_command(CLI::App& program, int& exit_code);
void add_inspect_command(CLI::App& program, int& exit_code);
void add_tokenize_command(CLI::App& program, int& exit_code);
void add_verify_command(CLI::App& program, int& exit_code);
void add_audit_command(CLI::App& program, int& exit_code);
void add_ls_command(CLI::App& program, int& exit_code);
void add_validate_command(CLI::App& program, int& exit_code);
void add_schema_command(CLI::App& program, int& exit_code);
void add_completion_command(CLI::App& program, int& exit_code);
void add_sweep_command(CLI::App& program, int& exit_code);
void add_merge_command(CLI::App& program, int& exit_code);

}  // namespace phasescope::tool
