#include "phasescope/base/memory.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <string>

#include <sys/mman.h>
#include <sys/resource.h>

namespace phasescope {
namespace {

constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

std::uint64_t system_memory(const std::string& what) {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::uint64_t kibibytes = 0;
  std::string unit;
  while (file >> key >> kibibytes) {
    if (key == what) return kibibytes * 1024;
    std::getline(file, unit);
  }
  return kUnknown;
}

std::uint64_t first_number(const char* path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  return file >> number ? number : kUnknown;  // "max" is no number
}

std::uint64_t control_group_available() {
  const std::uint64_t limit = first_number("/sys/fs/cgroup/memory.max");
  const std::uint64_t used = first_number("/sys/fs/cgroup/memory.current");
  if (limit == kUnknown || used == kUnknown) return kUnknown;
  return limit > used ? limit - used : 0;
}

}  // namespace

std::uint64_t available_memory() {
  const std::uint64_t available = std::min(system_memory("MemAvailable:"), control_group_available());
  return available == kUnknown ? 0 : available;
}

std::uint64_t machine_memory() {
  const std::uint64_t total = std::min(system_memory("MemTotal:"), first_number("/sys/fs/cgroup/memory.max"));
  return total == kUnknown ? 0 : total;
}

std::uint64_t peak_resident_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void* allocate_large(std::size_t bytes) {
  constexpr std::size_t page = std::size_t{2} << 20;
  const std::size_t large = (bytes + page / 2) / page * page;
  void* memory = nullptr;
  if (::posix_memalign(&memory, page, std::max(bytes, large)) != 0) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  if (large > 0) ::madvise(memory, large, MADV_HUGEPAGE);  // refusal does no harm
#endif
  return memory;
}

}  // namespace phasescope
