#pragma once

#include <string>
#include <utility>
#include <vector>

#include "phasescope/base/profile.h"
#include "phasescope/states/observer.h"

namespace phasescope::run {

/// Passes everything on to another observer, and counts its time under a name.
class TimedObserver : public states::Observer {
 public:
  /// Both must outlive it.
  TimedObserver(std::string name, states::Observer& observer, Profile& profile)
      : name_(std::move(name)), observer_(observer), profile_(profile) {}

  bool wants_attention(std::int64_t block) const override { return observer_.wants_attention(block); }
  std::int64_t gram_rows(const states::Segment& prompt) const override { return observer_.gram_rows(prompt); }
  std::vector<std::pair<std::int64_t, std::int64_t>> gram_pairs() const override {
    return observer_.gram_pairs();
  }
  states::RowRange rows_read(const states::Segment& prompt, std::int64_t point,
                             std::int64_t points) const override {
    return observer_.rows_read(prompt, point, points);
  }
  void observe(const states::StateView& view) override {
    const ProfileClock clock(profile_, name_.c_str());
    observer_.observe(view);
  }
  void observe_attention(const states::AttentionView& view) override {
    const ProfileClock clock(profile_, name_.c_str());
    observer_.observe_attention(view);
  }
  void observe_prediction(const states::Prediction& prediction) override {
    const ProfileClock clock(profile_, name_.c_str());
    observer_.observe_prediction(prediction);
  }
  void finish_sequence(std::int64_t sequence) override {
    const ProfileClock clock(profile_, name_.c_str());
    observer_.finish_sequence(sequence);
  }

 private:
  std::string name_;
  states::Observer& observer_;
  Profile& profile_;
};

}  // namespace phasescope::run
