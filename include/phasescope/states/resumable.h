#pragma once

#include <cstdint>
#include <vector>

namespace phasescope {
class ArchiveReader;
class ArchiveWriter;
}  // namespace phasescope

namespace phasescope::states {

/// What an observer can do beside observing, so that a run that was stopped continues after the last batch it
/// finished. Saving and loading batch by batch leaves an observer as it was when the batches were observed,
/// to the bit.
class Resumable {
 public:
  virtual ~Resumable() = default;

  /// Writes all that is kept of these sequences, which are finished, and every sum over those finished so
  /// far.
  virtual void save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const = 0;
  /// Takes in what an observer of the same sequences and options saved: the sequences count as finished here
  /// too. Errors: cereal::Exception when the bytes do not suffice.
  virtual void load_finished(ArchiveReader& archive) = 0;
};

}  // namespace phasescope::states
