#include "small_run.h"

#include "phasescope/base/files.h"

namespace phasescope::testing {

std::string small_prompts() {
  return R"({"id": "anna", "category": "names", "prompt": "When Anna saw that Peter was lost, she stopped to help"}
{"id": "sum", "category": "numbers", "prompt": "Seven apples and five pears make"}
{"id": "nurses", "category": "names", "prompt": "The nurses were tired, but nobody had thought to thank"}
{"id": "dozen", "category": "numbers", "prompt": "A dozen eggs less two eggs are ten eggs, and a dozen less three"}
{"id": "robert", "category": "names", "prompt": "Robert lent Julia his umbrella, and later she returned it to"}
{"id": "one", "category": "numbers", "prompt": "a"}
{"id": "twice", "category": "numbers", "prompt": "Twice nine is eighteen; twice eight is"}
{"id": "accents", "category": "names", "prompt": "Ren\u00e9e and Zo\u00eb met \u5f20\u4f1f at the caf\u00e9"}
)";
}

SmallRun::SmallRun(const std::string& model, const std::vector<std::string>& more) : model_(model) {
  write_file_atomically(prompts_, small_prompts());
  outcome_ = again(more);
}

Outcome SmallRun::again(const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {
      "run", "-m", model_,          "-p", prompts_.string() + ":ct,species", "-p", "pairs", "-L",
      "8",   "-o", output_.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return phasescope(arguments);
}

}  // namespace phasescope::testing
