#include "attention.h"

#include "attention_tile.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <Eigen/Core>

namespace phasescope::model {
namespace {

using Array = Eigen::Map<Eigen::ArrayXf>;
using AlignedArray = Eigen::Map<Eigen::ArrayXf, Eigen::AlignedMax>;
using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMajor, 0, Eigen::OuterStride<>>;

using lanes::kLanes;
using lanes::Lanes;

constexpr std::int64_t kQueriesPerTask = 64;
constexpr std::int64_t kRowsPerTask = 128;  // queries times heads that share keys
constexpr std::int64_t kKeysPerTile = 128;
/// Below this many rows a task reads keys as they lie: turning them costs more than it saves.
constexpr std::int64_t kFewRows = 8;

constexpr float kNothing = -std::numeric_limits<float>::infinity();

/// Queries [first_query, ...) of all heads that read some heads of keys and values.
struct Task {
  const AttentionItem* item;
  std::int64_t first_key_head;
  std::int64_t key_heads;
  std::int64_t first_query;
  std::int64_t queries;
};

/// Keys [first, first + count).
struct KeyRange {
  std::int64_t first;
  std::int64_t count;
};

std::int64_t heads_per_key_head(const AttentionSettings& settings) {
  return settings.heads / settings.key_value_heads;
}

/// Whether every query sees all of its keys at once.
bool fits_one_tile(const AttentionItem& item) {
  return item.keys.rows <= kKeysPerTile;
}

std::int64_t position_of(const AttentionItem& item, std::int64_t query) {
  return item.keys.rows - item.queries.rows + query;
}

/// The keys that a query at `position` sees.
KeyRange keys_seen(const AttentionSettings& settings, std::int64_t position) {
  const std::int64_t first = settings.window ? std::max<std::int64_t>(0, position - *settings.window + 1) : 0;
  return {first, position - first + 1};
}

/// The keys that some of the queries [first, first + count) see.
KeyRange keys_seen(const AttentionSettings& settings, const AttentionItem& item, std::int64_t first_query,
                   std::int64_t queries) {
  const std::int64_t first = keys_seen(settings, position_of(item, first_query)).first;
  return {first, position_of(item, first_query + queries - 1) - first + 1};
}

KeyRange intersection(const KeyRange& a, const KeyRange& b) {
  const std::int64_t first = std::max(a.first, b.first);
  return {first, std::max<std::int64_t>(0, std::min(a.first + a.count, b.first + b.count) - first)};
}

/// One head's columns of rows [first, first + count).
template <class Element>
MatrixView<Element> head_of(const MatrixView<Element>& all, std::int64_t head, std::int64_t head_dim,
                            std::int64_t first, std::int64_t count) {
  return {all.row(first) + head * head_dim, count, head_dim, all.stride};
}

template <class Scores>
void scale_scores(const AttentionSettings& settings, Scores scores) {
  scores *= settings.score_scale;
  if (!settings.score_softcap) return;
  const float cap = *settings.score_softcap;
  scores = cap * (scores / cap).tanh();
}

/// Memory of one thread, used from task to task.
struct Scratch {
  Buffer keys, values, scores, output;
  std::vector<const float*> queries;
  std::vector<float> largest, sums;
};

/// One task on its way through the tiles of keys of one head. Row h * queries + q belongs to head h of the
/// group.
class HeadRun {
 public:
  HeadRun(const AttentionSettings& settings, const Task& task, std::int64_t key_head, Scratch& scratch)
      : settings_(settings),
        task_(task),
        key_head_(key_head),
        scratch_(scratch),
        rows_(heads_per_key_head(settings) * task.queries),
        width_(lanes::padded(settings.head_dim)),
        one_tile_(fits_one_tile(*task.item)) {
    scratch_.output.resize(static_cast<std::size_t>(rows_ * width_));
    scratch_.largest.assign(static_cast<std::size_t>(rows_), kNothing);
    scratch_.sums.assign(static_cast<std::size_t>(rows_), 0.0F);
    scratch_.queries.resize(static_cast<std::size_t>(rows_));
    for_each_row([&](std::int64_t row, std::int64_t head, std::int64_t query) {
      scratch_.queries[static_cast<std::size_t>(row)] =
          task.item->queries.row(query) + head * settings.head_dim;
    });
  }

