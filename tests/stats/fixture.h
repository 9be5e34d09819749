#pragma once

#include "../places.h"

#include <filesystem>
#include <string>

#include "phasescope/base/json.h"

namespace phasescope::testing {

/// A fixture below tests/data; scripts/curvature-fixtures/make wrote it with numpy and scipy.
inline Json fixture(const std::string& name) {
  return read_json_file(test_data() / name);
}

/// One section of it, by value: a loop may run over the result.
inline Json fixture(const std::string& name, const std::string& section) {
  return fixture(name).at(section);
}

}  // namespace phasescope::testing
