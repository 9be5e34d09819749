// Observers of a source that keeps states to itself and shows their products. Source of what is expected: the
// same observers shown the same states. The view's own rows are NaN but for those that an observer announced.
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "phasescope/intelliton/field_observer.h"
#include "phasescope/intelliton/pair_observer.h"
#include "phasescope/intelliton/trajectory_observer.h"

namespace phasescope::intelliton {
namespace {

using Eigen::Index;
using Packed = states::GramMatrices::Rows;
using OwnedProducts = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Index kPoints = 9;
constexpr Index kWidth = 48;

/// What a batch of prompts holds at one point.
struct Batch {
  std::vector<states::Segment> segments;
  Packed newest, previous;  ///< previous: no rows at point 0
};

/// Products of a batch on the host.
class HostGrams : public states::GramMatrices {
 public:
  HostGrams(const Batch& batch, std::vector<std::int64_t> rows,
            std::vector<std::pair<std::int64_t, std::int64_t>> pairs)
      : batch_(batch), rows_(std::move(rows)), pairs_(pairs.begin(), pairs.end()) {
    for (std::size_t s = 0; s < rows_.size(); ++s) {
      grams_.push_back(finite(batch_.newest, s) * finite(batch_.newest, s).transpose());
      crossed_.emplace_back();
      if (batch_.previous.rows() > 0)
        crossed_.back() = finite(batch_.previous, s) * finite(batch_.newest, s).transpose();
      const Packed own = rows_of(batch_.newest, s);
      counts_.push_back((!own.array().isFinite()).rowwise().count().cast<double>());
    }
  }

  std::int64_t rows(std::size_t segment) const override { return rows_[segment]; }
  GramMatrices::Products gram(std::size_t segment) const override { return map(grams_[segment]); }
  GramMatrices::Products with_previous(std::size_t segment) const override { return map(crossed_[segment]); }
  std::optional<GramMatrices::Products> between(std::size_t a, std::size_t b) const override {
    if (pairs_.count({batch_.segments[a].sequence, batch_.segments[b].sequence}) == 0) return std::nullopt;
    OwnedProducts& kept = between_[{a, b}];
    kept = finite(batch_.newest, a) * finite(batch_.newest, b).transpose();
    return map(kept);
  }
  Counts nonfinite(std::size_t segment) const override {
    return {counts_[segment].data(), counts_[segment].size()};
  }
  Packed bring(std::size_t segment) const override {
    ++brought;
    return rows_of(batch_.newest, segment);
  }
  Packed bring_previous(std::size_t segment) const override { return rows_of(batch_.previous, segment); }

  mutable int brought = 0;

 private:
  static GramMatrices::Products map(const OwnedProducts& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(matrix.cols())};
  }
  Packed rows_of(const Packed& all, std::size_t segment) const {
    return all.middleRows(batch_.segments[segment].first_row, rows_[segment]);
  }
  OwnedProducts finite(const Packed& all, std::size_t segment) const {
    const OwnedProducts rows = rows_of(all, segment).cast<double>();
    return rows.array().isFinite().select(rows, 0);
  }

  const Batch& batch_;
  std::vector<std::int64_t> rows_;
  std::set<std::pair<std::int64_t, std::int64_t>> pairs_;
  std::vector<OwnedProducts> grams_, crossed_;
  std::vector<Eigen::ArrayXd> counts_;
  mutable std::map<std::pair<std::size_t, std::size_t>, OwnedProducts> between_;
};

/// States without structure; those of `repeating` prompts repeat their first row at points 0 and 4, as equal
/// tokens do, and the prompt of `broken` has entries that are not finite.
struct Source {
  std::vector<states::Sequence> sequences;
  std::set<std::int64_t> repeating;
  std::int64_t broken = -1;