  void run() {
    const KeyRange all = keys_seen(settings_, *task_.item, task_.first_query, task_.queries);
    for (std::int64_t first = all.first; first < all.first + all.count; first += kKeysPerTile) {
      add_tile({first, std::min(kKeysPerTile, all.first + all.count - first)},
               first == all.first ? Sums::begin : Sums::go_on);
    }
    write_output();
  }

 private:
  /// Calls body(row, head, query) for all.
  template <class Body>
  void for_each_row(Body body) const {
    const std::int64_t heads = heads_per_key_head(settings_);
    for (std::int64_t h = 0; h < heads; ++h) {
      for (std::int64_t q = 0; q < task_.queries; ++q)
        body(h * task_.queries + q, key_head_ * heads + h, task_.first_query + q);
    }
  }
  Matrix output() const { return {scratch_.output.data(), rows_, width_}; }

  void add_tile(const KeyRange& tile, Sums sums) {
    const Matrix scores = score_tile(tile);
    for_each_row([&](std::int64_t row, std::int64_t /*head*/, std::int64_t query) {
      weigh_row(tile, row, query, scores.row(row));
    });
    add_weighted_values({scores.data, rows_, tile.count, scores.stride}, tile_values(tile), sums, output());
    if (one_tile_ && task_.item->mean_weights.data != nullptr) add_to_mean(tile, scores);
  }

  /// [rows, keys of the tile], rows padded.
  Matrix score_tile(const KeyRange& tile) {
    const std::int64_t stride = lanes::padded(tile.count);
    scratch_.scores.resize(static_cast<std::size_t>(rows_ * stride));
    const Matrix scores(scratch_.scores.data(), rows_, stride);
    const ConstMatrix keys = head_of(task_.item->keys, key_head_, settings_.head_dim, tile.first, tile.count);
    if (rows_ >= kFewRows) {
      transpose_padded(keys, scratch_.keys);
      multiply_scores(scratch_.queries, {scratch_.keys.data(), settings_.head_dim, stride}, scores);
    } else {
      multiply_scores_as_stored(scratch_.queries, keys, scores);
    }
    return scores;
  }

  /// Scores of one row to weights relative to its largest score so far; what the row has added before is
  /// brought to the same. Where all keys are in one tile the weights sum to one.
  void weigh_row(const KeyRange& tile, std::int64_t row, std::int64_t query, float* scores) {
    const auto r = static_cast<std::size_t>(row);
    const KeyRange seen = intersection(tile, keys_seen(settings_, position_of(*task_.item, query)));
    const std::int64_t width = lanes::padded(tile.count);
    if (seen.count == 0) {
      std::fill_n(scores, width, 0.0F);
      return;
    }
    const float before = scratch_.largest[r];
    const float largest =
        std::max(before, scale_and_mask(seen.first - tile.first, seen.count, width, scores));
    const float sum = weights_of_scores(largest, width, scores);
    scratch_.largest[r] = largest;
    if (one_tile_) {
      scale_numbers(1 / sum, width, scores);
      return;
    }
    const float kept = before == kNothing ? 1.0F : std::exp(before - largest);
    scratch_.sums[r] = scratch_.sums[r] * kept + sum;
    if (kept != 1.0F && before != kNothing) scale_numbers(kept, width_, output().row(row));
  }

