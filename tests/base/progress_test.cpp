#include "phasescope/base/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace phasescope {
namespace {

/// What a bar shows last, of 40 tokens done out of 100.
TEST(Progress, ShowsTokensPerSecondAndTheTimeLeft) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("run", 100, ProgressStyle::bar);
    progress.advance(40);
    progress.say("forward");
  }
  const std::string shown = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(shown, ::testing::ContainsRegex(
                         "\\[#########\\.+\\] run 40/100 tokens, [0-9]+/s, .+ left \\(forward\\)"));
  EXPECT_EQ(shown.back(), '\n');
}

/// Nothing is known of the time that is left before anything is done.
TEST(Progress, BeforeTheFirstTokenThereIsNoRateToGoBy) {
  ::testing::internal::CaptureStderr();
  { const Progress progress("run", 100, ProgressStyle::bar); }
  const std::string shown = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(shown, ::testing::HasSubstr("run 0/100 tokens, 0/s"));
  EXPECT_THAT(shown, ::testing::Not(::testing::HasSubstr("left")));
}

TEST(Progress, NoneIsSilent) {
  ::testing::internal::CaptureStderr();
  {
    Progress progress("run", 100, ProgressStyle::none);
    progress.advance(40);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace phasescope
