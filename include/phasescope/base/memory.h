#pragma once

#include <cstdint>

namespace phasescope {

/// Bytes that this process may still take without swapping: the kernel's MemAvailable, or what a control
/// group leaves if that is less. 0 when neither can be read.
std::uint64_t available_memory();

/// The largest resident set of this process so far, in bytes.
std::uint64_t peak_resident_memory();

}  // namespace phasescope