  /// Returns the largest of the scores [begin, begin + count); those of other keys become minus infinity.
  float scale_and_mask(std::int64_t begin, std::int64_t count, std::int64_t width, float* scores) const {
    if (settings_.score_softcap) scale_scores(settings_, AlignedArray(scores, width));
    const Lanes scale = lanes::all(settings_.score_softcap ? 1.0F : settings_.score_scale);
    Lanes largest = lanes::all(kNothing);
    for (std::int64_t k = 0; k < width; k += kLanes) {
      const Lanes scaled = scale * lanes::load(scores + k);
      const Lanes seen = lanes::between(scaled, begin - k, begin + count - k, kNothing);
      largest = lanes::larger(largest, seen);
      lanes::store(scores + k, seen);
    }
    return lanes::largest(largest);
  }

  /// scores = exp(scores - largest); returns their sum.
  static float weights_of_scores(float largest, std::int64_t width, float* scores) {
    Lanes sum = {};
    for (std::int64_t k = 0; k < width; k += kLanes) {
      const Lanes weights = lanes::exponential(lanes::load(scores + k) - largest);
      lanes::store(scores + k, weights);
      sum += weights;
    }
    return lanes::sum(sum);
  }

  static void scale_numbers(float factor, std::int64_t width, float* numbers) {
    for (std::int64_t i = 0; i < width; i += kLanes)
      lanes::store(numbers + i, factor * lanes::load(numbers + i));
  }

  /// [keys of the tile, width]: as they lie, or copied where a head is no whole number of vectors.
  ConstMatrix tile_values(const KeyRange& tile) {
    const ConstMatrix values =
        head_of(task_.item->values, key_head_, settings_.head_dim, tile.first, tile.count);
    if (width_ == settings_.head_dim) return values;
    scratch_.values.resize(static_cast<std::size_t>(tile.count * width_));
    for (std::int64_t k = 0; k < tile.count; ++k) {
      float* copy = scratch_.values.data() + k * width_;
      std::copy_n(values.row(k), settings_.head_dim, copy);
      std::fill(copy + settings_.head_dim, copy + width_, 0.0F);
    }
    return {scratch_.values.data(), tile.count, width_};
  }

  /// Adds the weights of these heads to their mean over all heads; the first heads of an item begin it.
  void add_to_mean(const KeyRange& tile, ConstMatrix weights) const {
    const float share = 1.0F / static_cast<float>(settings_.heads);
    for (std::int64_t q = 0; q < task_.queries; ++q) {
      const Matrix& all = task_.item->mean_weights;
      float* mean = all.row(task_.first_query + q);
      if (key_head_ == 0) std::fill_n(mean, all.columns, 0.0F);
      for (std::int64_t r = q; r < rows_; r += task_.queries) {
        const float* of_head = weights.row(r);
#pragma omp simd
        for (std::int64_t k = 0; k < tile.count; ++k) mean[tile.first + k] += share * of_head[k];
      }
    }
  }

  void write_output() const {
    for_each_row([&](std::int64_t row, std::int64_t head, std::int64_t query) {
      float* sums = output().row(row);
      if (!one_tile_) scale_numbers(1 / scratch_.sums[static_cast<std::size_t>(row)], width_, sums);
      task_.item->output.put(query, head * settings_.head_dim, sums, settings_.head_dim);
    });
  }

