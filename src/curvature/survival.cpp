#include "phasescope/curvature/survival.h"

#include <cmath>
#include <cstdio>

namespace phasescope::curvature {
namespace {

constexpr double wanted_confidence = 0.95;

std::string with_digits(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string percent(double share) {
  return with_digits(100 * share, 0) + " %";
}

std::string count_of(std::size_t part, std::size_t whole) {
  return std::to_string(part) + " of " + std::to_string(whole);
}

class Judgement {
 public:
  explicit Judgement(const RegimeReport& report) : report_(report), regime_(report.ratio.placement->regime) {}

  std::vector<std::string> against() {
    weigh_null();
    weigh_length();
    weigh_resampling();
    weigh_definitions();
    weigh_loops();
    return against_;
  }

 private:
  void weigh_null() {
    const RatioSummary& ratio = report_.ratio;
    if (ratio.n_compared == 0) {
      against_.push_back("no run could be compared with shuffled states");
      return;
    }
    if (!ratio.excess_side) against_.push_back("too few runs to tell it from shuffled states");
    if (ratio.excess_side == Side::inside) {
      against_.push_back("its median excess over shuffled states (" + with_digits(*ratio.excess.value, 2) +
                         ") is not told apart from 1");
    }
    if (2 * ratio.n_distinguishable <= ratio.n_compared) {
      against_.push_back("only " + count_of(ratio.n_distinguishable, ratio.n_compared) +
                         " runs differ from their shuffled states");
    }
    if (ratio.null_placement->regime == regime_) against_.push_back("shuffled states get the same regime");
  }

  void weigh_length() {
    const CommonLength& common = report_.common_length;
    if (!common.ratio.placement || common.ratio.placement->regime == regime_) return;
    against_.push_back("at a common length of " + std::to_string(common.steps) + " steps it is " +
                       common.ratio.placement->regime);
  }

  void weigh_resampling() {
    for (const auto& [name, share] : report_.ratio.confidence) {
      if (name != regime_ || share >= wanted_confidence) continue;
      against_.push_back("resampling the runs keeps it in only " + percent(share) + " of draws");
    }
  }

  void weigh_definitions() {
    if (!report_.sensitivity) return;
    const auto& [same, total, rows] = *report_.sensitivity;
    if (2 * same > total) return;
    against_.push_back("only " + count_of(same, total) + " definitions agree");
  }

  void weigh_loops() {
    const CollapseReport& collapse = report_.collapse;
    if (2 * collapse.n_looping <= collapse.n_samples) return;
    against_.push_back(count_of(collapse.n_looping, collapse.n_samples) + " texts end in a loop");
  }

  const RegimeReport& report_;
  std::string regime_;
  std::vector<std::string> against_;
};

std::string sentence_of(const RegimeReport& report, const std::vector<std::string>& against) {
  std::string sentence = "The regime " + report.ratio.placement->regime + " (median ratio_norm " +
                         with_digits(*report.ratio.median.value, 2) + ") ";
  if (against.empty()) return sentence + "survives its null, a common length and resampling.";
  sentence += "does not survive: ";
  for (std::size_t i = 0; i < against.size(); ++i) sentence += (i > 0 ? "; " : "") + against[i];
  return sentence + ".";
}

}  // namespace

Survival judge_survival(const RegimeReport& report) {
  if (!report.ratio.placement) return {std::nullopt, {}, "No run has a ratio_norm, so there is no regime."};
  Survival survival;
  survival.against = Judgement(report).against();
  survival.survives = survival.against.empty();
  survival.sentence = sentence_of(report, survival.against);
  return survival;
}

}  // namespace phasescope::curvature