  Packed states_of(const states::Sequence& sequence, Index point) const {
    Packed rows = Packed::NullaryExpr(sequence.prompt_tokens, kWidth, [&](Index t, Index d) {
      return static_cast<float>(
          std::sin(1.7 * static_cast<double>((d + 1) * (d + 1)) * static_cast<double>(t + 2) +
                   0.37 * static_cast<double>(sequence.index + 1) * static_cast<double>(d) +
                   0.11 * static_cast<double>(point)) +
          0.05 * static_cast<double>(point));
    });
    if (repeating.count(sequence.index) > 0 && point % 4 == 0) rows.row(2) = rows.row(0);
    if (sequence.index == broken && point == 3) {
      rows(1, 5) = std::numeric_limits<float>::infinity();
      rows(1, 6) = std::numeric_limits<float>::quiet_NaN();
    }
    return rows;
  }

  Batch at(Index point) const {
    Batch batch;
    for (const auto& sequence : sequences) {
      batch.segments.push_back({sequence.index, batch.newest.rows(), sequence.prompt_tokens, 0});
      append(batch.newest, states_of(sequence, point));
      if (point > 0) append(batch.previous, states_of(sequence, point - 1));
    }
    return batch;
  }

  static void append(Packed& to, const Packed& rows) {
    to.conservativeResize(to.rows() + rows.rows(), kWidth);
    to.bottomRows(rows.rows()) = rows;
  }
};

states::StateMatrix view_of(const Packed& matrix) {
  return {matrix.data(), matrix.rows(), matrix.cols(), Eigen::OuterStride<>(matrix.cols())};
}

/// `all` with NaN wherever the observer does not read.
Packed announced_rows(const states::Observer& observer, const Batch& batch, const Packed& all, Index point) {
  Packed seen = Packed::Constant(all.rows(), kWidth, std::numeric_limits<float>::quiet_NaN());
  for (const states::Segment& segment : batch.segments) {
    const states::RowRange range = observer.rows_read(segment, point, kPoints);
    seen.middleRows(segment.first_row + range.first, range.count) =
        all.middleRows(segment.first_row + range.first, range.count);
  }
  return seen;
}

void show_states(states::Observer& observer, const Source& source) {
  for (Index point = 0; point < kPoints; ++point) {
    const Batch batch = source.at(point);
    observer.observe({point, kPoints, false, states::Phase::prompt, view_of(batch.newest),
                      view_of(batch.previous), &batch.segments, nullptr});
  }
}

/// Returns how many prompts' states had to be brought, over all points.
int show_products(states::Observer& observer, const Source& source) {
  int brought = 0;
  for (Index point = 0; point < kPoints; ++point) {
    const Batch batch = source.at(point);
    std::vector<std::int64_t> rows;
    for (const states::Segment& segment : batch.segments) rows.push_back(observer.gram_rows(segment));
    const HostGrams grams(batch, rows, observer.gram_pairs());
    const Packed seen = announced_rows(observer, batch, batch.newest, point), none(0, kWidth);
    observer.observe({point, kPoints, false, states::Phase::prompt, view_of(seen), view_of(none),
                      &batch.segments, &grams});
    brought += grams.brought;
  }
  return brought;
}

states::Sequence sequence_of(std::int64_t index, std::int64_t tokens) {
  states::Sequence sequence;
  sequence.index = index;
  sequence.category = "a";
  sequence.name = "a/" + std::to_string(index);
  sequence.prompt_tokens = tokens;
  return sequence;
}

template <class Found, class Expected>
double difference(const Found& found, const Expected& expected) {
  EXPECT_EQ(found.rows(), expected.rows());
  EXPECT_EQ(found.cols(), expected.cols());
  return (found - expected).cwiseAbs().maxCoeff();
}

void expect_equal_fields(const FieldAnalysis& found, const FieldAnalysis& expected) {
  const double scale = expected.singular_values.maxCoeff();
  EXPECT_LT(difference(found.singular_values, expected.singular_values), 1e-9 * scale);
  EXPECT_LT(difference(found.momentum_power, expected.momentum_power), 1e-9 * scale * scale);
  EXPECT_LT(difference(found.middle_right, expected.middle_right), 1e-8);
  EXPECT_LT(difference(found.spin, expected.spin), 1e-8);
  EXPECT_EQ(found.mode_link, expected.mode_link);
  EXPECT_EQ(found.nonfinite, expected.nonfinite);
  EXPECT_EQ(found.tokens, expected.tokens);
}

TEST(FieldObserver, NeedsNoStatesWhereProductsSuffice) {
  const Source source{{sequence_of(0, 7), sequence_of(1, 30), sequence_of(2, 25)}, {}, 1};
  Options options;
  options.max_tokens = 26;  // cuts one of them
  FieldObserver expected(source.sequences, options, true), found(source.sequences, options, true);
  show_states(expected, source);
  EXPECT_EQ(show_products(found, source), 0);
  for (const auto& sequence : source.sequences) {
    SCOPED_TRACE(sequence.name);
    expect_equal_fields(*found.details(sequence.name), *expected.details(sequence.name));
  }
  EXPECT_EQ(found.details("a/1")->nonfinite, 2);
}

TEST(FieldObserver, AsksForStatesOfDependentRows) {
  const Source source{{sequence_of(0, 7), sequence_of(1, 9)}, {1}, -1};
  FieldObserver expected(source.sequences, Options{}, true), found(source.sequences, Options{}, true);
  show_states(expected, source);
  // The repeating prompt's points 0, 4 and 8, and 1 and 5, whose modes are compared with those before.
  EXPECT_EQ(show_products(found, source), 5);
  for (const auto& sequence : source.sequences) {
    SCOPED_TRACE(sequence.name);
    expect_equal_fields(*found.details(sequence.name), *expected.details(sequence.name));
  }
}

void expect_equal_pairs(const std::vector<ComparedPair>& found, const std::vector<ComparedPair>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const PairSignature &a = found[i].signature.value(), &b = expected[i].signature.value();
    EXPECT_LT(difference(a.spectral_divergence, b.spectral_divergence), 1e-9);
    EXPECT_LT(difference(a.mode_stability, b.mode_stability), 1e-8);
    EXPECT_LT(difference(a.entropy_gap, b.entropy_gap), 1e-9);
    EXPECT_NEAR(a.common_stability, b.common_stability, 1e-8);
    EXPECT_EQ(a.flagged, b.flagged);
  }
}

