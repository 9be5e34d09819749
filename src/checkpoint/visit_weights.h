#pragma once

#include "phasescope/checkpoint/weights.h"

namespace phasescope::checkpoint {

/// Calls visit(weight) for every weight, those that are not there included.
template <class Visit>
void visit_linear(const LinearWeights& linear, Visit visit) {
  visit(linear.matrix);
  visit(linear.bias);
}

template <class Visit>
void visit_norm(const NormWeights& norm, Visit visit) {
  visit(norm.scale);
  visit(norm.bias);
}

template <class Visit>
void visit_block(const BlockWeights& block, Visit visit) {
  for (const NormWeights* norm : {&block.attention_norm, &block.attention_output_norm,
                                  &block.feed_forward_norm, &block.feed_forward_output_norm}) {
    visit_norm(*norm, visit);
  }
  for (const NormWeights& norm : block.query_norms) visit_norm(norm, visit);
  for (const NormWeights& norm : block.key_norms) visit_norm(norm, visit);
  for (const LinearWeights* linear : {&block.query, &block.key, &block.value, &block.output, &block.gate,
                                      &block.up, &block.down, &block.router}) {
    visit_linear(*linear, visit);
  }
  for (const ExpertWeights& expert : block.experts) {
    for (const LinearWeights* linear : {&expert.gate, &expert.up, &expert.down}) visit_linear(*linear, visit);
  }
}

}  // namespace phasescope::checkpoint
