#pragma once

#include <cstddef>
#include <cstdint>

namespace phasescope {

/// Bytes that this process may still take without swapping: the kernel's MemAvailable, or what a control
/// group leaves if that is less. 0 when neither can be read.
std::uint64_t available_memory();

/// Bytes of memory that the machine has, or that a control group grants if that is less: the same from run to
/// run. 0 when neither can be read.
std::uint64_t machine_memory();

/// The largest resident set of this process so far, in bytes.
std::uint64_t peak_resident_memory();

/// Memory for buffers from so many bytes on is worth large pages: of ordinary ones (4 KiB) a processor knows
/// the places of a few megabytes at a time, and waits for the others.
constexpr std::size_t kLargeBuffer = std::size_t{1} << 20;

/// `bytes` of memory, not initialised, in pages of 2 MiB where the system grants them; a rest that would fill
/// less than half of one is in ordinary pages. Given back with std::free. Errors: std::bad_alloc.
void* allocate_large(std::size_t bytes);

}  // namespace phasescope
