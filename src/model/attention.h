#pragma once

#include "matrix.h"
#include "product_rows.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace phasescope::model {

/// One sequence of a packed batch: its newest rows as queries, all its rows so far as keys and values. The
/// last query stands at the last key's position.
struct AttentionItem {
  ConstMatrix queries;  ///< [queries, heads * head_dim]
  ConstMatrix keys;     ///< [positions so far, key_value_heads * head_dim]
  ConstMatrix values;   ///< the same shape
  ProductRows output;   ///< [queries, heads * head_dim]; terms only where head_dim is a multiple of 16
  /// Where to write attention weights averaged over heads, [queries, positions]; data nullptr: not wanted.
  Matrix mean_weights;
};

struct AttentionSettings {
  std::int64_t heads = 0;
  std::int64_t key_value_heads = 0;
  std::int64_t head_dim = 0;
  float score_scale = 1;
  std::optional<float> score_softcap;
  std::optional<std::int64_t> window;  ///< keys seen by a query, its own included
};

/// Causal softmax attention, each sequence by itself. Work is cut into (sequence, heads that share keys, up
/// to 64 queries), so that neither many short nor one long prompt leaves a core idle. Keys are passed in
/// tiles of 128 with a running maximum and sum (Milakov and Gimelshein 2018; Rabe and Staats 2021), so that
/// no row of scores as long as the sequence exists. Mean weights of a sequence of one tile are summed on the
/// way, by one task for all heads; those of longer ones are computed again.
void attend(const AttentionSettings& settings, const std::vector<AttentionItem>& items);

}  // namespace phasescope::model
