// Preloaded into the program under test (LD_PRELOAD): kills it, as a power failure would, when it is about to
// put its KILL_AT_RENAME-th file in place.
#include <atomic>
#include <cstdio>
#include <cstdlib>

#include <dlfcn.h>
#include <signal.h>

extern "C" int rename(const char* from, const char* to) noexcept {
  static std::atomic<int> calls{0};
  const char* number = std::getenv("KILL_AT_RENAME");
  if (number != nullptr && ++calls == std::atoi(number)) ::raise(SIGKILL);
  using Rename = int (*)(const char*, const char*);
  static const auto next = reinterpret_cast<Rename>(::dlsym(RTLD_NEXT, "rename"));
  return next(from, to);
}
