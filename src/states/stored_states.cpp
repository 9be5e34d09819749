#include <algorithm>
#include <cstring>
#include <set>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"
#include "phasescope/states/captured_states.h"

namespace phasescope::states {
namespace {

using formats::SafetensorsFile;
using formats::StoredTensor;

constexpr const char* kIdsSuffix = ".ids";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

Json metadata_json(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  return found == file.metadata().end() ? Json(nullptr)
                                        : parse_json(found->second, file.path().string() + ": " + key);
}

StoredSequence read_sequence(const SafetensorsFile& file, const std::string& name,
                             const StoredTensor& tensor) {
  const auto fail = [&](const std::string& reason, const std::string& expected) {
    throw_input_error(file.path().string(), name, reason, expected);
  };
  if (tensor.type != formats::ElementType::f32 || tensor.shape.size() != 3 || tensor.elements() == 0) {
    fail("is no state tensor", "F32 [points, tokens, width], none of them 0");
  }
  if (reinterpret_cast<std::uintptr_t>(tensor.data) % alignof(float) != 0)
    fail("is not aligned", "data at multiples of 4 bytes");
  const auto slash = name.rfind('/');
  if (slash == std::string::npos || slash == 0) fail("has no category in its name", "<category>/<number>");
  StoredSequence stored;
  stored.sequence.name = name;
  stored.sequence.id = name;
  stored.sequence.category = name.substr(0, slash);
  stored.points = tensor.shape[0];
  stored.tokens = stored.sequence.prompt_tokens = tensor.shape[1];
  stored.width = tensor.shape[2];
  stored.states = reinterpret_cast<const float*>(tensor.data);
  return stored;
}

void read_ids(const SafetensorsFile& file, StoredSequence& stored) {
  const StoredTensor* ids = file.find(stored.sequence.name + kIdsSuffix);
  if (ids == nullptr) return;
  if (ids->type != formats::ElementType::i64 || ids->shape != std::vector<std::int64_t>{stored.tokens}) {
    throw_input_error(file.path().string(), stored.sequence.name + kIdsSuffix, "does not fit its states",
                      "I64 [" + std::to_string(stored.tokens) + "]");
  }
  stored.ids.resize(static_cast<std::size_t>(stored.tokens));
  std::memcpy(stored.ids.data(), ids->data, ids->bytes);
}

void read_sample(const SafetensorsFile& file, const Json& samples, StoredSequence& stored) {
  if (!samples.is_object() || !samples.contains(stored.sequence.name)) return;
  const std::string where = file.path().string();
  const JsonObject sample(samples[stored.sequence.name], where, "samples." + stored.sequence.name);
  stored.sequence.id = sample.text_or("id", stored.sequence.name);
  constexpr std::int64_t most = std::int64_t{1} << 53;
  stored.sequence.prompt = sample.integer_or("prompt", -1, -1, most);
  stored.sequence.run = sample.integer_or("run", 0, 0, most);
  stored.sequence.prompt_tokens = sample.integer_or("prompt_tokens", stored.tokens, 1, stored.tokens);
  stored.generated_tokens =
      sample.integer_or("generated_tokens", 0, 0, stored.tokens - stored.sequence.prompt_tokens);
}

/// The number in "<category>/<number>", for ordering; names without one come in order of appearance.
std::int64_t number_of(const std::string& name) {
  const std::string digits = name.substr(name.rfind('/') + 1);
  const bool numeric =
      !digits.empty() && digits.size() < 18 && digits.find_first_not_of("0123456789") == std::string::npos;
  return numeric ? std::stoll(digits) : 0;
}

}  // namespace

StoredStates::StoredStates(const std::vector<std::filesystem::path>& files,
                           const std::vector<std::string>& category_order) {
  std::vector<std::string> order = category_order;
  for (const std::filesystem::path& path : files) {
    files_.push_back(std::make_unique<SafetensorsFile>(path));
    add_file(*files_.back(), order);
  }
  if (sequences_.empty()) throw_input_error(files.front().string(), "", "holds no states");
  const auto place = [&](const StoredSequence& stored) {
    return std::find(order.begin(), order.end(), stored.sequence.category) - order.begin();
  };
  std::stable_sort(sequences_.begin(), sequences_.end(),
                   [&](const StoredSequence& a, const StoredSequence& b) {
                     if (place(a) != place(b)) return place(a) < place(b);
                     return number_of(a.sequence.name) < number_of(b.sequence.name);
                   });
  for (std::size_t i = 0; i < sequences_.size(); ++i)
    sequences_[i].sequence.index = static_cast<std::int64_t>(i);
}

void StoredStates::add_file(const SafetensorsFile& file, std::vector<std::string>& order) {
  const Json listed = metadata_json(file, "category_order");
  const Json samples = metadata_json(file, "samples");
  const auto state_points = file.metadata().find("state_points");
  if (state_points != file.metadata().end()) after_final_norm_ = state_points->second == "hf";
  const auto remember = [&](const std::string& category) {
    if (std::find(order.begin(), order.end(), category) == order.end()) order.push_back(category);
  };
  if (listed.is_array()) {
    for (const Json& category : listed) {
      if (category.is_string()) remember(category.get<std::string>());
    }
  }
  for (const auto& [name, tensor] : file.tensors()) {
    if (ends_with(name, kIdsSuffix)) continue;
    StoredSequence stored = read_sequence(file, name, tensor);
    if (!sequences_.empty() &&
        (stored.points != sequences_.front().points || stored.width != sequences_.front().width)) {
      throw_input_error(
          file.path().string(), name,
          "has " + std::to_string(stored.points) + " points of width " + std::to_string(stored.width),
          std::to_string(sequences_.front().points) + " points of width " +
              std::to_string(sequences_.front().width) + " as in " + sequences_.front().sequence.name);
    }
    const auto same_name = [&](const StoredSequence& other) { return other.sequence.name == name; };
    if (std::any_of(sequences_.begin(), sequences_.end(), same_name)) {
      throw_input_error(file.path().string(), name, "was in an earlier file too");
    }
    read_ids(file, stored);
    read_sample(file, samples, stored);
    remember(stored.sequence.category);
    sequences_.push_back(std::move(stored));
  }
}

void StoredStates::show(const std::vector<Observer*>& observers, std::int64_t batch_tokens,
                        const std::vector<std::vector<std::string>>& together,
                        const StoredAttention* attention) const {
  const Audience audience{observers, attention};
  std::set<std::size_t> shown;
  const auto index_of = [&](const std::string& name) {
    const auto found = std::find_if(sequences_.begin(), sequences_.end(), [&](const StoredSequence& stored) {
      return stored.sequence.name == name;
    });
    return static_cast<std::size_t>(found - sequences_.begin());
  };
  for (const std::vector<std::string>& group : together) {
    std::vector<std::size_t> members;
    for (const std::string& name : group) {
      const std::size_t index = index_of(name);
      if (index < sequences_.size() && shown.insert(index).second) members.push_back(index);
    }
    if (!members.empty()) show_batch(members, audience);
  }
  std::vector<std::size_t> batch;
  std::int64_t tokens = 0;
  for (std::size_t i = 0; i < sequences_.size(); ++i) {
    if (shown.count(i) != 0) continue;
    if (!batch.empty() && tokens + sequences_[i].tokens > batch_tokens) {
      show_batch(batch, audience);
      batch.clear();
      tokens = 0;
    }
    batch.push_back(i);
    tokens += sequences_[i].tokens;
  }
  if (!batch.empty()) show_batch(batch, audience);
}

void StoredStates::show_batch(const std::vector<std::size_t>& members, const Audience& audience) const {
  show_phase(members, Phase::prompt, audience);
  show_phase(members, Phase::generation, audience);
  for (const std::size_t member : members) {
    for (Observer* observer : audience.observers)
      observer->finish_sequence(sequences_[member].sequence.index);
  }
}

void StoredStates::show_phase(const std::vector<std::size_t>& members, Phase phase,
                              const Audience& audience) const {
  std::vector<Segment> segments;
  std::int64_t rows = 0;
  for (const std::size_t member : members) {
    const StoredSequence& stored = sequences_[member];
    const std::int64_t first = phase == Phase::prompt ? 0 : stored.sequence.prompt_tokens;
    const std::int64_t count =
        phase == Phase::prompt ? stored.sequence.prompt_tokens : stored.generated_tokens;
    if (count == 0) continue;
    segments.push_back({stored.sequence.index, rows, count, first});
    rows += count;
  }
  if (rows == 0) return;
  const std::int64_t points = sequences_.front().points;
  const std::int64_t width = sequences_.front().width;
  const auto elements = static_cast<std::size_t>(rows * width);
  std::vector<float> current(elements);
  std::vector<float> previous(elements);
  for (std::int64_t point = 0; point < points; ++point) {
    std::swap(current, previous);
    for (const Segment& segment : segments) {
      const StoredSequence& stored = sequences_[static_cast<std::size_t>(segment.sequence)];
      const float* from = stored.states + (point * stored.tokens + segment.first_position) * width;
      std::copy(from, from + segment.rows * width, current.begin() + segment.first_row * width);
    }
    const StateMatrix states(current.data(), rows, width, Eigen::OuterStride<>(width));
    const StateMatrix before(point == 0 ? nullptr : previous.data(), point == 0 ? 0 : rows, width,
                             Eigen::OuterStride<>(width));
    const StateView view{point,  points,   after_final_norm_ && point + 1 == points, phase, states,
                         before, &segments};
    for (Observer* observer : audience.observers) observer->observe(view);
    if (phase == Phase::prompt && audience.attention != nullptr) show_attention(members, point, audience);
  }
}

void StoredStates::show_attention(const std::vector<std::size_t>& members, std::int64_t block,
                                  const Audience& audience) const {
  for (Observer* observer : audience.observers) {
    if (!observer->wants_attention(block)) continue;
    for (const std::size_t member : members) {
      for (const StoredAttention::Map& map : audience.attention->maps_of(sequences_[member].sequence.name)) {
        if (map.block != block) continue;
        const StateMatrix weights(map.mean.data(), map.tokens, map.tokens, Eigen::OuterStride<>(map.tokens));
        observer->observe_attention({sequences_[member].sequence.index, block, weights});
      }
    }
  }
}

}  // namespace phasescope::states
