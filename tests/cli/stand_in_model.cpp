// A model library (PHASESCOPE_MODEL_LIBRARY) whose network is an arithmetic of hashes instead of a
// transformer. States, probabilities and tokens depend on the tokens before alone, as a causal model's do,
// and are the same in every process. Loading libtorch takes most of a second of every short run; with this in
// its place a whole run takes a few hundredths, and tests that have to start the program a thousand times
// can.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "phasescope/model/language_model.h"

namespace phasescope::testing {
namespace {

using states::Observer;
using states::Segment;

/// The finaliser of SplitMix64.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

/// Uniform in [0, 1).
double uniform(std::uint64_t value) {
  return static_cast<double>(mixed(value) >> 11) * 0x1p-53;
}

struct Member {
  const model::PromptTokens* prompt = nullptr;
  std::vector<std::int64_t> ids;      ///< prompt and what was generated
  std::vector<std::uint64_t> hashes;  ///< of the tokens up to each position
  bool active = false;

  void take(std::int64_t id) {
    ids.push_back(id);
    hashes.push_back(mixed((hashes.empty() ? 0 : hashes.back()) + static_cast<std::uint64_t>(id) + 1));
  }
};

/// One batch from prompts to results, in the order of states::Observer.
class Batch {
 public:
  Batch(const checkpoint::Architecture& architecture, const std::vector<model::PromptTokens>& prompts,
        const model::BatchOptions& options, const std::vector<Observer*>& observers)
      : architecture_(architecture), options_(options), observers_(observers), results_(prompts.size()) {
    for (std::size_t m = 0; m < prompts.size(); ++m) {
      members_.push_back({&prompts[m], {}, {}, true});
      for (const std::int64_t id : prompts[m].ids) members_[m].take(id);
      results_[m].sequence = prompts[m].sequence;
      results_[m].prompt_nll = prompts[m].ids.size() > 1 ? 5 * uniform(members_[m].hashes.back())
                                                         : std::numeric_limits<double>::quiet_NaN();
      results_[m].top1_probability = top1(members_[m]);
    }
  }

  std::vector<model::SequenceResult> run() {
    pass(states::Phase::prompt);
    while (std::any_of(members_.begin(), members_.end(), [](const Member& member) { return member.active; }))
      pass(states::Phase::generation);
    return results_;
  }

 private:
  static double top1(const Member& member) { return 0.5 + uniform(member.hashes.back() + 1) / 4; }

  /// Shows the prompts, or the newest token of each sequence that is at work, and lets tokens follow.
  void pass(states::Phase phase) {
    std::vector<Segment> segments;
    std::vector<std::uint64_t> rows;
    for (const Member& member : members_) {
      if (!member.active) continue;
      const std::size_t first = phase == states::Phase::prompt ? 0 : member.ids.size() - 1;
      segments.push_back({member.prompt->sequence, static_cast<std::int64_t>(rows.size()),
                          static_cast<std::int64_t>(member.ids.size() - first),
                          static_cast<std::int64_t>(first)});
      rows.insert(rows.end(), member.hashes.begin() + static_cast<std::ptrdiff_t>(first),
                  member.hashes.end());
    }
    show_points(phase, segments, rows);
    for (std::size_t m = 0; m < members_.size(); ++m) {
      if (members_[m].active) advance(m);
    }
    if (phase == states::Phase::generation && options_.on_progress)
      options_.on_progress(static_cast<std::int64_t>(rows.size()));
  }

  void show_points(states::Phase phase, const std::vector<Segment>& segments,
                   const std::vector<std::uint64_t>& rows) const {
    std::vector<float> previous;
    for (std::int64_t point = 0; point < architecture_.points(); ++point) {
      const std::vector<float> states = states_of(rows, point);
      const bool last = point + 1 == architecture_.points();
      if (!last || options_.final_states != model::FinalStates::hf)
        show({point, architecture_.points(), false, phase, matrix(states), matrix(previous), &segments});
      if (last && options_.final_states != model::FinalStates::raw)
        show({point, architecture_.points(), true, phase, matrix(states), matrix(previous), &segments});
      if (point > 0 && phase == states::Phase::prompt && options_.on_progress) options_.on_progress(0);
      previous = states;
    }
  }

  /// Row-major [rows, hidden] in [-1, 1).
  std::vector<float> states_of(const std::vector<std::uint64_t>& rows, std::int64_t point) const {
    std::vector<float> states;
    for (const std::uint64_t row : rows) {
      for (std::int64_t column = 0; column < architecture_.hidden; ++column) {
        const auto place = static_cast<std::uint64_t>(point * architecture_.hidden + column + 1);
        states.push_back(static_cast<float>(2 * uniform(row + mixed(place)) - 1));
      }
    }
    return states;
  }

  states::StateMatrix matrix(const std::vector<float>& states) const {
    return {states.data(), static_cast<std::int64_t>(states.size()) / architecture_.hidden,
            architecture_.hidden, Eigen::OuterStride<>(architecture_.hidden)};
  }

  void show(const states::StateView& view) const {
    for (Observer* observer : observers_) observer->observe(view);
  }

  void advance(std::size_t m) {
    Member& member = members_[m];
    const std::int64_t generated = static_cast<std::int64_t>(member.ids.size() - member.prompt->ids.size());
    const std::uint64_t draw = member.hashes.back() ^ mixed(options_.sampling.seed + member.prompt->stream);
    const auto next =
        static_cast<std::int64_t>(mixed(draw) % static_cast<std::uint64_t>(architecture_.vocabulary));
    const double probability = top1(member);
    const states::Prediction prediction{member.prompt->sequence,
                                        static_cast<std::int64_t>(member.ids.size()) - 1,
                                        member.ids.back(),
                                        next,
                                        probability,
                                        probability / 2,
                                        1 - probability};
    for (Observer* observer : observers_) observer->observe_prediction(prediction);
    if (generated < member.prompt->max_new_tokens) {
      member.take(next);
      results_[m].generated_ids.push_back(next);
      return;
    }
    member.active = false;
    results_[m].finish = generated > 0 ? model::Finish::length : model::Finish::none;
    for (Observer* observer : observers_) observer->finish_sequence(member.prompt->sequence);
  }

  const checkpoint::Architecture& architecture_;
  const model::BatchOptions& options_;
  const std::vector<Observer*>& observers_;
  std::vector<Member> members_;
  std::vector<model::SequenceResult> results_;
};

class StandInModel : public model::LanguageModel {
 public:
  explicit StandInModel(const checkpoint::Architecture& architecture) : architecture_(architecture) {}

  std::vector<model::SequenceResult> run(const std::vector<model::PromptTokens>& prompts,
                                         const model::BatchOptions& options,
                                         const std::vector<Observer*>& observers) override {
    return Batch(architecture_, prompts, options, observers).run();
  }
  model::StageSeconds seconds() const override { return {}; }
  std::vector<ProfileEntry> profile() const override { return {}; }
  std::string device() const override { return "cpu"; }
  std::string dtype() const override { return "float32"; }
  std::string matrix_library() const override { return "none"; }

 private:
  checkpoint::Architecture architecture_;
};

std::unique_ptr<model::LanguageModel> open_model(const checkpoint::Checkpoint& checkpoint,
                                                 const model::ModelOptions& /*options*/) {
  return std::make_unique<StandInModel>(checkpoint.architecture());
}

model::LibraryVersions versions() {
  return {"none", "none", ""};
}

constexpr model::ModelLibrary kLibrary{open_model, versions};

}  // namespace
}  // namespace phasescope::testing

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library() {
  return &phasescope::testing::kLibrary;
}
