#include "phasescope/base/profile.h"

#include <algorithm>

namespace phasescope {

ProfileEntry& Profile::entry(const std::string& stage, const std::string& work) {
  // A few dozen kinds of work: looking through them takes less time than reading the clock.
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const ProfileEntry& known) {
    return known.work == work && known.stage == stage;
  });
  if (found != entries_.end()) return *found;
  ProfileEntry fresh;
  fresh.stage = stage;
  fresh.work = work;
  return entries_.emplace_back(fresh);
}

void Profile::add(const std::string& work, double seconds, double operations, double bytes) {
  ProfileEntry& of_work = entry(stage_, work);
  ++of_work.calls;
  of_work.seconds += seconds;
  of_work.operations += operations;
  of_work.bytes += bytes;
}

void Profile::append(const std::vector<ProfileEntry>& entries) {
  for (const ProfileEntry& other : entries) {
    ProfileEntry& own = entry(other.stage, other.work);
    own.calls += other.calls;
    own.seconds += other.seconds;
    own.operations += other.operations;
    own.bytes += other.bytes;
  }
}

}  // namespace phasescope
