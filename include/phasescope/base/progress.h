#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace phasescope {

enum class ProgressStyle {
  automatic,  ///< a bar on a terminal, plain lines elsewhere
  bar,
  plain,  ///< a line every 30 s
  none,
};

/// Errors: usage for an unknown name (auto, bar, plain, none).
ProgressStyle progress_style_named(const std::string& name);

/// Shows on stderr how far a piece of work has come. Never writes to stdout.
class Progress {
 public:
  Progress(std::string label, std::int64_t total, ProgressStyle style);
  /// Ends a bar's line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t amount);
  /// What is being done right now, shown beside the numbers.
  void say(const std::string& what);

 private:
  using Clock = std::chrono::steady_clock;
  void show(bool last);
  std::string line() const;

  std::string label_;
  std::string what_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  ProgressStyle style_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

}  // namespace phasescope
