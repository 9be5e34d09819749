#include "phasescope/text/template_functions.h"

#include <stdexcept>

#include "phasescope/text/template_operations.h"

namespace phasescope::text {
namespace {

/// Jinja's sandbox allows no longer range.
constexpr std::int64_t longest_range = 100000;

void add_named(const CallArguments& arguments, ValueMap& map) {
  for (const auto& [name, value] : arguments.named) map.set(name, value);
}

/// A map given as the only positional argument, with the named ones on top.
ValueMap map_of(const CallArguments& arguments) {
  ValueMap map;
  if (!arguments.positional.empty()) {
    const ValueMap* given = arguments.positional.front().as_map();
    if (given == nullptr) throw std::invalid_argument("the argument is no mapping");
    map = *given;
  }
  add_named(arguments, map);
  return map;
}

Value make_namespace(const CallArguments& arguments) {
  auto space = std::make_shared<ValueNamespace>();
  space->attributes = map_of(arguments);
  return space;
}

Value make_range(const CallArguments& arguments) {
  const std::size_t count = arguments.positional.size();
  if (count < 1 || count > 3) throw std::invalid_argument("range takes one to three arguments");
  const auto bound = [&](std::size_t place) {
    return require_integer(arguments.positional[place], "a bound of range");
  };
  const std::int64_t start = count > 1 ? bound(0) : 0;
  const std::int64_t stop = bound(count > 1 ? 1 : 0);
  const std::int64_t step = count > 2 ? bound(2) : 1;
  if (step == 0) throw std::invalid_argument("the step of range is zero");
  std::vector<Value> items;
  for (std::int64_t i = start; step > 0 ? i < stop : i > stop; i += step) {
    if (static_cast<std::int64_t>(items.size()) == longest_range)
      throw std::invalid_argument("a range is too long");
    items.emplace_back(i);
  }
  return Value::list(std::move(items));
}

Value raise_exception(const CallArguments& arguments) {
  throw std::invalid_argument("the template refuses: " + arguments.get(0, "message", "").text());
}

Value format_time(const std::tm& now, const CallArguments& arguments) {
  const std::string format = require_text(arguments.get(0, "format"), "the format of a date");
  // A space in front tells an empty result from one that did not fit.
  std::string text(64 + 16 * format.size(), '\0');
  const std::size_t size = std::strftime(text.data(), text.size(), (" " + format).c_str(), &now);
  if (size == 0) throw std::invalid_argument("the date does not fit its format");
  return text.substr(1, size - 1);
}

/// Whether the values differ from those of the call before.
Value changed(const LoopState& state, const CallArguments& arguments) {
  const bool is_same = *state.has_values && *state.last_values == arguments.positional;
  *state.last_values = arguments.positional;
  *state.has_values = true;
  return !is_same;
}

Value cycle(std::size_t i, const CallArguments& arguments) {
  if (arguments.positional.empty()) throw std::invalid_argument("cycle takes at least one argument");
  return arguments.positional[i % arguments.positional.size()];
}

}  // namespace

std::map<std::string, Value> template_functions(const std::tm& now) {
  const auto strftime_now = [now](const CallArguments& arguments) { return format_time(now, arguments); };
  return {{"namespace", ValueFunction{"namespace", make_namespace}},
          {"range", ValueFunction{"range", make_range}},
          {"dict", ValueFunction{"dict", [](const CallArguments& a) -> Value { return map_of(a); }}},
          {"raise_exception", ValueFunction{"raise_exception", raise_exception}},
          {"strftime_now", ValueFunction{"strftime_now", strftime_now}}};
}

Value loop_variable(const std::vector<Value>& items, std::size_t i, const LoopState& state) {
  const auto place = static_cast<std::int64_t>(i);
  const auto count = static_cast<std::int64_t>(items.size());
  ValueMap loop;
  loop.entries = {
      {"index", place + 1},
      {"index0", place},
      {"revindex", count - place},
      {"revindex0", count - place - 1},
      {"first", place == 0},
      {"last", place + 1 == count},
      {"length", count},
      {"depth", std::int64_t{1}},
      {"depth0", std::int64_t{0}},
      {"previtem", i > 0 ? items[i - 1] : Value(Undefined{"previtem"})},
      {"nextitem", i + 1 < items.size() ? items[i + 1] : Value(Undefined{"nextitem"})},
      {"cycle", ValueFunction{"cycle", [i](const CallArguments& a) { return cycle(i, a); }}},
      {"changed", ValueFunction{"changed", [state](const CallArguments& a) { return changed(state, a); }}}};
  return loop;
}

}  // namespace phasescope::text
