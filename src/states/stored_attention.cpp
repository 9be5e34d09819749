#include "phasescope/states/stored_attention.h"

#include <algorithm>
#include <cstring>

#include "phasescope/base/error.h"

namespace phasescope::states {
namespace {

/// The block number that ends a name, or -1.
std::int64_t block_of(const std::string& name) {
  const std::string digits = name.substr(name.rfind('/') + 1);
  const bool numeric =
      !digits.empty() && digits.size() < 10 && digits.find_first_not_of("0123456789") == std::string::npos;
  return numeric && name.find('/') != name.rfind('/') ? std::stoll(digits) : -1;
}

std::vector<float> mean_over_heads(const formats::StoredTensor& tensor) {
  const std::int64_t heads = tensor.shape[0];
  const auto size = static_cast<std::size_t>(tensor.shape[1] * tensor.shape[2]);
  std::vector<double> sum(size, 0.0);
  for (std::int64_t head = 0; head < heads; ++head) {
    const std::byte* from = tensor.data + static_cast<std::size_t>(head) * size * sizeof(float);
    for (std::size_t i = 0; i < size; ++i) {
      float weight = 0;
      std::memcpy(&weight, from + i * sizeof(float), sizeof weight);
      sum[i] += static_cast<double>(weight);
    }
  }
  std::vector<float> mean(size);
  for (std::size_t i = 0; i < size; ++i) mean[i] = static_cast<float>(sum[i] / static_cast<double>(heads));
  return mean;
}

}  // namespace

StoredAttention::StoredAttention(const std::filesystem::path& file) : file_(file) {
  for (const auto& [name, tensor] : file_.tensors()) {
    const bool square = tensor.shape.size() == 3 && tensor.shape[1] == tensor.shape[2] && tensor.shape[0] > 0;
    if (tensor.type != formats::ElementType::f32 || !square || block_of(name) < 0) {
      throw_input_error(file.string(), name, "is no attention tensor",
                        "<category>/<number>/<block>, F32 [heads, T, T]");
    }
  }
}

std::vector<StoredAttention::Map> StoredAttention::maps_of(const std::string& sequence) const {
  std::vector<Map> maps;
  for (const auto& [name, tensor] : file_.tensors()) {
    if (name.substr(0, name.rfind('/')) != sequence) continue;
    maps.push_back({block_of(name), tensor.shape[1], mean_over_heads(tensor)});
  }
  std::sort(maps.begin(), maps.end(), [](const Map& a, const Map& b) { return a.block < b.block; });
  return maps;
}

}  // namespace phasescope::states