  const AttentionSettings& settings_;
  const Task& task_;
  std::int64_t key_head_;
  Scratch& scratch_;
  std::int64_t rows_;
  std::int64_t width_;
  bool one_tile_;
};

std::vector<Task> make_tasks(const AttentionSettings& settings, const std::vector<AttentionItem>& items) {
  const std::int64_t queries =
      std::clamp<std::int64_t>(kRowsPerTask / heads_per_key_head(settings), 1, kQueriesPerTask);
  std::vector<Task> tasks;
  for (const AttentionItem& item : items) {
    // Heads whose mean is made on the way follow each other, so that it does not depend on the threads.
    const bool together = item.mean_weights.data != nullptr && fits_one_tile(item);
    const std::int64_t key_heads = together ? settings.key_value_heads : 1;
    for (std::int64_t head = 0; head < settings.key_value_heads; head += key_heads) {
      for (std::int64_t first = 0; first < item.queries.rows; first += queries)
        tasks.push_back({&item, head, key_heads, first, std::min(queries, item.queries.rows - first)});
    }
  }
  return tasks;
}

/// Weights of one head for some queries over keys `range`; 0 where a query does not look.
RowMajor attention_weights(const AttentionSettings& settings, const AttentionItem& item, std::int64_t head,
                           std::int64_t first_query, std::int64_t queries, const KeyRange& range) {
  const ConstMatrix q = head_of(item.queries, head, settings.head_dim, first_query, queries);
  const ConstMatrix k =
      head_of(item.keys, head / heads_per_key_head(settings), settings.head_dim, range.first, range.count);
  RowMajor weights(queries, range.count);
  weights.noalias() = ConstMap(q.data, q.rows, q.columns, Eigen::OuterStride<>(q.stride)) *
                      ConstMap(k.data, k.rows, k.columns, Eigen::OuterStride<>(k.stride)).transpose();
  for (std::int64_t i = 0; i < queries; ++i) {
    const KeyRange seen = keys_seen(settings, position_of(item, first_query + i));
    Array row(weights.row(i).data(), range.count);
    auto of_seen = row.segment(seen.first - range.first, seen.count);
    scale_scores(settings, Array(row.data() + seen.first - range.first, seen.count));
    of_seen = (of_seen - of_seen.maxCoeff()).exp();
    of_seen /= of_seen.sum();
    row.head(seen.first - range.first) = 0;
    row.tail(range.first + range.count - seen.first - seen.count) = 0;
  }
  return weights;
}

/// Heads one after the other, so that their sum does not depend on the threads.
void write_mean_weights(const AttentionSettings& settings, const AttentionItem& item,
                        std::int64_t first_query) {
  const std::int64_t queries = std::min(kQueriesPerTask, item.queries.rows - first_query);
  const KeyRange range = keys_seen(settings, item, first_query, queries);
  RowMajor mean = RowMajor::Zero(queries, item.mean_weights.columns);
  for (std::int64_t head = 0; head < settings.heads; ++head) {
    mean.middleCols(range.first, range.count) +=
        attention_weights(settings, item, head, first_query, queries, range);
  }
  mean /= static_cast<float>(settings.heads);
  for (std::int64_t q = 0; q < queries; ++q)
    std::copy_n(mean.row(q).data(), mean.cols(), item.mean_weights.row(first_query + q));
}

/// Of sequences longer than a tile; of others they are summed on the way.
void write_all_mean_weights(const AttentionSettings& settings, const std::vector<AttentionItem>& items) {
  std::vector<Task> tasks;
  for (const AttentionItem& item : items) {
    if (item.mean_weights.data == nullptr || fits_one_tile(item)) continue;
    for (std::int64_t first = 0; first < item.queries.rows; first += kQueriesPerTask)
      tasks.push_back({&item, 0, 0, first, 0});
  }
  if (tasks.empty()) return;
  const auto count = static_cast<std::int64_t>(tasks.size());
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t t = 0; t < count; ++t) {
    const Task& task = tasks[static_cast<std::size_t>(t)];
    write_mean_weights(settings, *task.item, task.first_query);
  }
}

}  // namespace

void attend(const AttentionSettings& settings, const std::vector<AttentionItem>& items) {
  const std::vector<Task> tasks = make_tasks(settings, items);
  const auto count = static_cast<std::int64_t>(tasks.size());
#pragma omp parallel for schedule(dynamic)
  for (std::int64_t t = 0; t < count; ++t) {
    static thread_local Scratch scratch;
    const Task& task = tasks[static_cast<std::size_t>(t)];
    for (std::int64_t head = 0; head < task.key_heads; ++head)
      HeadRun(settings, task, task.first_key_head + head, scratch).run();
  }
  write_all_mean_weights(settings, items);
}

}  // namespace phasescope::model
