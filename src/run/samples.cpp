#include "samples.h"

#include "phasescope/base/files.h"
#include "phasescope/base/json.h"
#include "phasescope/curvature/repetition.h"

namespace phasescope::run {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json finish_to_json(model::Finish finish) {
  switch (finish) {
    case model::Finish::end_token:
      return "eos";
    case model::Finish::length:
      return "length";
    case model::Finish::none:
      return nullptr;
  }
  return nullptr;
}

void put_number(Json& line, const std::string& key, double value, const std::string& reason) {
  line[key] = number_or_null(value);
  if (line[key].is_null()) line[key + "_reason"] = reason;
}

/// Where the text begins to loop, and how much of it is said before.
Json repetition_to_json(const curvature::Repetition& repetition) {
  const auto& loop = repetition.loop;
  Json object = {{"loops", loop.has_value()},
                 {"start", loop ? Json(loop->start) : Json(nullptr)},
                 {"period", loop ? Json(loop->period) : Json(nullptr)}};
  if (!loop) object["start_reason"] = object["period_reason"] = "the text does not end in a loop";
  object["repeated_4grams"] = number_or_null(repetition.repeated_4grams);
  if (!repetition.repeated_4grams) object["repeated_4grams_reason"] = "fewer than 4 new tokens";
  return object;
}

Json sample_to_json(const PlannedSequence& planned, const model::SequenceResult& result,
                    const text::Tokenizer& tokenizer) {
  const bool failed = !result.error.empty();
  Json line = {{"id", planned.sequence.id},
               {"run", planned.sequence.run},
               {"name", planned.sequence.name},
               {"category", planned.sequence.category},
               {"prompt", planned.text},
               {"pair", text_or_null(planned.sequence.pair)},
               {"role", text_or_null(planned.sequence.role)},
               {"status", failed ? "failed" : "ok"},
               {"error", text_or_null(result.error)},
               {"prompt_ids", planned.ids},
               {"generated_ids", result.generated_ids},
               {"generated_text", tokenizer.decode(result.generated_ids, true)},
               {"finish", finish_to_json(result.finish)}};
  line["repetition"] = repetition_to_json(curvature::repetition_of(without_end_token(result)));
  if (line["finish"].is_null()) line["finish_reason"] = failed ? result.error : "nothing was to be generated";
  put_number(line, "prompt_nll", result.prompt_nll,
             failed ? result.error : "a prompt of one token predicts none of its own");
  put_number(line, "top1_probability", result.top1_probability, result.error);
  return line;
}

}  // namespace

std::vector<std::int64_t> without_end_token(const model::SequenceResult& result) {
  std::vector<std::int64_t> ids = result.generated_ids;
  if (result.finish == model::Finish::end_token) ids.pop_back();
  return ids;
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string::npos;
}

void write_samples(const std::filesystem::path& file, const Plan& plan,
                   const std::vector<model::SequenceResult>& results, const text::Tokenizer& tokenizer) {
  constexpr std::size_t block = 1 << 16;
  AtomicFile output(file);
  std::string lines;
  for (const PlannedSequence& planned : plan.sequences) {
    const model::SequenceResult& result = results[static_cast<std::size_t>(planned.sequence.index)];
    // A text cut inside a character is shown with the replacement character.
    lines += sample_to_json(planned, result, tokenizer).dump(-1, ' ', false, Json::error_handler_t::replace) +
             "\n";
    if (lines.size() < block) continue;
    output.write(lines);
    lines.clear();
  }
  output.write(lines);
  output.commit();
}

}  // namespace phasescope::run
