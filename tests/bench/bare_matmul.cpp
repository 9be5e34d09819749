// The bare cost of a forward pass: its matrix products alone, each one dnnl::matmul on weights as a
// checkpoint stores them, with nothing in between. scripts/bench divides the program's own time by it.
//
//   bare_matmul --rows 1370 --blocks 30 --block 576x576 --block 192x576 ... --head 49152x576 --rounds 5
//   [--threads 2]
//
// A shape is OUTPUTSxINPUTS. Every product of a pass has weights of its own, so that they come from memory as
// in a model, until the pool of 4 GiB is used up and starts again. Prints {"seconds": [one a round], "flops":
// of a round}.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <omp.h>
#include <oneapi/dnnl/dnnl.hpp>

namespace {

using dnnl::memory;

constexpr std::size_t kPoolFloats = std::size_t{1} << 30;

struct Shape {
  std::int64_t outputs;
  std::int64_t inputs;
};

Shape parse_shape(const std::string& text) {
  Shape shape{};
  if (std::sscanf(text.c_str(), "%ldx%ld", &shape.outputs, &shape.inputs) != 2 || shape.outputs < 1 ||
      shape.inputs < 1)
    throw std::invalid_argument("shape " + text + ", expected OUTPUTSxINPUTS");
  return shape;
}

/// A product of [rows, inputs] with the transpose of [outputs, inputs].
class Product {
 public:
  Product(std::int64_t rows, Shape shape, const dnnl::engine& engine)
      : rows_(rows), shape_(shape), engine_(engine) {
    const dnnl::matmul::desc description(input(), weight(), output());
    primitive_ = dnnl::matmul(dnnl::matmul::primitive_desc(description, engine));
  }

  void run(dnnl::stream& stream, float* x, float* weights, float* y) const {
    primitive_.execute(stream, {{DNNL_ARG_SRC, memory(input(), engine_, x)},
                                {DNNL_ARG_WEIGHTS, memory(weight(), engine_, weights)},
                                {DNNL_ARG_DST, memory(output(), engine_, y)}});
    stream.wait();
  }

  std::size_t weight_floats() const { return static_cast<std::size_t>(shape_.outputs * shape_.inputs); }
  std::int64_t flops() const { return 2 * rows_ * shape_.outputs * shape_.inputs; }
  std::int64_t widest() const { return rows_ * std::max(shape_.outputs, shape_.inputs); }

 private:
  memory::desc plain(std::int64_t rows, std::int64_t columns, memory::format_tag layout) const {
    return {{rows, columns}, memory::data_type::f32, layout};
  }
  memory::desc input() const { return plain(rows_, shape_.inputs, memory::format_tag::ab); }
  memory::desc weight() const { return plain(shape_.inputs, shape_.outputs, memory::format_tag::ba); }
  memory::desc output() const { return plain(rows_, shape_.outputs, memory::format_tag::ab); }

  std::int64_t rows_;
  Shape shape_;
  dnnl::engine engine_;
  dnnl::matmul primitive_;
};

/// The products of one forward pass in their order: those of a block again and again, then the head's.
class Pass {
 public:
  Pass(const std::vector<Product>& block, std::int64_t blocks, const std::vector<Product>& head) {
    for (std::int64_t i = 0; i < blocks; ++i) products_.insert(products_.end(), block.begin(), block.end());
    products_.insert(products_.end(), head.begin(), head.end());
    std::size_t floats = 0;
    std::int64_t widest = 0;
    for (const Product& product : products_) {
      floats += product.weight_floats();
      widest = std::max(widest, product.widest());
    }
    pool_.assign(std::min(floats, kPoolFloats), 0.01F);
    x_.assign(static_cast<std::size_t>(widest), 0.5F);
    y_.resize(static_cast<std::size_t>(widest));
  }

  double seconds(dnnl::stream& stream) {
    std::size_t at = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const Product& product : products_) {
      if (at + product.weight_floats() > pool_.size()) at = 0;
      product.run(stream, x_.data(), pool_.data() + at, y_.data());
      at += product.weight_floats();
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  std::int64_t flops() const {
    std::int64_t sum = 0;
    for (const Product& product : products_) sum += product.flops();
    return sum;
  }

 private:
  std::vector<Product> products_;
  std::vector<float> pool_, x_, y_;
};

std::vector<Product> products(const std::vector<std::string>& shapes, std::int64_t rows,
                              const dnnl::engine& engine) {
  std::vector<Product> made;
  for (const std::string& shape : shapes) made.emplace_back(rows, parse_shape(shape), engine);
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times the matrix products of a forward pass alone");
  std::int64_t rows = 1, blocks = 1, rounds = 5, head_rows = 0;
  int threads = 0;
  std::vector<std::string> block, head;
  app.add_option("--rows", rows, "Tokens that pass together")->check(CLI::PositiveNumber);
  app.add_option("--blocks", blocks, "Number of blocks")->check(CLI::NonNegativeNumber);
  app.add_option("--block", block, "A product of each block, OUTPUTSxINPUTS");
  app.add_option("--head", head, "A product after the last block");
  app.add_option("--head-rows", head_rows, "Rows of those; 0: as --rows");
  app.add_option("--rounds", rounds, "Timed passes after one untimed")->check(CLI::PositiveNumber);
  app.add_option("--threads", threads, "0: all");
  CLI11_PARSE(app, argc, argv);
  if (threads > 0) omp_set_num_threads(threads);
  try {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    dnnl::stream stream(engine);
    Pass pass(products(block, rows, engine), blocks,
              products(head, head_rows > 0 ? head_rows : rows, engine));
    nlohmann::json seconds = nlohmann::json::array();
    pass.seconds(stream);
    for (std::int64_t i = 0; i < rounds; ++i) seconds.push_back(pass.seconds(stream));
    std::printf("%s\n", nlohmann::json({{"seconds", seconds}, {"flops", pass.flops()}}).dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}
