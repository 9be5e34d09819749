#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "phasescope/intelliton/field_analysis.h"
#include "phasescope/intelliton/occupation.h"
#include "phasescope/intelliton/options.h"
#include "phasescope/states/observer.h"
#include "phasescope/states/resumable.h"

namespace phasescope::intelliton {

struct TrajectoryOptions {
  int window = 6;  ///< tokens in a wave packet
  int steps = 8;   ///< generation steps; step s is the prefix of the prompt and s generated tokens
};

/// The wave packets of one sequence, step by step.
struct Trajectory {
  states::Sequence sequence;
  std::vector<ModeObservables> steps;  ///< at most TrajectoryOptions::steps
};

/// Observes the wave packet, the field of the last tokens of the prefix, at every generation step. Step 0
/// ends at the prompt's last token. In a causal model the states of earlier tokens do not change, so each
/// step adds one row per state point to the packet of the step before; no prefix is run again, and only
/// products with the new row are computed. In flight per sequence: the packet's states at every point,
/// float32 [N, window, D].
///
/// Attention (of whole prompts) has the packet's size only for prompts that are no longer than the window;
/// for all others fusion strength is 0, as published.
class TrajectoryObserver : public states::Observer, public states::Resumable {
 public:
  TrajectoryObserver(const std::vector<states::Sequence>& sequences, const Options& options,
                     const TrajectoryOptions& trajectory_options);

  bool wants_attention(std::int64_t block) const override;
  /// The wave packet's.
  states::RowRange rows_read(const states::Segment& prompt, std::int64_t point,
                             std::int64_t points) const override;
  void observe(const states::StateView& view) override;
  void observe_attention(const states::AttentionView& view) override;
  void finish_sequence(std::int64_t sequence) override;
  void save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const override;
  void load_finished(ArchiveReader& archive) override;

  /// In the order of the given sequences; a sequence that was never seen has no steps.
  const std::vector<Trajectory>& trajectories() const { return trajectories_; }

 private:
  /// One state point. Not finite entries of the rows are 0.
  struct Point {
    StateRows memory;  // room for more rows than are in use, so that few are ever moved
    Eigen::Index first = 0,
                 count = 0;  // rows in use: a packet is the window that ends at one of the last `steps`
    Eigen::MatrixXd gram;    // products of these rows
    Eigen::MatrixXd cross;   // of the rows one point earlier with these

    /// Rows [from, from + rows) of those in use.
    states::StateMatrix rows_of(Eigen::Index from, Eigen::Index rows) const {
      return {memory.data() + (first + from) * memory.cols(), rows, memory.cols(),
              Eigen::OuterStride<>(memory.cols())};
    }
    /// Keeps the last `carried` rows and adds new ones.
    void add(Eigen::Index carried, const states::StateMatrix& fresh);
  };
  struct InFlight {
    std::vector<Point> points;
    Eigen::Index steps = 0;                       // packets that the current views add
    Eigen::Index carried = 0;                     // rows, the first ones, that were there before
    std::map<std::int64_t, StateRows> attention;  // by block, of the prompt
  };

  /// Keeps the segment's rows; false when they add no packet.
  bool add_rows(const states::StateView& view, const states::Segment& segment, std::size_t place);
  void complete(std::size_t place);
  static void update_products(InFlight& flight);
  static std::vector<FieldProducts> packet_products(const InFlight& flight, Eigen::Index first,
                                                    Eigen::Index tokens);
  ModeObservables observe_packet(const InFlight& flight, Eigen::Index step) const;

  Options options_;
  TrajectoryOptions trajectory_options_;
  std::vector<Trajectory> trajectories_;
  std::map<std::int64_t, std::size_t> place_of_;  // by Sequence::index
  std::vector<InFlight> in_flight_;               // by place
  std::optional<FieldAnalyzer> analyzer_;
};

}  // namespace phasescope::intelliton
