// Networks that are fed nothing or have learnt nothing: what is random, what is kept.
#include "../model_cases.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model {
namespace {

using StateRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The prompt's states by point.
struct Recorder : states::Observer {
  void observe(const states::StateView& view) override {
    if (view.phase == states::Phase::prompt && !view.after_final_norm) points[view.point] = view.states;
  }
  std::map<std::int64_t, StateRows> points;
};

const std::vector<std::int64_t> kPrompt{5, 9, 5, 17, 30, 2};

std::map<std::int64_t, StateRows> states_of(const std::string& name, NullNetwork network,
                                            std::uint64_t seed) {
  const auto checkpoint = checkpoint::Checkpoint::open(testing::model_of_case(name));
  ModelOptions options;
  options.null_network = network;
  options.null_seed = seed;
  const auto model = phasescope_model_library()->open(checkpoint, options);
  Recorder recorder;
  const auto results = model->run({{0, kPrompt, 2}}, {}, {&recorder});
  EXPECT_EQ(results.front().error, "");
  return recorder.points;
}

class NullNetworks : public ::testing::TestWithParam<std::string> {};

TEST_P(NullNetworks, FeedRandomDirectionsOfTheSameLength) {
  const auto real = states_of(GetParam(), NullNetwork::none, 0);
  const auto null = states_of(GetParam(), NullNetwork::random_embedding, 7);
  const StateRows &expected = real.at(0), &found = null.at(0);
  for (Eigen::Index t = 0; t < found.rows(); ++t) {
    EXPECT_NEAR(found.row(t).norm() / expected.row(t).norm(), 1, 1e-4);
    // 32 and more random channels: |cos| above 0.7 has a probability below 1e-5.
    EXPECT_LT(std::abs(found.row(t).dot(expected.row(t))), 0.7 * found.row(t).squaredNorm());
  }
  EXPECT_EQ(found.row(0), found.row(2));  // the same token
  EXPECT_NE(found.row(0), found.row(1));
}

TEST_P(NullNetworks, AreAFunctionOfTheirSeed) {
  for (const NullNetwork network : {NullNetwork::random_embedding, NullNetwork::random_weights}) {
    const auto a = states_of(GetParam(), network, 7), b = states_of(GetParam(), network, 7);
    const auto other = states_of(GetParam(), network, 8);
    const std::int64_t last = static_cast<std::int64_t>(a.size()) - 1;
    EXPECT_LT((a.at(last) - b.at(last)).norm(), 1e-4F * a.at(last).norm());
    EXPECT_GT((a.at(last) - other.at(last)).norm(), 0.1F * a.at(last).norm());
    EXPECT_TRUE(a.at(last).allFinite());
  }
}

/// No learned positions, no projection: gemma scales its embeddings by sqrt(width), as its network does.
INSTANTIATE_TEST_SUITE_P(Cases, NullNetworks,
                         ::testing::Values("llama_gqa", "gguf_llama_q4_1", "gemma_mqa", "qwen3_head_dim"));

TEST(RandomWeights, HaveTheInitialisationScale) {
  const auto checkpoint = checkpoint::Checkpoint::open(testing::model_of_case("llama_gqa"));
  const auto embedding = states_of("llama_gqa", NullNetwork::random_weights, 3).at(0);
  const auto count = static_cast<double>(embedding.size());
  const double deviation = std::sqrt(static_cast<double>(embedding.squaredNorm()) / count);
  // The standard error of a standard deviation of n normal numbers is sigma / sqrt(2 n); five tokens differ.
  EXPECT_NEAR(deviation / checkpoint.architecture().initializer_range, 1, 5 / std::sqrt(2 * count * 5 / 6));
}

}  // namespace
}  // namespace phasescope::model
