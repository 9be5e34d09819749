// Which libraries a run opens, and what its manifest says of them.
#include "../model_cases.h"
#include "../places.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"
#include "small_run.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// The model library alone, without the one of libtorch beside it.
class ModelLibraryAlone : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::copy_file(built_program().parent_path() / "../lib/libphasescope_model.so", folder_ / "alone.so");
    write_file_atomically(folder_ / "prompts.jsonl", small_prompts());
  }

  Outcome run(const std::string& blas) const {
    return phasescope(
        {"run", "-m", model_of_case("llama_gqa"), "-p", (folder_ / "prompts.jsonl").string(), "-L", "2",
         "--device", "cpu", "--blas", blas, "-o", (folder_ / "out").string(), "--progress", "none"},
        with_variable("PHASESCOPE_MODEL_LIBRARY", (folder_ / "alone.so").string()));
  }

  TemporaryFolder folder_;
};

TEST_F(ModelLibraryAlone, RunsOnTheProcessor) {
  const Outcome version = phasescope({"--version"});
  if (version.out.find("oneDNN") == std::string::npos) GTEST_SKIP() << "libtorch multiplies in this build";
  const Outcome outcome = run("auto");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
}

TEST_F(ModelLibraryAlone, NamesTheLibraryThatIsMissing) {
  expect_error_beginning(run("torch"), 4,
                         (folder_ / "libphasescope_tensors.so").string() + ": cannot be loaded: ");
}

Json manifest_of(const std::vector<std::string>& more) {
  return read_json_file(SmallRun(model_of_case("llama_gqa"), more) / "manifest.json");
}

TEST(Manifest, SaysWhoMultipliedAndWhat) {
  const Json by_libtorch = manifest_of({"--device", "cpu", "--blas", "torch"});
  EXPECT_EQ(by_libtorch["versions"]["blas"], "libtorch");
  EXPECT_EQ(by_libtorch["model"]["dtype_compute"], "float32");
  const std::string fastest = manifest_of({"--device", "cpu"})["versions"]["blas"];
  EXPECT_THAT(phasescope({"--version"}).out, HasSubstr("matrix products: " + fastest));
  EXPECT_EQ(manifest_of({"--device", "cpu", "--dtype", "bfloat16"})["model"]["dtype_compute"], "bfloat16");
}

TEST(Dtype, Float16IsRefusedOnTheProcessor) {
  const TemporaryFolder folder;
  expect_error(phasescope({"run", "-m", model_of_case("llama_gqa"), "-p", "core", "-o",
                           (folder / "out").string(), "--device", "cpu", "--dtype", "float16"}),
               2, "--dtype: \"float16\" cannot be computed in on the CPU, expected float32 or bfloat16");
}

}  // namespace
}  // namespace phasescope::testing
