#include "phasescope/base/memory.h"

#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

namespace phasescope {
namespace {

/// With less and with more than half a page of 2 MiB after the last whole one.
TEST(AllocateLarge, GivesWholePagesThatAreAllUsable) {
  for (const std::size_t bytes :
       {kLargeBuffer, std::size_t{5000000}, std::size_t{2} << 20, std::size_t{3200001}}) {
    auto* memory = static_cast<unsigned char*>(allocate_large(bytes));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % (std::size_t{2} << 20), 0U);
    std::memset(memory, 7, bytes);
    EXPECT_EQ(memory[bytes - 1], 7);
    std::free(memory);
  }
}

}  // namespace
}  // namespace phasescope
