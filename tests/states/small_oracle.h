#pragma once

#include <cstring>
#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "phasescope/formats/safetensors.h"

namespace phasescope::testing {

/// An oracle file in the making: two prompts of 3 and 2 tokens, 2 points, width 2.
class SmallOracle {
 public:
  SmallOracle() {
    metadata = {{"format", "phasescope.oracle/1"}, {"family", "llama"},
                {"transformers", "5.18.0"},        {"dtype", "float64"},
                {"prompts", R"(["one", "two"])"},  {"greedy_margins", "[0.5, 1e-7]"}};
    set("oracle/0", floats({2, 3, 2}, {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}));
    set("oracle/0.ids", integers({7, 8, 9}));
    set("oracle/0.final", floats({3, 2}, {1, -1, 2, -2, 4, -4}));
    set("oracle/0.logits", floats({3}, {0, 2, 1}));
    set("oracle/0.greedy", integers({1, 2, 0}));
    set("oracle/1", floats({2, 2, 2}, {-1, -2, 0, 0, 100, 0, 0, 1}));
    set("oracle/1.ids", integers({4, 5}));
    set("oracle/1.final", floats({2, 2}, {1, 1, 1, 1}));
    set("oracle/1.logits", floats({3}, {8, 0, 0}));
    set("oracle/1.greedy", integers({0}));
  }

  formats::StoredTensor floats(const std::vector<std::int64_t>& shape, const std::vector<float>& values) {
    return stored(formats::ElementType::f32, shape, values.data(), sizeof(float) * values.size());
  }
  formats::StoredTensor integers(const std::vector<std::int64_t>& values) {
    return stored(formats::ElementType::i64, {static_cast<std::int64_t>(values.size())}, values.data(),
                  sizeof(std::int64_t) * values.size());
  }
  void set(const std::string& name, const formats::StoredTensor& tensor) { tensors[name] = tensor; }

  void write(const std::filesystem::path& file) const {
    formats::write_safetensors(file, {tensors.begin(), tensors.end()}, metadata);
  }

  std::map<std::string, std::string> metadata;
  std::map<std::string, formats::StoredTensor> tensors;

 private:
  formats::StoredTensor stored(formats::ElementType type, const std::vector<std::int64_t>& shape,
                               const void* data, std::size_t bytes) {
    std::vector<std::byte>& copy = memory_.emplace_back(bytes);
    if (bytes > 0) std::memcpy(copy.data(), data, bytes);
    return {type, shape, copy.data(), bytes};
  }

  std::deque<std::vector<std::byte>> memory_;
};

}  // namespace phasescope::testing
