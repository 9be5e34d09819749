// Inputs that are missing or wrong: the exit class, one line that names the place, and no output folder.
#include "../checkpoint/model_folder.h"
#include "../temporary_folder.h"
#include "program.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

const std::string kPrompt = "{\"prompt\": \"The cat sat\"}\n";

/// A run of a prompt set written for it, in a folder of its own.
class BadInput : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& text) const {
    write_file_atomically(folder_ / name, text);
    return (folder_ / name).string();
  }
  Outcome run(const std::string& model, const std::string& prompts) const {
    const Outcome outcome = phasescope({"run", "-m", model, "-p", prompts, "-o", output_});
    EXPECT_FALSE(std::filesystem::exists(output_)) << prompts;
    return outcome;
  }
  Outcome run_model(const std::string& model) const { return run(model, write("set.jsonl", kPrompt)); }
  Outcome run_prompts(const std::string& prompts) const { return run(model_of_case("llama_gqa"), prompts); }
  void expect_bad_prompts(const std::string& name, const std::string& text,
                          const std::string& message) const {
    const std::string file = write(name, text);
    expect_error(run_prompts(file), 3, file + ": " + message);
  }

  TemporaryFolder folder_;
  std::string output_ = (folder_ / "out").string();
};

TEST_F(BadInput, ModelsThatAreNotThere) {
  expect_error(run_model("/nonexistent"), 4,
               "/nonexistent: is neither a folder, nor a .gguf file, nor org/name in the hub cache");
  const ModelFolder model("llama_gqa");
  model.remove("model.safetensors");
  expect_error(run_model(model.path()), 4,
               model.path() + ": holds neither model.safetensors nor model.safetensors.index.json");
  model.remove("config.json");
  expect_error(run_model(model.path()), 4,
               model.path() + "/config.json: cannot be opened (No such file or directory)");
}

TEST_F(BadInput, Configurations) {
  const ModelFolder model("llama_gqa");
  const std::string file = model.path() + "/config.json";
  model.write("config.json", R"({"model_type": )");
  expect_error_beginning(run_model(model.path()), 3, file + ": JSON at byte ");
  model.write("config.json", "[]");
  expect_error(run_model(model.path()), 3, file + ": JSON: found array, expected an object");
  model.write("config.json", R"({"model_type": "rwkv"})");
  expect_error_beginning(run_model(model.path()), 3, file + ": model_type: ");
}

TEST_F(BadInput, Weights) {
  const ModelFolder truncated("llama_gqa");
  const std::string file = truncated.path() + "/model.safetensors";
  const auto size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, size - 100);
  expect_error_beginning(run_model(truncated.path()), 3, file + ": model.norm.weight.data_offsets: found [");
  std::filesystem::resize_file(file, 1000);
  expect_error(run_model(truncated.path()), 3,
               file + ": header length at byte 0: found 2952, expected at most 992");
  std::filesystem::resize_file(file, 0);
  expect_error_beginning(run_model(truncated.path()), 3, file + ": ");

  const ModelFolder wide("llama_gqa");
  wide.set("hidden_size", 72);
  expect_error(run_model(wide.path()), 3,
               wide.path() +
                   "/model.safetensors: model.embed_tokens.weight: has shape [320, 36], expected "
                   "[320, 72]");
}

TEST_F(BadInput, TruncatedGguf) {
  const std::string whole = read_text_file(model_of_case("gguf_llama_f16"));
  const std::string file = write("model.gguf", whole.substr(0, 3000));
  expect_error_beginning(run_model(file), 3, file + ": metadata ");
  write("model.gguf", whole.substr(0, whole.size() - 10));
  expect_error_beginning(run_model(file), 3, file + ": ");
  write("model.gguf", "GGML");
  expect_error_beginning(run_model(file), 3, file + ": ");
}

TEST_F(BadInput, Tokenizers) {
  const ModelFolder model("llama_gqa");
  const std::string file = model.path() + "/tokenizer.json";
  model.write("tokenizer.json", R"({"version": "1.0", "model": )");
  expect_error_beginning(run_model(model.path()), 3, file + ": JSON at byte ");
  model.write("tokenizer.json", R"({"version": "1.0"})");
  expect_error(run_model(model.path()), 3, file + ": model: missing");
  model.remove("tokenizer.json");
  expect_error(run_model(model.path()), 4, file + ": cannot be opened (No such file or directory)");
}

TEST_F(BadInput, PromptFilesThatAreNotThere) {
  expect_error(run_prompts("/nonexistent.jsonl"), 4,
               "/nonexistent.jsonl: is no file and no shipped prompt set; shipped are: core pairs panel24");
  expect_error(run_prompts(folder_.path().string()), 4,
               folder_.path().string() +
                   ": is no file and no shipped prompt set; shipped are: core pairs "
                   "panel24");
}

TEST_F(BadInput, PromptLines) {
  const std::string file = write("cut.jsonl", kPrompt + "\n{\"prompt\": ");
  expect_error_beginning(run_prompts(file), 3, file + ": JSON at line 3: ");
  expect_bad_prompts("list.jsonl", kPrompt + "[1]\n", "JSON at line 2: found array, expected an object");
  expect_bad_prompts("none.jsonl", "{\"id\": \"a\"}\n", "prompt at line 1: missing");
  expect_bad_prompts("blank.jsonl", "{\"prompt\": \"\"}\n", "prompt at line 1: is empty");
  expect_bad_prompts("twice.jsonl",
                     "{\"id\": \"a\", \"prompt\": \"x\"}\n{\"id\": \"a\", \"prompt\": \"y\"}\n",
                     "id at line 2: \"a\" occurs twice");
  expect_bad_prompts("role.jsonl", "{\"prompt\": \"x\", \"role\": \"judge\"}\n",
                     "role at line 1: found \"judge\", expected grounded, prone or style");
  expect_bad_prompts("bytes.txt", "fine\nfour \xff bytes\n", "text at line 2: is no valid UTF-8");
}

TEST_F(BadInput, PromptSetsWithoutPrompts) {
  expect_bad_prompts("empty.jsonl", "", "holds no prompts");
  expect_bad_prompts("blank.txt", "\n  \n", "holds no prompts");
  expect_bad_prompts("header.csv", "id,prompt\n", "holds no prompts");
}

TEST_F(BadInput, PromptTables) {
  expect_bad_prompts("names.csv", "id,category\n1,a\n",
                     "prompt at line 1: missing from the header, expected a column of this name");
  expect_bad_prompts("quote.csv", "id,prompt\n1,\"never closed\n", "CSV at line 2: a quote is never closed");
  expect_bad_prompts("cells.csv", "id,prompt\n1,x\n2\n",
                     "CSV at line 3: found 1 fields, expected 2 as in the header");
}

TEST_F(BadInput, TheModelLibrary) {
  const Surroundings without = with_variable("PHASESCOPE_MODEL_LIBRARY", "/nonexistent");
  const std::string prompts = write("set.jsonl", kPrompt);
  const Outcome outcome =
      phasescope({"run", "-m", model_of_case("llama_gqa"), "-p", prompts, "-o", output_}, without);
  expect_error_beginning(outcome, 4, "/nonexistent: cannot be loaded: ");
  const Surroundings other = with_variable("PHASESCOPE_MODEL_LIBRARY", prompts);
  const Outcome no_library =
      phasescope({"run", "-m", model_of_case("llama_gqa"), "-p", prompts, "-o", output_}, other);
  expect_error_beginning(no_library, 4, prompts + ": cannot be loaded: ");
}

}  // namespace
}  // namespace phasescope::testing
