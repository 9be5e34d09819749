// Gram matrices made where the states lie. Source of what is expected: Eigen's products in float64 of the
// same states on the host, and observers that are shown the states themselves.
#include "../../model_cases.h"
#include "gram_plan.h"

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/model/language_model.h"

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library();

namespace phasescope::model::tensors {
namespace {

using Rows = states::GramMatrices::Rows;
using Doubles = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rounding of sums of a few hundred products in float64.
constexpr double kRounding = 1e-13;

Doubles finite(const Rows& rows) {
  const Doubles wide = rows.cast<double>();
  return wide.array().isFinite().select(wide, 0);
}

template <class Found>
void expect_products(const Found& found, const Rows& a, const Rows& b) {
  const Doubles expected = finite(a) * finite(b).transpose();
  ASSERT_EQ(found.rows(), expected.rows());
  ASSERT_EQ(found.cols(), expected.cols());
  EXPECT_LE((found - expected).cwiseAbs().maxCoeff(), kRounding * expected.cwiseAbs().maxCoeff());
}

struct PlannedPass {
  PassRows pass;
  Rows states;

  explicit PlannedPass(const std::vector<std::int64_t>& lengths, std::int64_t most, Eigen::Index width = 40) {
    std::int64_t rows = 0;
    for (const std::int64_t length : lengths) {
      pass.sequences.push_back({pass.sequences.size(), rows, length, 0});
      pass.reading.gram_rows.push_back(std::min(length, most));
      rows += length;
    }
    std::mt19937 bits(7);
    std::normal_distribution<float> normal;
    states = Rows::NullaryExpr(rows, width, [&] { return normal(bits); });
  }
  at::Tensor tensor(Rows& rows) const {
    return at::from_blob(rows.data(), {rows.rows(), rows.cols()}, at::kFloat);
  }
  Rows rows_of(const Rows& all, std::size_t s) const {
    return all.middleRows(pass.sequences[s].first_row, pass.reading.gram_rows[s]);
  }
};

Eigen::Map<const Doubles, 0, Eigen::OuterStride<>> at_place(const at::Tensor& products,
                                                            const GramPlace& place) {
  return {products.data_ptr<double>() + place.offset, place.rows, place.columns,
          Eigen::OuterStride<>(place.stride)};
}

TEST(GramPlan, MultipliesPromptsOfAllLengths) {
  PlannedPass planned({3, 40, 1, 300, 37, 250, 128, 41}, 128);
  planned.pass.reading.gram_rows[2] = 0;  // not asked for
  planned.pass.reading.gram_pairs = {{0, 1}, {4, 3}};
  planned.states(5, 7) = std::numeric_limits<float>::quiet_NaN();
  planned.states(5, 8) = -std::numeric_limits<float>::infinity();
  Rows previous = planned.states.reverse();
  const GramPlan plan(planned.pass, at::kCPU);
  GramRows counts, none;
  const GramRows earlier = plan.rows_of(planned.tensor(previous), counts);
  const GramRows newest = plan.rows_of(planned.tensor(planned.states), counts);
  const at::Tensor products = plan.products(newest, counts, earlier);
  EXPECT_LT(newest.size(), 5U) << "similar lengths share a product";
  for (std::size_t s = 0; s < planned.pass.sequences.size(); ++s) {
    SCOPED_TRACE(s);
    if (s == 2) continue;
    const Rows own = planned.rows_of(planned.states, s), before = planned.rows_of(previous, s);
    expect_products(at_place(products, plan.gram(s)), own, own);
    expect_products(at_place(products, plan.with_previous(s)), before, own);
    EXPECT_EQ(at_place(products, plan.counts(s)).sum(), s == 1 ? 2 : 0);
  }
  EXPECT_EQ(at_place(products, plan.counts(1))(0, 2), 2);
  for (const auto& [a, b] : planned.pass.reading.gram_pairs) {
    expect_products(at_place(products, plan.between(a, b).value()), planned.rows_of(planned.states, a),
                    planned.rows_of(planned.states, b));
  }
  EXPECT_FALSE(plan.between(1, 0));
  EXPECT_EQ(plan.gram(2).rows, 0);
  EXPECT_EQ(at_place(plan.products(newest, counts, none), plan.with_previous(0)).cwiseAbs().sum(), 0);
}

std::unique_ptr<LanguageModel> tensor_model(const checkpoint::Checkpoint& checkpoint) {
  ModelOptions options;
  options.device = "cpu";
  options.tensors = true;
  return phasescope_model_library()->open(checkpoint, options);
}

/// Compares what the backend multiplied with the rows that it shows.
class ProductCheck : public states::Observer {
 public:
  std::int64_t gram_rows(const states::Segment& prompt) const override {
    return std::min<std::int64_t>(prompt.rows, 5);
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> gram_pairs() const override { return {{0, 2}}; }

  void observe(const states::StateView& view) override {
    if (view.phase == states::Phase::generation) {
      EXPECT_EQ(view.grams, nullptr);
      return;
    }
    ASSERT_NE(view.grams, nullptr);
    std::vector<Rows> rows;
    for (std::size_t s = 0; s < view.segments->size(); ++s) rows.push_back(check(view, s));
    expect_products(view.grams->between(0, 2).value(), rows[0], rows[2]);
    ++views;
  }
  int views = 0;

 private:
  static Rows check(const states::StateView& view, std::size_t s) {
    states::Segment segment = (*view.segments)[s];
    segment.rows = std::min<std::int64_t>(segment.rows, 5);
    Rows own = view.rows_of(segment);
    EXPECT_EQ(view.grams->rows(s), segment.rows);
    EXPECT_EQ(view.grams->bring(s), own);
    EXPECT_EQ(view.grams->nonfinite(s).sum(), 0);
    expect_products(view.grams->gram(s), own, own);
    if (view.point == 0) return own;
    const Rows before = view.previous_rows_of(segment);
    EXPECT_EQ(view.grams->bring_previous(s), before);
    expect_products(view.grams->with_previous(s), before, own);
    return own;
  }
};

const std::vector<PromptTokens> kPrompts = {
    {0, {1, 2, 3, 4, 9, 5, 6}, 2}, {1, {7, 5}, 0}, {2, {8, 3, 2, 6}, 3}};

TEST(TensorBackend, MultipliesTheStatesItHolds) {
  for (const char* name : {"llama_gqa", "qwen2_tied", "mixtral_default"}) {
    SCOPED_TRACE(name);
    const auto checkpoint = checkpoint::Checkpoint::open(testing::model_of_case(name));
    BatchOptions options;
    options.final_states = FinalStates::both;
    ProductCheck check;
    tensor_model(checkpoint)->run(kPrompts, options, {&check});
    EXPECT_EQ(check.views, checkpoint.architecture().points() + 1);
  }
}

/// Keeps the views of prompts; reads the last row of each prompt, or all.
class Reader : public states::Observer {
 public:
  explicit Reader(bool all) : all_(all) {}
  states::RowRange rows_read(const states::Segment& prompt, std::int64_t /*point*/,
                             std::int64_t /*points*/) const override {
    return all_ ? states::RowRange{0, prompt.rows} : states::RowRange{prompt.rows - 1, 1};
  }
  void observe(const states::StateView& view) override {
    if (view.phase == states::Phase::prompt) {
      views.push_back(view.states);
      segments = *view.segments;
    } else {
      EXPECT_TRUE(view.states.array().isFinite().all());
    }
  }
  std::vector<Rows> views;
  std::vector<states::Segment> segments;

