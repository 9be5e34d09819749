#pragma once

#include <string>

#include "phasescope/base/error.h"

namespace phasescope::testing {

/// The message of the phasescope error that an action throws; any other outcome is told in words.
template <typename Action>
std::string message_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace phasescope::testing
