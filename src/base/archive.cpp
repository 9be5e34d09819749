#include "phasescope/base/archive.h"

#include <cstring>

namespace phasescope {

void ArchiveReader::require(std::uint64_t count, std::size_t element_size) const {
  if (count > rest_.size() / element_size) {
    throw cereal::Exception("found " + std::to_string(rest_.size()) + " bytes, expected " +
                            std::to_string(count) + " elements of " + std::to_string(element_size));
  }
}

void ArchiveReader::take(void* bytes, std::size_t size) {
  require(size);
  if (size > 0) std::memcpy(bytes, rest_.data(), size);
  rest_.remove_prefix(size);
}

}  // namespace phasescope
