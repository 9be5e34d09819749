#include "phasescope/base/sha256.h"

#include <gtest/gtest.h>

namespace phasescope {
namespace {

// Source: the examples of FIPS 180-4 ("abc" and the empty message).
TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(sha256_of_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_of_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, DoesNotDependOnThePieces) {
  Sha256 hash;
  hash.update("a", 1);
  hash.update("bc", 2);
  EXPECT_EQ(hash.hex_digest(), sha256_of_text("abc"));
}

}  // namespace
}  // namespace phasescope
