// The page of a run, from outside: what it holds is in the files of the run.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "small_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Report, ShowsEveryReportAndPictureOfARun) {
  const SmallRun run(model_of_case("llama_gqa"), {"--max-new-tokens", "6", "--null", "shuffle-tokens"});
  const Outcome outcome = phasescope({"report", run.folder()});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "wrote " + (run / "report.html").string() + "\n");
  const std::string page = read_text_file(run / "report.html");
  const Json regime = read_json_file(run / "regime.json");
  EXPECT_THAT(page, HasSubstr(regime["summary"]["verdict"].get<std::string>()));
  EXPECT_THAT(page, HasSubstr(regime["ct_id"].get<std::string>()));
  EXPECT_THAT(page, HasSubstr("species by the published method"));
  EXPECT_THAT(page, HasSubstr("shuffle-tokens ["));
  for (const std::string& name : files_in(run.folder())) {
    if (name.rfind("figures/", 0) != 0) continue;
    EXPECT_THAT(page, HasSubstr(read_text_file(run / name))) << name;
  }
  for (const char* table : {"catalog", "species", "measures", "pairs"})
    EXPECT_THAT(page, HasSubstr("(tables/" + std::string(table) + ".csv, "));
  for (const char* fetching : {" src=", " href=\"", "<script", "@import"})
    EXPECT_THAT(page, Not(HasSubstr(fetching)));
}

TEST(Report, GoesWhereItIsToldAndIsTheSameEachTime) {
  const SmallRun run(model_of_case("llama_gqa"), {"--max-new-tokens", "6"});
  const TemporaryFolder other;
  EXPECT_EQ(phasescope({"report", run.folder(), "-o", other / "page.html"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(run / "report.html"));
  EXPECT_EQ(phasescope({"report", run.folder()}).exit_code, 0);
  EXPECT_EQ(read_text_file(other / "page.html"), read_text_file(run / "report.html"));
  EXPECT_EQ(run.again({"--max-new-tokens", "5", "--overwrite"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(run / "report.html")) << "the page of an earlier run goes with it";
}

TEST(Report, RefusesWhatIsNoFinishedRun) {
  const TemporaryFolder folder;
  const std::filesystem::path manifest = folder / "manifest.json";
  expect_error(phasescope({"report", folder.path()}), 4,
               manifest.string() + ": is not there, expected a finished run");
  const SmallRun run(model_of_case("llama_gqa"), {"--max-new-tokens", "6"});
  Json document = read_json_file(run / "manifest.json");
  document["status"] = "interrupted";
  write_file_atomically(manifest, document.dump());
  expect_error(phasescope({"report", folder.path()}), 3,
               manifest.string() + ": status: found \"interrupted\", expected a finished run");
  document["status"] = "complete";
  write_file_atomically(manifest, document.dump());
  write_file_atomically(folder / "regime.json", "{\"kind\": \"phasescope.regime\"}");
  EXPECT_EQ(phasescope({"report", folder.path()}).exit_code, 3);
  EXPECT_FALSE(std::filesystem::exists(folder / "report.html"));
}

}  // namespace
}  // namespace phasescope::testing
