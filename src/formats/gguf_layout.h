#pragma once

#include <cstdint>

#include "phasescope/formats/gguf.h"

namespace phasescope::formats {

/// Bytes of a value in the file; for strings and arrays the least they can take (their lengths).
inline std::uint64_t smallest_size(GgufValueType type) {
  switch (type) {
    case GgufValueType::uint8:
    case GgufValueType::int8:
    case GgufValueType::boolean:
      return 1;
    case GgufValueType::uint16:
    case GgufValueType::int16:
      return 2;
    case GgufValueType::uint32:
    case GgufValueType::int32:
    case GgufValueType::float32:
      return 4;
    case GgufValueType::uint64:
    case GgufValueType::int64:
    case GgufValueType::float64:
    case GgufValueType::string:
      return 8;
    case GgufValueType::array:
      return 4 + 8;
  }
  return 1;
}

}  // namespace phasescope::formats
