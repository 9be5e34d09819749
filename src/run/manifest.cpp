#include "phasescope/run/manifest.h"

#include <ctime>

#include "phasescope/base/memory.h"
#include "phasescope/base/sha256.h"
#include "phasescope/base/threads.h"
#include "phasescope/base/version.h"

namespace phasescope::run {
namespace {

std::string digest_if_present(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? sha256_of_file(file) : std::string();
}

Json digest_or_null(const std::string& digest) {
  return digest.empty() ? Json(nullptr) : Json(digest);
}

Json prompts_to_json(const Plan& plan) {
  Json prompts = Json::array();
  for (const PlannedSet& planned : plan.sets) {
    Json analyses = Json::array();
    for (const Analysis analysis : planned.analyses) analyses.push_back(name_of(analysis));
    prompts.push_back({{"path", planned.set.file.filename().string()},
                       {"name", planned.name},
                       {"sha256", planned.sha256},
                       {"n", planned.prompts},
                       {"analyses", analyses},
                       {"chat", planned.uses_chat}});
  }
  return prompts;
}

Json seconds_to_json(const RunMeasures& measures) {
  return {{"load", measures.load},       {"forward", measures.forward}, {"generate", measures.generate},
          {"analyse", measures.analyse}, {"nulls", measures.nulls},     {"write", measures.write}};
}

}  // namespace

ModelDigests digest_model(const checkpoint::Checkpoint& checkpoint) {
  ModelDigests digests;
  const auto& files = checkpoint.weight_files();
  if (files.size() == 1) {
    digests.weights = sha256_of_file(files.front());
  } else {
    std::vector<std::string> of_files(files.size());
    parallel_for(static_cast<std::int64_t>(files.size()), [&](std::int64_t i) {
      const auto f = static_cast<std::size_t>(i);
      of_files[f] = files[f].filename().string() + " " + sha256_of_file(files[f]) + "\n";
    });
    std::string all;
    for (const std::string& of_file : of_files) all += of_file;
    digests.weights = sha256_of_text(all);
  }
  const bool gguf = checkpoint.format() == checkpoint::CheckpointFormat::gguf;
  digests.config = gguf ? digests.weights : sha256_of_file(checkpoint.config_file());
  digests.tokenizer = gguf ? digests.weights : digest_if_present(checkpoint.tokenizer_file());
  return digests;
}

Json model_to_json(const checkpoint::Checkpoint& checkpoint, const ModelDigests& digests,
                   const std::string& dtype) {
  const checkpoint::Architecture& a = checkpoint.architecture();
  const bool gguf = checkpoint.format() == checkpoint::CheckpointFormat::gguf;
  return {{"name", checkpoint.name()},
          {"path", checkpoint.path().string()},
          {"family", a.family},
          {"format", gguf ? "gguf" : "safetensors"},
          {"layers", a.blocks},
          {"hidden_size", a.hidden},
          {"vocab_size", a.vocabulary},
          {"parameters", checkpoint.parameters()},
          {"dtype_stored", checkpoint.stored_type()},
          {"dtype_compute", dtype},
          {"sha256",
           {{"config", digest_or_null(digests.config)},
            {"tokenizer", digest_or_null(digests.tokenizer)},
            {"weights", digest_or_null(digests.weights)}}}};
}

Json bands_digest(const CtOptions& options) {
  return options.bands.empty() ? Json(nullptr) : Json(sha256_of_file(options.bands));
}

Json run_identity(const RunOptions& options, const Plan& plan, const ModelDigests& digests) {
  Json prompts = Json::array();
  for (const PlannedSet& planned : plan.sets) prompts.push_back(planned.sha256);
  // The digests say which model it is, however its path was typed.
  Json resolved = options_to_json(options);
  resolved.erase("model");
  resolved.erase("revision");
  return {{"weights", digests.weights},
          {"config", digests.config},
          {"tokenizer", digests.tokenizer},
          {"chat_template", digest_or_null(plan.chat_sha256)},
          {"prompts", prompts},
          {"bands", bands_digest(options.ct)},
          {"options", resolved},
          {"version", kVersion}};
}

Json program_versions() {
  return {{"phasescope", kVersion}, {"git", git_revision()}, {"compiler", kCompiler}};
}

Json journal_header(const Json& identity, const Plan& plan) {
  Json batches = Json::array();
  for (const std::vector<std::size_t>& batch : plan.batches) batches.push_back(batch.size());
  return {{"kind", "phasescope.journal"},
          {"schema_version", 1},
          {"versions", program_versions()},
          {"identity", identity},
          {"batches", batches}};
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Json manifest_to_json(const RunOptions& options, const Plan& plan, const Json& identity, const Json& model,
                      const model::LibraryVersions& libraries, const std::string& device,
                      const std::string& status, const std::string& started, const std::string& finished,
                      const RunMeasures& measures) {
  Json versions = program_versions();
  versions["libtorch"] = libraries.libtorch;
  versions["blas"] = libraries.blas;
  versions["cuda"] = libraries.cuda.empty() ? Json(nullptr) : Json(libraries.cuda);
  return {{"schema_version", 1},
          {"kind", "phasescope.run"},
          {"status", status},
          {"model", model},
          {"state_points", name_of(options.states)},
          {"options", options_to_json(options)},
          {"prompts", prompts_to_json(plan)},
          {"chat",
           {{"option", options.chat},
            {"template_sha256", digest_or_null(plan.chat_sha256)},
            {"system", options.system.empty() ? Json(nullptr) : Json(options.system)}}},
          {"versions", versions},
          {"device", device},
          {"threads", thread_count()},
          {"deterministic", options.deterministic},
          {"started", started},
          {"finished", finished.empty() ? Json(nullptr) : Json(finished)},
          {"seconds", seconds_to_json(measures)},
          {"tokens", {{"prompt", measures.prompt_tokens}, {"generated", measures.generated_tokens}}},
          {"batches", {{"finished", measures.batches}, {"resumed", measures.resumed_batches}}},
          {"peak_rss_bytes", peak_resident_memory()},
          {"profile", nullptr},
          {"identity", identity}};
}

}  // namespace phasescope::run
