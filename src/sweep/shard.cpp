#include "phasescope/sweep/shard.h"

#include <charconv>
#include <cstdlib>

#include "phasescope/base/error.h"

namespace phasescope::sweep {
namespace {

/// More shares than any cluster takes; keeps every product in range.
constexpr std::size_t kMostShards = 1000000;

std::optional<std::size_t> whole_number(const std::string& text) {
  std::size_t value = 0;
  const char* end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && next == end && value <= kMostShards ? std::optional(value) : std::nullopt;
}

std::size_t array_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  const auto number = value == nullptr ? std::nullopt : whole_number(value);
  if (!number) {
    throw Error(ExitClass::environment,
                "--shard slurm: " + name + " is " +
                    (value == nullptr ? "not set" : "\"" + std::string(value) + "\"") +
                    ", expected to run as a task of a Slurm job array");
  }
  return *number;
}

Shard shard_of_array() {
  const std::size_t task = array_variable("SLURM_ARRAY_TASK_ID"),
                    count = array_variable("SLURM_ARRAY_TASK_COUNT"),
                    first = array_variable("SLURM_ARRAY_TASK_MIN"),
                    last = array_variable("SLURM_ARRAY_TASK_MAX"),
                    step = std::getenv("SLURM_ARRAY_TASK_STEP") ? array_variable("SLURM_ARRAY_TASK_STEP") : 1;
  const bool regular = step > 0 && count > 0 && last >= first && task >= first && task <= last &&
                       (last - first) / step + 1 == count && (task - first) % step == 0;
  if (!regular) {
    throw Error(ExitClass::usage,
                "--shard slurm: the array from " + std::to_string(first) + " to " + std::to_string(last) +
                    " has " + std::to_string(count) +
                    " tasks, expected one without gaps such as --array=1-8, or --shard i/n");
  }
  return {(task - first) / step + 1, count};
}

}  // namespace

std::string Shard::text() const {
  return std::to_string(number) + "/" + std::to_string(count);
}

std::string Shard::file_name() const {
  return std::to_string(number) + "-of-" + std::to_string(count);
}

std::pair<std::size_t, std::size_t> Shard::range(std::size_t points) const {
  return {(number - 1) * points / count, number * points / count};
}

Shard parse_shard(const std::string& text) {
  if (text == "slurm") return shard_of_array();
  const auto slash = text.find('/');
  if (slash != std::string::npos) {
    const auto number = whole_number(text.substr(0, slash)), count = whole_number(text.substr(slash + 1));
    if (number && count && *number >= 1 && *number <= *count) return {*number, *count};
  }
  throw Error(ExitClass::usage, "--shard: found \"" + text + "\", expected i/n with i from 1 to n, or slurm");
}

}  // namespace phasescope::sweep
