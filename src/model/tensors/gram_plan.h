#pragma once

#include "backend.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

namespace phasescope::model::tensors {

/// The states of one point in float64 on the device, a tensor [prompts, T, D] for each group of a GramPlan;
/// rows that only pad are 0.
using GramRows = std::vector<at::Tensor>;

/// Where a matrix of doubles lies in a flat result.
struct GramPlace {
  std::int64_t offset = 0, rows = 0, columns = 0, stride = 0;
};

/// How the Gram matrices of the prompts of one pass are made, worked out once and used at every point:
/// prompts of similar lengths are padded to one product, and all results are one tensor, so that one copy
/// brings them.
class GramPlan {
 public:
  /// `pass.reading` says of which prompts.
  GramPlan(const PassRows& pass, c10::Device device);

  /// Of states [rows, D] in float32. Entries that are not finite become 0; `counts`, a tensor [prompts, T] a
  /// group, receives how many there were in each row.
  GramRows rows_of(const at::Tensor& states, GramRows& counts) const;
  /// All products of a point, [doubles()]. `previous`: one point earlier; empty at point 0.
  at::Tensor products(const GramRows& newest, const GramRows& counts, const GramRows& previous) const;
  std::int64_t doubles() const { return doubles_; }

  /// Places of X X^T, Y X^T and the counts [1, n] of a sequence of the pass.
  GramPlace gram(std::size_t sequence) const { return places_[sequence].gram; }
  GramPlace with_previous(std::size_t sequence) const { return places_[sequence].with_previous; }
  GramPlace counts(std::size_t sequence) const { return places_[sequence].counts; }
  /// Place of X_a X_b^T; nothing where it was not asked for.
  std::optional<GramPlace> between(std::size_t a, std::size_t b) const;

 private:
  struct Group {
    std::vector<std::size_t> sequences;
    std::int64_t tokens = 0;  ///< T
    at::Tensor rows;          ///< of the pass [prompts * T]; padding repeats a prompt's first
    at::Tensor padding;       ///< bool [prompts, T, 1]; undefined: none
    std::int64_t gram = 0, with_previous = 0, counts = 0;  ///< offsets
  };
  struct SequencePlaces {
    std::size_t group = 0, member = 0;
    GramPlace gram, with_previous, counts;
  };
  struct Pair {
    std::size_t a = 0, b = 0;
    GramPlace place;
  };

  void make_groups(const PassReading& reading);
  void upload(Group& group, const PassRows& pass, c10::Device device) const;
  void place(Group& group, std::size_t index, const PassReading& reading);
  at::Tensor rows_of_sequence(const GramRows& all, std::size_t sequence) const;

  std::vector<Group> groups_;
  std::vector<SequencePlaces> places_;  ///< by sequence of the pass
  std::vector<Pair> pairs_;             ///< sorted by (a, b)
  std::int64_t doubles_ = 0;
};

}  // namespace phasescope::model::tensors
