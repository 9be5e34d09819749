#include "phasescope/base/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include <unistd.h>

#include "phasescope/base/error.h"

namespace phasescope {
namespace {

constexpr std::array<std::pair<const char*, ProgressStyle>, 4> kNames = {{{"auto", ProgressStyle::automatic},
                                                                          {"bar", ProgressStyle::bar},
                                                                          {"plain", ProgressStyle::plain},
                                                                          {"none", ProgressStyle::none}}};

constexpr std::chrono::milliseconds kBarInterval{100};
constexpr std::chrono::seconds kLineInterval{30};

std::string duration_text(double seconds) {
  char text[32];
  const auto whole = std::lround(seconds);
  std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

}  // namespace

ProgressStyle progress_style_named(const std::string& name) {
  for (const auto& [known, style] : kNames) {
    if (name == known) return style;
  }
  throw Error(ExitClass::usage, "--progress: found \"" + name + "\", expected auto, bar, plain or none");
}

Progress::Progress(std::string label, std::int64_t total, ProgressStyle style)
    : label_(std::move(label)), total_(total), style_(style) {
  if (style_ == ProgressStyle::automatic)
    style_ = ::isatty(STDERR_FILENO) != 0 ? ProgressStyle::bar : ProgressStyle::plain;
}

Progress::~Progress() {
  if (style_ == ProgressStyle::bar) {
    show(true);
    std::fputc('\n', stderr);
  }
}

void Progress::advance(std::int64_t amount) {
  done_ += amount;
  show(false);
}

void Progress::say(const std::string& what) {
  what_ = what;
  show(false);
}

std::string Progress::line() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = static_cast<double>(done_) / std::max(seconds, 1e-9);
  const auto remaining = static_cast<double>(std::max<std::int64_t>(0, total_ - done_));
  std::string text = label_ + " " + std::to_string(done_) + "/" + std::to_string(total_) + " tokens, " +
                     std::to_string(static_cast<long>(rate)) + "/s";
  if (done_ > 0) text += ", " + duration_text(remaining / rate) + " left";
  return what_.empty() ? text : text + " (" + what_ + ")";
}

void Progress::show(bool last) {
  if (style_ == ProgressStyle::none) return;
  const auto now = Clock::now();
  const auto since = now - shown_;
  if (style_ == ProgressStyle::plain) {
    if (since < kLineInterval) return;
    std::fprintf(stderr, "%s\n", line().c_str());
  } else {
    if (!last && since < kBarInterval) return;
    constexpr int width = 24;
    const int filled =
        total_ > 0 ? static_cast<int>(std::min<std::int64_t>(width, width * done_ / total_)) : width;
    std::fprintf(stderr, "\r[%s%s] %s\033[K", std::string(static_cast<std::size_t>(filled), '#').c_str(),
                 std::string(static_cast<std::size_t>(width - filled), '.').c_str(), line().c_str());
    std::fflush(stderr);
  }
  shown_ = now;
}

}  // namespace phasescope
