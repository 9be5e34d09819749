#include "onednn_product.h"

#include <map>
#include <tuple>

#include <oneapi/dnnl/dnnl.hpp>

namespace phasescope::model {
namespace {

using Shape = std::tuple<std::int64_t, std::int64_t, std::int64_t, bool>;  // rows, inputs, outputs, bias

using dnnl::memory;

memory::desc descriptor(std::int64_t rows, std::int64_t columns, memory::format_tag layout) {
  return {{rows, columns}, memory::data_type::f32, layout};
}

dnnl::matmul make_primitive(const Shape& shape, const dnnl::engine& engine) {
  const auto [rows, inputs, outputs, bias] = shape;
  const memory::desc x = descriptor(rows, inputs, memory::format_tag::ab);
  const memory::desc weight =
      descriptor(inputs, outputs, memory::format_tag::ba);  // stored [outputs, inputs]
  const memory::desc y = descriptor(rows, outputs, memory::format_tag::ab);
  const memory::desc b = descriptor(1, outputs, memory::format_tag::ab);
  const dnnl::matmul::desc description =
      bias ? dnnl::matmul::desc(x, weight, b, y) : dnnl::matmul::desc(x, weight, y);
  return dnnl::matmul(dnnl::matmul::primitive_desc(description, engine));
}

void* untyped(const float* data) {
  return const_cast<float*>(data);
}

}  // namespace

struct OneDnnProduct::State {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::map<Shape, dnnl::matmul> primitives;

  const dnnl::matmul& primitive(const Shape& shape) {
    auto found = primitives.find(shape);
    if (found == primitives.end()) found = primitives.emplace(shape, make_primitive(shape, engine)).first;
    return found->second;
  }
};

OneDnnProduct::OneDnnProduct() : state_(std::make_unique<State>()) {}
OneDnnProduct::~OneDnnProduct() = default;

bool OneDnnProduct::available() {
  return true;
}

std::string OneDnnProduct::version() {
  const dnnl_version_t* version = dnnl_version();
  return "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

void OneDnnProduct::multiply(ConstMatrix x, const LinearTensor& weights, Matrix y) {
  const bool bias = weights.bias != nullptr;
  const dnnl::matmul& product = state_->primitive({x.rows, x.columns, y.columns, bias});
  const auto over = [&](std::int64_t rows, std::int64_t columns, memory::format_tag layout,
                        const float* data) {
    return memory(descriptor(rows, columns, layout), state_->engine, untyped(data));
  };
  std::unordered_map<int, memory> arguments = {
      {DNNL_ARG_SRC, over(x.rows, x.columns, memory::format_tag::ab, x.data)},
      {DNNL_ARG_WEIGHTS, over(x.columns, y.columns, memory::format_tag::ba, weights.weight.data)},
      {DNNL_ARG_DST, over(y.rows, y.columns, memory::format_tag::ab, y.data)}};
  if (bias) arguments.emplace(DNNL_ARG_BIAS, over(1, y.columns, memory::format_tag::ab, weights.bias));
  product.execute(state_->stream, arguments);
  state_->stream.wait();
}

}  // namespace phasescope::model
