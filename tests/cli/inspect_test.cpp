// inspect, on models of several families and formats. Expected sizes: their configuration files.
#include "../checkpoint/model_folder.h"
#include "program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/json.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Surroundings kNoLibrary = with_variable("PHASESCOPE_MODEL_LIBRARY", "/nonexistent");

Json inspection_of(const std::string& model) {
  const Outcome outcome = phasescope({"inspect", model, "--json"}, kNoLibrary);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return parse_json(outcome.out, "inspect");
}

TEST(Inspect, EveryModelOfTheTestData) {
  for (const std::string& name : model_case_names()) {
    SCOPED_TRACE(name);
    const Json inspection = inspection_of(model_of_case(name));
    const bool gguf = name.rfind("gguf_", 0) == 0;
    EXPECT_EQ(inspection["kind"], "phasescope.inspection");
    EXPECT_EQ(inspection["format"], gguf ? "gguf" : "safetensors");
    EXPECT_GT(inspection["parameters"], 0);
    EXPECT_EQ(inspection["tokenizer"]["file"], gguf ? "model.gguf" : "tokenizer.json");
    EXPECT_GT(inspection["memory"]["largest_block"], 0);
    if (gguf) continue;
    Json config = read_json_file(model_case(name) / "config.json");
    if (config.contains("text_config")) config = Json(config["text_config"]);
    const Json& architecture = inspection["architecture"];
    EXPECT_EQ(architecture["hidden_size"], config.value("hidden_size", config.value("n_embd", Json())));
    EXPECT_EQ(architecture["blocks"], config.value("num_hidden_layers", config.value("n_layer", Json())));
  }
}

TEST(Inspect, SaysWhatAModelIs) {
  const Json llama = inspection_of(model_of_case("llama_gqa"));
  EXPECT_EQ(llama["name"], "llama_gqa");
  EXPECT_EQ(llama["files"], Json({"model.safetensors"}));
  EXPECT_EQ(llama["parameters"], 35100);  // of the stored tensors: 140400 bytes of F32
  EXPECT_EQ(llama["bytes_stored"], 140400);
  EXPECT_EQ(llama["dtype_stored"], "F32");
  EXPECT_EQ(llama["tokenizer"]["vocabulary"], 320);
  const Json& architecture = llama["architecture"];
  EXPECT_EQ(architecture["family"], "llama");
  EXPECT_EQ(architecture["rope"], "default");
  EXPECT_EQ(architecture["end_tokens"], Json({1, 150}));  // 150 is named by generation_config.json only
  EXPECT_EQ(architecture["tied_head"], true);
  EXPECT_EQ(architecture["experts"], nullptr);
  const Json mixture = inspection_of(model_of_case("qwen3_moe_mixed"));
  EXPECT_GT(mixture["architecture"]["experts"], 1);
  EXPECT_GT(mixture["files"].size(), 1U);
  EXPECT_EQ(inspection_of(model_of_case("gguf_llama_q4_0"))["dtype_stored"], "Q4_0");
}

TEST(Inspect, PrintsTheSameForPeople) {
  const Outcome outcome = phasescope({"inspect", model_of_case("llama_gqa")}, kNoLibrary);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  for (const char* part : {"llama_gqa (safetensors)\n", "family", "35100\n", "0.1 MiB, mostly F32\n",
                           "tokenizer.json, 320 ids\n"})
    EXPECT_THAT(outcome.out, HasSubstr(part));
}

TEST(Inspect, ModelsWithoutATokenizer) {
  const ModelFolder model("llama_gqa");
  model.remove("tokenizer.json");
  const Json inspection = inspection_of(model.path());
  EXPECT_EQ(inspection["tokenizer"], nullptr);
  EXPECT_EQ(inspection["tokenizer_reason"],
            model.path() + "/tokenizer.json: cannot be opened (No such file or directory)");
  EXPECT_THAT(phasescope({"inspect", model.path()}).out,
              HasSubstr("none: " + model.path() + "/tokenizer.json"));
}

TEST(Inspect, BadModels) {
  const ModelFolder model("llama_gqa");
  std::filesystem::resize_file(model / "model.safetensors", 1000);
  expect_error(
      phasescope({"inspect", model.path()}), 3,
      model.path() + "/model.safetensors: header length at byte 0: found 2952, expected at most 992");
  expect_error(phasescope({"inspect", "org/name"}, with_variable("HF_HUB_CACHE", model.path())), 4,
               "org/name: is neither a folder, nor a .gguf file, nor in the hub cache at " + model.path() +
                   "/models--org--name/snapshots/main");
}

/// The dynamic linker says on stderr which libraries it looks for.
TEST(ModelFreeCommands, DoNotLoadLibtorch) {
  const std::string model = model_of_case("llama_gqa");
  const Surroundings traced = with_variable("LD_DEBUG", "libs");
  for (const std::vector<std::string>& call :
       {std::vector<std::string>{"inspect", model}, {"tokenize", "-m", model}, {"--help"}}) {
    const Outcome outcome = phasescope(call, traced);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.err, HasSubstr("libstdc++"));  // the trace is there
    EXPECT_THAT(outcome.err, Not(HasSubstr("libtorch"))) << call[0];
    EXPECT_THAT(outcome.err, Not(HasSubstr("libphasescope_model"))) << call[0];
  }
}

}  // namespace
}  // namespace phasescope::testing
