#include "onednn_product.h"

#include <map>
#include <tuple>
#include <unordered_map>

#include <oneapi/dnnl/dnnl.hpp>

namespace phasescope::model {
namespace {

using dnnl::memory;

constexpr std::int64_t kPackedForRows = 24;  // oneDNN chooses the same layout for other numbers of rows

/// Everything that a primitive depends on.
struct Shape {
  std::int64_t rows, inputs, outputs, input_stride;
  bool packed, bias;

  bool operator<(const Shape& other) const { return tie() < other.tie(); }

 private:
  std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, bool, bool> tie() const {
    return {rows, inputs, outputs, input_stride, packed, bias};
  }
};

memory::desc descriptor(std::int64_t rows, std::int64_t columns, memory::format_tag layout) {
  return {{rows, columns}, memory::data_type::f32, layout};
}

memory::desc stored_weights(std::int64_t inputs, std::int64_t outputs) {
  return descriptor(inputs, outputs, memory::format_tag::ba);  // stored [outputs, inputs]
}

memory::desc packed_weights(std::int64_t inputs, std::int64_t outputs, const dnnl::engine& engine) {
  const dnnl::matmul::desc any(descriptor(kPackedForRows, inputs, memory::format_tag::ab),
                               descriptor(inputs, outputs, memory::format_tag::any),
                               descriptor(kPackedForRows, outputs, memory::format_tag::ab));
  return dnnl::matmul::primitive_desc(any, engine).weights_desc();
}

dnnl::engine cpu() {
  return {dnnl::engine::kind::cpu, 0};
}

/// A primitive with the memory objects it is called on, whose addresses change from call to call.
class Product {
 public:
  Product(const Shape& shape, const dnnl::engine& engine) {
    const memory::desc x({shape.rows, shape.inputs}, memory::data_type::f32,
                         memory::dims{shape.input_stride, 1});
    const memory::desc w = shape.packed ? packed_weights(shape.inputs, shape.outputs, engine)
                                        : stored_weights(shape.inputs, shape.outputs);
    const memory::desc y = descriptor(shape.rows, shape.outputs, memory::format_tag::ab);
    const memory::desc b = descriptor(1, shape.outputs, memory::format_tag::ab);
    const dnnl::matmul::desc description =
        shape.bias ? dnnl::matmul::desc(x, w, b, y) : dnnl::matmul::desc(x, w, y);
    primitive_ = dnnl::matmul(dnnl::matmul::primitive_desc(description, engine));
    arguments_ = {{DNNL_ARG_SRC, memory(x, engine, nullptr)},
                  {DNNL_ARG_WEIGHTS, memory(w, engine, nullptr)},
                  {DNNL_ARG_DST, memory(y, engine, nullptr)}};
    if (shape.bias) arguments_.emplace(DNNL_ARG_BIAS, memory(b, engine, nullptr));
  }

  void execute(const float* x, const float* weights, const float* bias, float* y, dnnl::stream& stream) {
    place(DNNL_ARG_SRC, x);
    place(DNNL_ARG_WEIGHTS, weights);
    place(DNNL_ARG_DST, y);
    if (bias != nullptr) place(DNNL_ARG_BIAS, bias);
    primitive_.execute(stream, arguments_);
    stream.wait();
  }

 private:
  void place(int argument, const float* data) {
    arguments_.at(argument).set_data_handle(const_cast<float*>(data));
  }

  dnnl::matmul primitive_;
  std::unordered_map<int, memory> arguments_;
};

}  // namespace

struct OneDnnProduct::State {
  dnnl::engine engine = cpu();
  dnnl::stream stream{engine};
  std::map<Shape, Product> products;

  Product& product(const Shape& shape) {
    const auto found = products.find(shape);
    if (found != products.end()) return found->second;
    return products.emplace(shape, Product(shape, engine)).first->second;
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

Buffer OneDnnProduct::pack(ConstMatrix stored) {
  const dnnl::engine engine = cpu();
  dnnl::stream stream(engine);
  const memory::desc to = packed_weights(stored.columns, stored.rows, engine);
  Buffer packed((to.get_size() + sizeof(float) - 1) / sizeof(float));
  memory from(stored_weights(stored.columns, stored.rows), engine, const_cast<float*>(stored.data));
  memory into(to, engine, packed.data());
  dnnl::reorder(from, into).execute(stream, from, into);
  stream.wait();
  return packed;
}

void OneDnnProduct::multiply(ConstMatrix x, const WeightMatrix& weights, const float* bias, Matrix y) {
  const bool packed = !weights.packed.empty();
  const float* data = packed ? weights.packed.data() : weights.stored.data;
  state_->product({x.rows, x.columns, y.columns, x.stride, packed, bias != nullptr})
      .execute(x.data, data, bias, y.data, state_->stream);
}

}  // namespace phasescope::model
