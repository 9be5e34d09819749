#include "phasescope/base/threads.h"

#include <atomic>
#include <exception>

#include <omp.h>

namespace phasescope {

void set_thread_count(int count) {
  omp_set_num_threads(count > 0 ? count : omp_get_num_procs());
}

int thread_count() {
  return omp_get_max_threads();
}

ThreadLimit::ThreadLimit(int count) : before_(thread_count()) {
  set_thread_count(count);
}

ThreadLimit::~ThreadLimit() {
  set_thread_count(before_);
}

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  std::exception_ptr first_error;
  std::atomic_flag failed = ATOMIC_FLAG_INIT;
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t i = 0; i < count; ++i) {
    try {
      body(i);
    } catch (...) {
      // An exception must not leave an OpenMP region.
      if (!failed.test_and_set()) first_error = std::current_exception();
    }
  }
  if (first_error) std::rethrow_exception(first_error);
}

}  // namespace phasescope
