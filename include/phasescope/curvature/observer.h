#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "phasescope/curvature/run_analysis.h"
#include "phasescope/curvature/trajectory_stream.h"
#include "phasescope/states/observer.h"
#include "phasescope/states/resumable.h"

namespace phasescope::curvature {

/// Collects the trajectories of the sequences it was given and reduces each to a RunResult when it is
/// finished. Which states belong to a trajectory is decided by token position alone, so a run gives the same
/// numbers whether its states come at once, one by one, or among those of other sequences.
///
/// Memory for a live sequence: at the headline layer the states of the span in float32; at every other state
/// point two states and the terms so far, or, for norms centred and standardised, again the states of the
/// span. For a finished one: a few numbers a step and a state point.
class TrajectoryObserver : public states::Observer, public states::Resumable {
 public:
  TrajectoryObserver(const RunOptions& options, const std::vector<states::Sequence>& sequences);

  /// Errors: usage when the definition's layer is not among the state points.
  /// The rows of its span.
  states::RowRange rows_read(const states::Segment& prompt, std::int64_t point,
                             std::int64_t points) const override;
  void observe(const states::StateView& view) override;
  void observe_prediction(const states::Prediction& prediction) override;
  void finish_sequence(std::int64_t sequence) override;
  void save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const override;
  void load_finished(ArchiveReader& archive) override;

  /// Token ids by position from 0, for sources of states that predict nothing. Before finish_sequence.
  void set_token_ids(std::int64_t sequence, const std::vector<std::int64_t>& token_ids);

  /// The sequence gets status failed, whatever was or will be seen of it.
  void mark_failed(std::int64_t sequence, const std::string& reason);

  /// One result a sequence, by ascending index. A sequence that was never finished has status failed. Ends
  /// the observer's work.
  std::vector<RunResult> take_results();

 private:
  /// What is known so far of one sequence at one state point.
  struct PointStates {
    std::optional<TrajectoryStream> stream;  ///< absent where the whole span is kept
    std::vector<std::int64_t> positions;
    std::vector<float> rows;  ///< [positions, width]
    std::int64_t width = 0;

    void take(const states::StateMatrix& rows, std::int64_t first_position);
  };
  struct Live {
    std::int64_t sequence = 0;
    PositionRange range;
    std::vector<std::unique_ptr<PointStates>> points;  ///< by state point; null: not seen
    std::vector<TokenRecord> tokens;
  };
  /// The rows of a view that belong to the span of one live sequence.
  struct Work {
    PointStates* point;
    states::RowRange rows;  ///< of the view
    std::int64_t first_position;
  };

  std::unique_ptr<PointStates> new_point(std::int64_t point) const;
  Live* live_of(std::int64_t sequence, std::size_t place);
  std::vector<Work> work_of(const states::StateView& view);
  LayerResult layer_of(std::int64_t point, const PointStates& states) const;
  RunResult* unfinished(std::int64_t sequence);
  void forget(std::int64_t sequence);

  RunOptions options_;
  std::map<std::int64_t, RunResult> results_;
  std::map<std::int64_t, Live> live_;
  std::vector<Live*> shown_;    ///< those of the last view, by segment; null: none of ours
  std::int64_t headline_ = -1;  ///< state point; known from the first view on
};

}  // namespace phasescope::curvature
