#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "phasescope/formats/safetensors.h"
#include "phasescope/states/observer.h"
#include "phasescope/states/resumable.h"
#include "phasescope/states/stored_attention.h"

namespace phasescope::states {

/// The format string in the metadata of files of captured states.
inline constexpr const char* kCapturedStatesFormat = "phasescope.states/1";

/// Writes every state it is shown to `folder`/states-0001.safetensors, ...: tensors `<category>/<i>` F32
/// [points, tokens, width] and
/// `<category>/<i>.ids` I64 [tokens], the generated tokens after the prompt's. Keeps the states of unfinished
/// sequences, and of finished ones until `write_finished`.
class CaptureObserver : public Observer, public Resumable {
 public:
  /// `ids[k]` are the prompt tokens of `sequences[k]`. `after_final_norm`: which of two views of the last
  /// point to keep.
  CaptureObserver(std::filesystem::path folder, const std::vector<Sequence>& sequences,
                  const std::vector<std::vector<std::int64_t>>& ids, bool last_token_only,
                  bool after_final_norm);

  /// All rows, or the last.
  RowRange rows_read(const Segment& prompt, std::int64_t point, std::int64_t points) const override;
  void observe(const StateView& view) override;
  void observe_prediction(const Prediction& prediction) override;
  void finish_sequence(std::int64_t sequence) override;
  /// The states themselves are in the files already; what is saved is how many files there are.
  void save_finished(const std::vector<std::int64_t>& sequences, ArchiveWriter& archive) const override;
  void load_finished(ArchiveReader& archive) override;

  /// Writes what is finished, in files of at most 2 GiB; call between batches and at the end. Errors:
  /// environment.
  void write_finished();
  /// Written so far, in order.
  std::vector<std::filesystem::path> files() const;

 private:
  struct Capture {
    Sequence sequence;
    std::vector<std::int64_t> ids;           ///< of all rows kept
    std::vector<std::vector<float>> points;  ///< rows of each point, [tokens, width]
    std::int64_t width = 0;
    bool finished = false;
  };

  void write_file(const std::vector<const Capture*>& captures);
  std::filesystem::path file(int number) const;

  std::filesystem::path folder_;
  std::map<std::int64_t, Capture> captures_;
  std::vector<std::string> category_order_;
  bool last_token_only_;
  bool after_final_norm_;
  int files_ = 0;
};

/// One sequence of stored states.
struct StoredSequence {
  Sequence sequence;
  std::int64_t generated_tokens = 0;
  std::vector<std::int64_t> ids;  ///< empty when the file has none
  std::int64_t points = 0;
  std::int64_t tokens = 0;  ///< prompt and generated
  std::int64_t width = 0;
  const float* states = nullptr;  ///< [points, tokens, width], in the mapped file
};

/// States captured here or elsewhere, shown to observers as the model would show them.
class StoredStates {
 public:
  /// `category_order`: categories first to last; empty: from the metadata, else by first appearance. Errors:
  /// input_file for tensors that are no [points, tokens, width] F32, names without a category, and files that
  /// disagree in points or width.
  StoredStates(const std::vector<std::filesystem::path>& files,
               const std::vector<std::string>& category_order);

  const std::vector<StoredSequence>& sequences() const { return sequences_; }
  bool after_final_norm() const { return after_final_norm_; }
  /// Shows all sequences to all observers, `batch_tokens` tokens at a time. Sequences named in one of
  /// `together` share a batch. `attention`: of prompts, shown to observers that want it; nullptr: none.
  void show(const std::vector<Observer*>& observers, std::int64_t batch_tokens,
            const std::vector<std::vector<std::string>>& together,
            const StoredAttention* attention = nullptr) const;

 private:
  void add_file(const formats::SafetensorsFile& file, std::vector<std::string>& order);
  /// What a showing is shown to, and with what.
  struct Audience {
    const std::vector<Observer*>& observers;
    const StoredAttention* attention;
  };

  void show_batch(const std::vector<std::size_t>& members, const Audience& audience) const;
  void show_phase(const std::vector<std::size_t>& members, Phase phase, const Audience& audience) const;
  void show_attention(const std::vector<std::size_t>& members, std::int64_t block,
                      const Audience& audience) const;

  std::vector<std::unique_ptr<formats::SafetensorsFile>> files_;
  std::vector<StoredSequence> sequences_;
  bool after_final_norm_ = false;
};

}  // namespace phasescope::states
