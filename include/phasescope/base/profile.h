#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace phasescope {

/// Time spent on one kind of work within one stage of a run.
struct ProfileEntry {
  std::string stage;
  std::string work;
  std::int64_t calls = 0;
  double seconds = 0;
  double operations = 0;  ///< floating-point operations of all calls; 0: not counted
  double bytes = 0;       ///< of what all calls read and wrote, each operand once a call; 0: not counted
};

/// Where time goes, summed over calls. Entries stand in the order in which their work was first done. Not
/// thread-safe: it belongs to the thread that starts the work.
class Profile {
 public:
  /// What add() counts from here on belongs to `stage`.
  void enter(const std::string& stage) { stage_ = stage; }
  void add(const std::string& work, double seconds, double operations = 0, double bytes = 0);
  void append(const std::vector<ProfileEntry>& entries);
  const std::vector<ProfileEntry>& entries() const { return entries_; }

 private:
  ProfileEntry& entry(const std::string& stage, const std::string& work);

  std::string stage_;
  std::vector<ProfileEntry> entries_;
};

/// Adds the seconds of its own life to a profile.
class ProfileClock {
 public:
  ProfileClock(Profile& profile, const char* work, double operations = 0)
      : profile_(profile), work_(work), operations_(operations) {}
  ~ProfileClock() {
    profile_.add(work_, std::chrono::duration<double>(Clock::now() - start_).count(), operations_);
  }
  ProfileClock(const ProfileClock&) = delete;
  ProfileClock& operator=(const ProfileClock&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  Profile& profile_;
  const char* work_;
  double operations_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace phasescope