TEST(PairObserver, ComparesByProducts) {
  for (const std::set<std::int64_t>& repeating : {std::set<std::int64_t>{}, std::set<std::int64_t>{2}}) {
    const Source source{
        {sequence_of(0, 7), sequence_of(1, 9), sequence_of(2, 14), sequence_of(3, 5)}, repeating, -1};
    const std::vector<PromptPair> pairs = {{"a", 0, 1}, {"a", 2, 3}};
    PairObserver expected(pairs, Options{}), found(pairs, Options{});
    show_states(expected, source);
    // Prompt 2 at three points, with prompt 3 of its pair and prompt 0 of its control.
    EXPECT_EQ(show_products(found, source), repeating.empty() ? 0 : 9);
    expect_equal_pairs(found.pairs(), expected.pairs());
    expect_equal_pairs(found.controls(), expected.controls());
  }
}

TEST(TrajectoryObserver, AnnouncesTheRowsItReads) {
  const Source source{{sequence_of(0, 7), sequence_of(1, 3)}, {}, -1};
  TrajectoryObserver expected(source.sequences, Options{}, {6, 8}),
      found(source.sequences, Options{}, {6, 8});
  show_states(expected, source);
  show_products(found, source);
  for (const std::size_t i : {0, 1}) {
    const auto &a = found.trajectories()[i].steps, &b = expected.trajectories()[i].steps;
    ASSERT_EQ(a.size(), 1U);
    EXPECT_EQ(a[0].middle_singular_values, b[0].middle_singular_values);
    EXPECT_EQ(a[0].middle_right, b[0].middle_right);
  }
}

}  // namespace
}  // namespace phasescope::intelliton
