#pragma once

#include <cstdint>

#include <benchmark/benchmark.h>

namespace phasescope::bench {

/// Time is that of the clock, CPU the sum over all threads, both of one call in microseconds.
inline void time_all_threads(benchmark::internal::Benchmark* bench) {
  bench->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMicrosecond);
}

/// Says how many floating-point operations a call makes; printed as operations a second, "FLOP=38.2G/s".
inline void count_operations(benchmark::State& state, std::int64_t operations) {
  state.counters["FLOP"] =
      benchmark::Counter(static_cast<double>(operations), benchmark::Counter::kIsIterationInvariantRate);
}

}  // namespace phasescope::bench