 private:
  bool all_;
};

TEST(TensorBackend, BringsTheRowsThatAreRead) {
  const auto checkpoint = checkpoint::Checkpoint::open(testing::model_of_case("llama_gqa"));
  const auto model = tensor_model(checkpoint);
  Reader all(true), last(false), none_beside(false);
  model->run(kPrompts, {}, {&all});
  for (int round = 0; round < 2; ++round) {
    last.views.clear();
    model->run(kPrompts, {}, {&last});
    ASSERT_EQ(last.views.size(), all.views.size());
    for (std::size_t v = 0; v < all.views.size(); ++v) {
      for (const states::Segment& segment : all.segments) {
        const Eigen::Index end = segment.first_row + segment.rows - 1;
        EXPECT_EQ(last.views[v].row(end), all.views[v].row(end));
        EXPECT_TRUE(last.views[v].middleRows(segment.first_row, segment.rows - 1).array().isNaN().all());
      }
    }
  }
  model->run(kPrompts, {}, {&none_beside, &all});
  EXPECT_EQ(none_beside.views.front(), all.views.front()) << "another observer reads them all";
}

/// Shows an observer the states alone, as a source in host memory does.
class StatesAlone : public states::Observer {
 public:
  explicit StatesAlone(states::Observer& observer) : observer_(observer) {}
  void observe(const states::StateView& view) override {
    states::StateView alone = view;
    alone.grams = nullptr;
    observer_.observe(alone);
  }

