#pragma once

#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/text/template_value.h"

namespace phasescope::text {

/// The global functions of chat templates: namespace, range, dict, raise_exception, and strftime_now, which
/// formats `now`.
std::map<std::string, Value> template_functions(const std::tm& now);

/// What loop.changed remembers from one iteration to the next.
struct LoopState {
  std::shared_ptr<std::vector<Value>> last_values = std::make_shared<std::vector<Value>>();
  std::shared_ptr<bool> has_values = std::make_shared<bool>(false);
};

/// The variable `loop` of iteration `i`: index, index0, revindex, revindex0, first, last, length, depth,
/// depth0, previtem, nextitem, cycle(), changed().
Value loop_variable(const std::vector<Value>& items, std::size_t i, const LoopState& state);

}  // namespace phasescope::text
