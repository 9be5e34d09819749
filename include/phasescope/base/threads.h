#pragma once

#include <cstdint>
#include <functional>

namespace phasescope {

/// Sets how many threads parallel_for, and OpenMP regions of this process, use. 0 means as many as the
/// process may run on.
void set_thread_count(int count);
int thread_count();

/// Sets the thread count for as long as it lives.
class ThreadLimit {
 public:
  explicit ThreadLimit(int count);
  ~ThreadLimit();
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  int before_;
};

/// Calls body(i) once for each i in [0, count), over the threads, in no particular order. Bodies must not
/// share what they write. The first exception thrown by a body is thrown again here after all have ended.
void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body);

}  // namespace phasescope
