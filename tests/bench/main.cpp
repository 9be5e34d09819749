// Runs the microbenchmarks, with a head of the output that says what its columns are.
#include <string>

#include <benchmark/benchmark.h>

#include "phasescope/base/threads.h"

namespace {

void explain_output() {
  benchmark::AddCustomContext("threads", std::to_string(phasescope::thread_count()));
  benchmark::AddCustomContext("Time", "of the clock, one call; CPU: of all threads together");
  benchmark::AddCustomContext("FLOP", "floating-point operations a second");
  benchmark::AddCustomContext("weight_terms", "of how many bfloat16 numbers a weight is the sum");
}

}  // namespace

int main(int count, char** arguments) {
  explain_output();
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