 private:
  states::Observer& observer_;
};

states::Sequence sequence_of(std::int64_t index, std::int64_t tokens) {
  states::Sequence sequence;
  sequence.index = index;
  sequence.category = "a";
  sequence.name = "a/" + std::to_string(index);
  sequence.prompt_tokens = tokens;
  return sequence;
}

TEST(TensorBackend, SpeciesAndPairsAreThoseOfTheStates) {
  for (const std::string& name : testing::trained_models_with_oracle()) {
    SCOPED_TRACE(name);
    const auto checkpoint = checkpoint::Checkpoint::open(testing::trained_model(name).string());
    std::vector<PromptTokens> prompts;
    std::vector<states::Sequence> sequences;
    std::mt19937 bits(3);
    for (std::int64_t p = 0; p < 4; ++p) {
      PromptTokens prompt{p, {}, 0};
      const std::int64_t tokens = 6 + 9 * p;
      for (std::int64_t t = 0; t < tokens; ++t)
        prompt.ids.push_back(static_cast<std::int64_t>(bits()) % checkpoint.architecture().vocabulary);
      if (p == 1) prompt.ids[4] = prompt.ids[2];  // equal rows at point 0, whose products do not suffice
      prompts.push_back(prompt);
      sequences.push_back(sequence_of(p, tokens));
    }
    const std::vector<intelliton::PromptPair> pairs = {{"a", 0, 1}, {"a", 2, 3}};
    const intelliton::Options options;
    intelliton::FieldObserver by_states(sequences, options, true), by_products(sequences, options, true);
    intelliton::PairObserver pairs_by_states(pairs, options), pairs_by_products(pairs, options);
    StatesAlone fields_alone(by_states), pairs_alone(pairs_by_states);
    const auto model = tensor_model(checkpoint);
    model->run(prompts, {}, {&fields_alone, &pairs_alone});
    model->run(prompts, {}, {&by_products, &pairs_by_products});
    for (const states::Sequence& sequence : sequences) {
      SCOPED_TRACE(sequence.name);
      const auto &found = *by_products.details(sequence.name), &expected = *by_states.details(sequence.name);
      EXPECT_LT((found.singular_values - expected.singular_values).cwiseAbs().maxCoeff(),
                1e-9 * expected.singular_values.maxCoeff());
      EXPECT_LT((found.middle_right - expected.middle_right).cwiseAbs().maxCoeff(), 1e-7);
      EXPECT_LT((found.spin - expected.spin).cwiseAbs().maxCoeff(), 1e-7);
      EXPECT_EQ(found.mode_link, expected.mode_link);
    }
    for (const std::size_t i : {0, 1}) {
      const auto &found = *pairs_by_products.pairs()[i].signature,
                 &expected = *pairs_by_states.pairs()[i].signature;
      EXPECT_LT((found.spectral_divergence - expected.spectral_divergence).cwiseAbs().maxCoeff(), 1e-9);
      EXPECT_LT((found.mode_stability - expected.mode_stability).cwiseAbs().maxCoeff(), 1e-7);
    }
  }
}

}  // namespace
}  // namespace phasescope::model::tensors
