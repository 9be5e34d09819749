#include "places.h"

// The only source of the tests that knows where it was built: every other object file is the same in any
// checkout, so that a compiler cache serves all of them.
namespace phasescope {

std::filesystem::path test_data() {
  return PHASESCOPE_TEST_DATA;
}
std::filesystem::path shipped_configs() {
  return PHASESCOPE_CONFIGS;
}
std::filesystem::path built_program() {
  return PHASESCOPE_PROGRAM;
}

}  // namespace phasescope
