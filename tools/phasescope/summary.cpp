#include "summary.h"

#include <cstdio>

namespace phasescope::tool {

void print_summary(const run::RunSummary& summary, bool json) {
  if (json) {
    std::printf("%s\n", run::summary_to_json(summary).dump().c_str());
    return;
  }
  std::printf("%s", summary.species_text.c_str());
  if (!summary.regime_sentence.empty()) std::printf("%s\n", summary.regime_sentence.c_str());
  std::printf("%s\n", run::summary_line(summary).c_str());
}

}  // namespace phasescope::tool
