#include "gram_plan.h"

#include <algorithm>
#include <numeric>

#include <ATen/ATen.h>

namespace phasescope::model::tensors {
namespace {

/// A group up to this many rows is padded as much as it takes; larger ones by a quarter at most. Starting
/// another product costs more than multiplying a few rows of zeros.
constexpr std::int64_t kFewRows = 256;

at::Tensor part(const at::Tensor& flat, std::int64_t offset, at::IntArrayRef sizes) {
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) count *= size;
  return flat.narrow(0, offset, count).view(sizes);
}

}  // namespace

GramPlan::GramPlan(const PassRows& pass, c10::Device device) : places_(pass.sequences.size()) {
  make_groups(pass.reading);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    upload(groups_[g], pass, device);
    place(groups_[g], g, pass.reading);
  }
  for (const auto& [a, b] : pass.reading.gram_pairs) {
    const std::int64_t rows = places_[a].gram.rows, columns = places_[b].gram.rows;
    if (rows == 0 || columns == 0) continue;
    pairs_.push_back({a, b, {doubles_, rows, columns, columns}});
    doubles_ += rows * columns;
  }
}

void GramPlan::make_groups(const PassReading& reading) {
  std::vector<std::size_t> sequences(reading.gram_rows.size());
  std::iota(sequences.begin(), sequences.end(), 0);
  std::stable_sort(sequences.begin(), sequences.end(),
                   [&](std::size_t a, std::size_t b) { return reading.gram_rows[a] < reading.gram_rows[b]; });
  std::int64_t needed = 0;
  for (const std::size_t sequence : sequences) {
    const std::int64_t tokens = reading.gram_rows[sequence];
    if (tokens == 0) continue;
    needed += tokens;
    if (!groups_.empty()) {
      const std::int64_t padded = static_cast<std::int64_t>(groups_.back().sequences.size() + 1) * tokens;
      if (padded > kFewRows && padded > needed + needed / 4) groups_.emplace_back(), needed = tokens;
    } else {
      groups_.emplace_back();
    }
    groups_.back().sequences.push_back(sequence);
    groups_.back().tokens = tokens;
  }
}

void GramPlan::upload(Group& group, const PassRows& pass, c10::Device device) const {
  std::vector<std::int64_t> rows;
  const auto prompts = static_cast<std::int64_t>(group.sequences.size());
  at::Tensor padding = at::zeros({prompts, group.tokens, 1}, at::kBool);
  bool padded = false;
  for (std::int64_t p = 0; p < prompts; ++p) {
    const std::size_t sequence = group.sequences[static_cast<std::size_t>(p)];
    const std::int64_t tokens = pass.reading.gram_rows[sequence];
    for (std::int64_t t = 0; t < group.tokens; ++t)
      rows.push_back(pass.sequences[sequence].first_row + (t < tokens ? t : 0));
    if (tokens == group.tokens) continue;
    padding[p].narrow(0, tokens, group.tokens - tokens).fill_(true);
    padded = true;
  }
  group.rows = at::tensor(rows, at::kLong).to(device);
  if (padded) group.padding = padding.to(device);
}

void GramPlan::place(Group& group, std::size_t index, const PassReading& reading) {
  const auto prompts = static_cast<std::int64_t>(group.sequences.size());
  const std::int64_t square = group.tokens * group.tokens;
  group.gram = doubles_;
  group.with_previous = group.gram + prompts * square;
  group.counts = group.with_previous + prompts * square;
  doubles_ = group.counts + prompts * group.tokens;
  for (std::size_t member = 0; member < group.sequences.size(); ++member) {
    const std::size_t sequence = group.sequences[member];
    const std::int64_t tokens = reading.gram_rows[sequence];
    const auto m = static_cast<std::int64_t>(member);
    places_[sequence] = {index,
                         member,
                         {group.gram + m * square, tokens, tokens, group.tokens},
                         {group.with_previous + m * square, tokens, tokens, group.tokens},
                         {group.counts + m * group.tokens, 1, tokens, tokens}};
  }
}

std::optional<GramPlace> GramPlan::between(std::size_t a, std::size_t b) const {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                  [&](const Pair& pair) { return pair.a == a && pair.b == b; });
  return found == pairs_.end() ? std::nullopt : std::optional<GramPlace>(found->place);
}

GramRows GramPlan::rows_of(const at::Tensor& states, GramRows& counts) const {
  GramRows all;
  counts.clear();
  for (const Group& group : groups_) {
    const auto prompts = static_cast<std::int64_t>(group.sequences.size());
    const at::Tensor rows =
        states.index_select(0, group.rows).view({prompts, group.tokens, states.size(1)}).to(at::kDouble);
    counts.push_back(rows.isfinite().logical_not().sum(-1));
    rows.nan_to_num_(0.0, 0.0, 0.0);
    if (group.padding.defined()) rows.masked_fill_(group.padding, 0.0);
    all.push_back(rows);
  }
  return all;
}

at::Tensor GramPlan::rows_of_sequence(const GramRows& all, std::size_t sequence) const {
  const SequencePlaces& places = places_[sequence];
  return all[places.group][static_cast<std::int64_t>(places.member)].narrow(0, 0, places.gram.rows);
}

at::Tensor GramPlan::products(const GramRows& newest, const GramRows& counts,
                              const GramRows& previous) const {
  const at::Tensor flat = at::empty({doubles_}, newest.front().options());
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    const auto prompts = static_cast<std::int64_t>(group.sequences.size());
    const at::Tensor transposed = newest[g].transpose(1, 2);
    at::Tensor gram = part(flat, group.gram, {prompts, group.tokens, group.tokens});
    at::bmm_out(gram, newest[g], transposed);
    at::Tensor crossed = part(flat, group.with_previous, {prompts, group.tokens, group.tokens});
    if (previous.empty()) {
      crossed.zero_();
    } else {
      at::bmm_out(crossed, previous[g], transposed);
    }
    part(flat, group.counts, {prompts, group.tokens}).copy_(counts[g]);
  }
  for (const Pair& pair : pairs_) {
    at::Tensor product = part(flat, pair.place.offset, {pair.place.rows, pair.place.columns});
    at::mm_out(product, rows_of_sequence(newest, pair.a), rows_of_sequence(newest, pair.b).t());
  }
  return flat;
}

}  // namespace phasescope::model::tensors
