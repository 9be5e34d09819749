#pragma once

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

}  // namespace phasescope
