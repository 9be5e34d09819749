#include "phasescope/base/threads.h"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace phasescope {
namespace {

TEST(ParallelFor, CallsEachIndexOnce) {
  std::vector<int> calls(1000, 0);
  parallel_for(1000, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
  EXPECT_EQ(calls, std::vector<int>(1000, 1));
}

TEST(ParallelFor, PassesAnExceptionOn) {
  const auto fail_at_seven = [](std::int64_t i) {
    if (i == 7) throw std::runtime_error("seven");
  };
  EXPECT_THROW(parallel_for(20, fail_at_seven), std::runtime_error);
}

}  // namespace
}  // namespace phasescope
