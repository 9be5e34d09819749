#include "attention.h"

#include <algorithm>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;
using Map = Eigen::Map<RowMajor, 0, Eigen::OuterStride<>>;

constexpr std::int64_t kQueriesPerTask = 64;

struct Task {
  const AttentionItem* item;
  std::int64_t head;
  std::int64_t first_query;
  std::int64_t queries;
};

/// Keys [first, first + count) that some query of a task sees.
struct KeyRange {
  std::int64_t first;
  std::int64_t count;
};

std::int64_t position_of(const AttentionItem& item, std::int64_t query) {
  return item.keys.rows - item.queries.rows + query;
}

std::int64_t first_key_of(const AttentionSettings& settings, std::int64_t position) {
  return settings.window ? std::max<std::int64_t>(0, position - *settings.window + 1) : 0;
}

KeyRange keys_of(const AttentionSettings& settings, const Task& task) {
  const std::int64_t first = first_key_of(settings, position_of(*task.item, task.first_query));
  const std::int64_t last = position_of(*task.item, task.first_query + task.queries - 1);
  return {first, last - first + 1};
}

ConstMap head_rows(const ConstMatrix& all, std::int64_t first, std::int64_t count, std::int64_t head,
                   std::int64_t head_dim) {
  return {all.row(first) + head * head_dim, count, head_dim, Eigen::OuterStride<>(all.stride)};
}

/// Softmax of one row of scores over the keys its query sees; the others become 0.
void softmax_row(const AttentionSettings& settings, const Task& task, const KeyRange& range,
                 std::int64_t query, RowMajor& scores) {
  const std::int64_t position = position_of(*task.item, task.first_query + query);
  const std::int64_t begin = first_key_of(settings, position) - range.first;
  const std::int64_t count = position - range.first + 1 - begin;
  auto row = scores.row(query).array();
  auto seen = row.segment(begin, count);
  seen = (seen - seen.maxCoeff()).exp();
  seen /= seen.sum();
  row.head(begin) = 0;
  row.tail(range.count - begin - count) = 0;
}

RowMajor attention_weights(const AttentionSettings& settings, const Task& task, const KeyRange& range) {
  const AttentionItem& item = *task.item;
  const std::int64_t key_head = task.head / (settings.heads / settings.key_value_heads);
  const auto queries = head_rows(item.queries, task.first_query, task.queries, task.head, settings.head_dim);
  const auto keys = head_rows(item.keys, range.first, range.count, key_head, settings.head_dim);
  RowMajor scores(task.queries, range.count);
  scores.noalias() = queries * keys.transpose();
  scores *= settings.score_scale;
  if (settings.score_softcap) {
    const float cap = *settings.score_softcap;
    scores = cap * (scores.array() / cap).tanh();
  }
  for (std::int64_t q = 0; q < task.queries; ++q) softmax_row(settings, task, range, q, scores);
  return scores;
}

void run_task(const AttentionSettings& settings, const Task& task) {
  const AttentionItem& item = *task.item;
  const KeyRange range = keys_of(settings, task);
  const std::int64_t key_head = task.head / (settings.heads / settings.key_value_heads);
  const RowMajor weights = attention_weights(settings, task, range);
  const auto values = head_rows(item.values, range.first, range.count, key_head, settings.head_dim);
  Map output(item.output.row(task.first_query) + task.head * settings.head_dim, task.queries,
             settings.head_dim, Eigen::OuterStride<>(item.output.stride));
  output.noalias() = weights * values;
}

/// Heads one after the other, so that their sum does not depend on the threads.
void write_mean_weights(const AttentionSettings& settings, const AttentionItem& item) {
  Map mean(item.mean_weights.data, item.mean_weights.rows, item.mean_weights.columns,
           Eigen::OuterStride<>(item.mean_weights.stride));
  mean.setZero();
  for (std::int64_t head = 0; head < settings.heads; ++head) {
    const Task task{&item, head, 0, item.queries.rows};
    const KeyRange range = keys_of(settings, task);
    mean.middleCols(range.first, range.count) += attention_weights(settings, task, range);
  }
  mean /= static_cast<float>(settings.heads);
}

}  // namespace

void attend(const AttentionSettings& settings, const std::vector<AttentionItem>& items) {
  std::vector<Task> tasks;
  for (const AttentionItem& item : items) {
    for (std::int64_t head = 0; head < settings.heads; ++head) {
      for (std::int64_t first = 0; first < item.queries.rows; first += kQueriesPerTask) {
        tasks.push_back({&item, head, first, std::min(kQueriesPerTask, item.queries.rows - first)});
      }
    }
  }
  const auto count = static_cast<std::int64_t>(tasks.size());
#pragma omp parallel for schedule(dynamic, 4)
  for (std::int64_t t = 0; t < count; ++t) run_task(settings, tasks[static_cast<std::size_t>(t)]);
  const auto sequences = static_cast<std::int64_t>(items.size());
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t s = 0; s < sequences; ++s) {
    const AttentionItem& item = items[static_cast<std::size_t>(s)];
    if (item.mean_weights.data != nullptr) write_mean_weights(settings, item);
  }
}

}  // namespace phasescope::model
