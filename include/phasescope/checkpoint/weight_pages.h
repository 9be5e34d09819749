#pragma once

#include <cstdint>

#include "phasescope/checkpoint/weights.h"

namespace phasescope::checkpoint {

/// Numbers that a block's weights stand for.
std::uint64_t parameters_of(const BlockWeights& block);

/// Tells the kernel that a block's part of the mapped file will be read soon. A hint: returns at once.
void prefetch_pages(const BlockWeights& block);
void prefetch_pages(const Weight& weight);

/// Takes a block's part of the mapped file out of this process's resident memory. It stays readable, from the
/// page cache or the disk.
void release_pages(const BlockWeights& block);
void release_pages(const Weight& weight);

}  // namespace phasescope::checkpoint
