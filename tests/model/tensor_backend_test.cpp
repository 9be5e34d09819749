// Where weights stay must not matter. Source of what is expected: the same model with its weights kept, which
// oracle_test.cpp holds to transformers.
#include "../model_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model {
namespace {

/// The states of the last point, one prompt after another, then one generated token after another.
class LastPoint : public states::Observer {
 public:
  void observe(const states::StateView& view) override {
    if (view.point + 1 < view.points) return;
    for (Eigen::Index r = 0; r < view.states.rows(); ++r)
      for (Eigen::Index c = 0; c < view.states.cols(); ++c) values.push_back(view.states(r, c));
  }
  std::vector<float> values;
};

std::vector<float> last_point(const std::string& name, std::int64_t weights_memory) {
  const checkpoint::Checkpoint checkpoint = checkpoint::Checkpoint::open(testing::model_of_case(name));
  ModelOptions options;
  options.device = "cpu";
  options.tensors = true;
  options.weights_memory = weights_memory;
  LastPoint last;
  phasescope_model_library()
      ->open(checkpoint, options)
      ->run({{0, {1, 2, 3}, 4}, {1, {7, 5}, 0}}, {}, {&last});
  return last.values;
}

TEST(TensorBackend, WeightsThatAreConvertedForEachUseGiveTheSameStates) {
  for (const char* name : {"llama_gqa", "qwen2_tied", "mixtral_default"}) {
    const std::vector<float> kept = last_point(name, -1);
    EXPECT_FALSE(kept.empty());
    EXPECT_THAT(last_point(name, 0), ::testing::Pointwise(::testing::FloatNear(1e-5F), kept)) << name;
  }
}

}  // namespace
}  // namespace phasescope::model
