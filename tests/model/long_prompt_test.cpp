// What a long prompt costs in memory: attention must pass over keys in tiles.
#include "../model_cases.h"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "phasescope/base/memory.h"
#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model {
namespace {

using StateRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr std::int64_t kTokens = 8192;
constexpr std::int64_t kFirstTokens = 300;

/// Keeps the first tokens' states at the last point.
class FirstStates : public states::Observer {
 public:
  void observe(const states::StateView& view) override {
    if (view.point + 1 == view.points) states = view.states.topRows(kFirstTokens);
  }
  StateRows states;
};

std::uint64_t resident_memory() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

PromptTokens prompt(std::int64_t tokens, std::int64_t vocabulary) {
  PromptTokens made;
  for (std::int64_t t = 0; t < tokens; ++t) made.ids.push_back((t * 7919 + t / 13) % vocabulary);
  return made;
}

/// One head's weights from all tokens to all would fill 256 MiB, those of this model's nine heads 2.25 GiB. A
/// quarter of one head's must do for everything that the prompt needs.
TEST(LongPrompt, NeedsNoMatrixOfAllTokensByAllTokens) {
  constexpr std::uint64_t bound = kTokens * kTokens * sizeof(float) / 4;
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(testing::model_of_case("llama_gqa"));
  ASSERT_EQ(checkpoint.architecture().heads, 9);
  ModelOptions options;
  options.device = "cpu";
  const auto model = phasescope_model_library()->open(checkpoint, options);
  FirstStates of_short, of_long;
  model->run({prompt(kFirstTokens, checkpoint.architecture().vocabulary)}, {}, {&of_short});
  const std::uint64_t before = resident_memory();
  ASSERT_GT(before, 0U);
  const auto results = model->run({prompt(kTokens, checkpoint.architecture().vocabulary)}, {}, {&of_long});
  EXPECT_LT(peak_resident_memory(), before + bound);
  EXPECT_EQ(results.front().error, "");
  // Later tokens change nothing in earlier ones, so that it was the whole prompt that passed correctly.
  ASSERT_EQ(of_long.states.rows(), kFirstTokens);
  EXPECT_LT((of_long.states - of_short.states).cwiseAbs().maxCoeff(),
            1e-5F * of_short.states.cwiseAbs().maxCoeff());
}

}  // namespace
}  // namespace phasescope::model
