#pragma once

#include "family.h"
#include "tensor_store.h"

#include <string>
#include <vector>

#include "phasescope/checkpoint/weights.h"

namespace phasescope::checkpoint {

/// A tensor that the model needs and that is not there, or not as it should be.
struct WeightProblem {
  std::string file;
  std::string tensor;
  bool missing = false;
  std::string reason;
  std::string expected;
};

/// Finds the weights of a model in a store by the family's names, cuts fused matrices apart and checks every
/// shape. Errors: input_file, naming the tensor and both shapes; with `problems` these are listed instead,
/// and the weights they concern stay empty.
class WeightCollector {
 public:
  WeightCollector(const Architecture& architecture, const TensorNames& names, const TensorStore& store,
                  std::vector<WeightProblem>* problems = nullptr)
      : architecture_(architecture), names_(names), store_(store), problems_(problems) {}

  OuterWeights outer() const;
  BlockWeights block(std::int64_t index) const;

 private:
  std::optional<StoredMatrix> find(const std::string& name) const;
  std::optional<StoredMatrix> find_weight(const std::string& base, const char* suffix,
                                          std::int64_t block) const;
  Weight vector(const std::string& base, const char* suffix, std::int64_t length, std::int64_t block,
                bool required) const;
  Weight matrix(const std::string& base, std::int64_t rows, std::int64_t columns, std::int64_t block) const;
  /// A matrix of a row for each token or position, as it is stored.
  Weight table(const std::string& base, std::int64_t rows, std::int64_t columns) const;
  Weight checked(const StoredMatrix& stored, std::int64_t rows, std::int64_t columns, bool transposed) const;
  LinearWeights linear(const std::string& base, std::int64_t rows, std::int64_t columns, std::int64_t block,
                       bool bias) const;
  NormWeights norm(const std::string& base, std::int64_t width, std::int64_t block) const;
  NormWeights query_key_norm(const std::string& base, std::int64_t width, std::int64_t block) const;
  LinearWeights head(const Weight& embedding) const;
  void collect_attention(std::int64_t block, BlockWeights& weights) const;
  void collect_query_key_norms(std::int64_t block, BlockWeights& weights) const;
  void collect_dense(std::int64_t block, BlockWeights& weights) const;
  void collect_experts(std::int64_t block, BlockWeights& weights) const;
  /// Throws or lists the problem.
  Weight report(const WeightProblem& problem) const;
  Weight missing(const std::string& name) const;

  const Architecture& architecture_;
  const TensorNames& names_;
  const TensorStore& store_;
  std::vector<WeightProblem>* problems_;
};

}  // namespace phasescope::checkpoint
