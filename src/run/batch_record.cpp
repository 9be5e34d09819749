#include "batch_record.h"

#include "phasescope/base/archive.h"
#include "phasescope/base/error.h"
#include "phasescope/states/resumable.h"

namespace phasescope::model {

template <class Archive>
void serialize(Archive& archive, SequenceResult& result) {
  auto& [sequence, generated_ids, finish, prompt_nll, top1_probability, error] = result;
  archive(sequence, generated_ids, finish, prompt_nll, top1_probability, error);
}

}  // namespace phasescope::model

namespace phasescope::run {
namespace {

states::Resumable& resumable(states::Observer* observer) {
  auto* part = dynamic_cast<states::Resumable*>(observer);
  if (part == nullptr) throw Error(ExitClass::internal, "an observer of a run cannot be saved");
  return *part;
}

}  // namespace

template <class Archive>
void serialize(Archive& archive, RunMeasures& measures) {
  auto& [load, forward, generate, analyse, nulls, write, prompt_tokens, generated_tokens, batches,
         resumed_batches] = measures;
  archive(load, forward, generate, analyse, nulls, write, prompt_tokens, generated_tokens, batches,
          resumed_batches);
}

std::string save_batch(const BatchRecord& batch, const std::vector<states::Observer*>& observers) {
  std::vector<std::int64_t> sequences;
  for (const model::SequenceResult& result : batch.results) sequences.push_back(result.sequence);
  ArchiveWriter archive;
  archive(batch.results, batch.measures);
  for (states::Observer* observer : observers) resumable(observer).save_finished(sequences, archive);
  return archive.bytes();
}

BatchRecord load_batch(std::string_view bytes, const std::vector<states::Observer*>& observers,
                       const std::string& file) {
  BatchRecord batch;
  ArchiveReader archive(bytes);
  try {
    archive(batch.results, batch.measures);
    for (states::Observer* observer : observers) resumable(observer).load_finished(archive);
    if (archive.remaining() > 0)
      throw cereal::Exception(std::to_string(archive.remaining()) + " bytes too many");
  } catch (const cereal::Exception& error) {
    throw Error(ExitClass::folder_busy,
                {file, "", std::nullopt, std::string("was written by another build: ") + error.what(),
                 "that build, another folder, or --overwrite"});
  }
  return batch;
}

}  // namespace phasescope::run
