#include <algorithm>
#include <cstdio>
#include <utility>

#include "phasescope/base/archive.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/states/captured_states.h"

namespace phasescope::states {
namespace {

constexpr std::uint64_t kLargestFile = std::uint64_t{2} << 30;

template <class Element>
formats::StoredTensor tensor_over(formats::ElementType type, std::vector<std::int64_t> shape,
                                  const std::vector<Element>& data) {
  return {type, std::move(shape), reinterpret_cast<const std::byte*>(data.data()),
          data.size() * sizeof(Element)};
}

}  // namespace

CaptureObserver::CaptureObserver(std::filesystem::path folder, const std::vector<Sequence>& sequences,
                                 const std::vector<std::vector<std::int64_t>>& ids, bool last_token_only,
                                 bool after_final_norm)
    : folder_(std::move(folder)), last_token_only_(last_token_only), after_final_norm_(after_final_norm) {
  for (std::size_t k = 0; k < sequences.size(); ++k) {
    Capture& capture = captures_[sequences[k].index];
    capture.sequence = sequences[k];
    capture.ids = ids[k];
    const std::string& category = sequences[k].category;
    if (std::find(category_order_.begin(), category_order_.end(), category) == category_order_.end()) {
      category_order_.push_back(category);
    }
  }
}

RowRange CaptureObserver::rows_read(const Segment& prompt, std::int64_t /*point*/,
                                    std::int64_t /*points*/) const {
  if (captures_.count(prompt.sequence) == 0) return {};
  const std::int64_t count = last_token_only_ ? std::min<std::int64_t>(1, prompt.rows) : prompt.rows;
  return {prompt.rows - count, count};
}

void CaptureObserver::observe(const StateView& view) {
  const bool last_point = view.point + 1 == view.points;
  if (last_point && view.after_final_norm != after_final_norm_) return;
  for (const Segment& segment : *view.segments) {
    const auto found = captures_.find(segment.sequence);
    if (found == captures_.end()) continue;
    Capture& capture = found->second;
    capture.points.resize(static_cast<std::size_t>(view.points));
    capture.width = view.states.cols();
    std::vector<float>& rows = capture.points[static_cast<std::size_t>(view.point)];
    if (last_token_only_) rows.clear();
    for (std::int64_t r = last_token_only_ ? segment.rows - 1 : 0; r < segment.rows; ++r) {
      const auto row = view.states.row(segment.first_row + r);
      rows.insert(rows.end(), row.data(), row.data() + row.size());
    }
  }
}

void CaptureObserver::observe_prediction(const Prediction& prediction) {
  const auto found = captures_.find(prediction.sequence);
  if (found == captures_.end()) return;
  std::vector<std::int64_t>& ids = found->second.ids;
  if (static_cast<std::size_t>(prediction.position) >= ids.size()) ids.push_back(prediction.token);
}

void CaptureObserver::finish_sequence(std::int64_t sequence) {
  const auto found = captures_.find(sequence);
  if (found != captures_.end()) found->second.finished = true;
}

void CaptureObserver::save_finished(const std::vector<std::int64_t>& sequences,
                                    ArchiveWriter& archive) const {
  archive(sequences, files_);
}

void CaptureObserver::load_finished(ArchiveReader& archive) {
  std::vector<std::int64_t> sequences;
  archive(sequences, files_);
  for (const std::int64_t sequence : sequences) captures_.erase(sequence);
}

std::filesystem::path CaptureObserver::file(int number) const {
  char name[40];
  std::snprintf(name, sizeof name, "states-%04d.safetensors", number);
  return folder_ / name;
}

std::vector<std::filesystem::path> CaptureObserver::files() const {
  std::vector<std::filesystem::path> written;
  for (int number = 1; number <= files_; ++number) written.push_back(file(number));
  return written;
}

void CaptureObserver::write_finished() {
  std::vector<const Capture*> pending;
  std::uint64_t bytes = 0;
  for (const auto& item : captures_) {
    const Capture& capture = item.second;
    if (!capture.finished || capture.points.empty()) continue;
    const std::uint64_t size = capture.points.size() * capture.points.front().size() * sizeof(float);
    if (bytes + size > kLargestFile && !pending.empty()) {
      write_file(pending);
      pending.clear();
      bytes = 0;
    }
    pending.push_back(&capture);
    bytes += size;
  }
  if (!pending.empty()) write_file(pending);
  for (auto item = captures_.begin(); item != captures_.end();) {
    item = item->second.finished ? captures_.erase(item) : std::next(item);
  }
}

void CaptureObserver::write_file(const std::vector<const Capture*>& captures) {
  std::vector<std::vector<float>> joined(captures.size());
  std::vector<std::vector<std::int64_t>> ids(captures.size());
  std::vector<std::pair<std::string, formats::StoredTensor>> tensors;
  Json samples = Json::object();
  for (std::size_t i = 0; i < captures.size(); ++i) {
    const Capture& capture = *captures[i];
    for (const std::vector<float>& point : capture.points)
      joined[i].insert(joined[i].end(), point.begin(), point.end());
    ids[i] = capture.ids;
    if (last_token_only_) ids[i].erase(ids[i].begin(), ids[i].end() - 1);
    const auto points = static_cast<std::int64_t>(capture.points.size());
    const auto tokens = static_cast<std::int64_t>(capture.points.front().size()) / capture.width;
    const auto all_tokens = static_cast<std::int64_t>(capture.ids.size());
    tensors.emplace_back(capture.sequence.name,
                         tensor_over(formats::ElementType::f32, {points, tokens, capture.width}, joined[i]));
    tensors.emplace_back(
        capture.sequence.name + ".ids",
        tensor_over(formats::ElementType::i64, {static_cast<std::int64_t>(ids[i].size())}, ids[i]));
    samples[capture.sequence.name] = {
        {"id", capture.sequence.id},
        {"prompt", capture.sequence.prompt},
        {"run", capture.sequence.run},
        {"prompt_tokens", last_token_only_ ? 1 : capture.sequence.prompt_tokens},
        {"generated_tokens", last_token_only_ ? 0 : all_tokens - capture.sequence.prompt_tokens}};
  }
  create_folder(folder_);
  formats::write_safetensors(file(++files_), tensors,
                             {{"format", kCapturedStatesFormat},
                              {"state_points", after_final_norm_ ? "hf" : "raw"},
                              {"category_order", Json(category_order_).dump()},
                              {"samples", samples.dump()}});
}

}  // namespace phasescope::states
