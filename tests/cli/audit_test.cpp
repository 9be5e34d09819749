// phasescope audit: what it prints, its gates and exit codes. What it finds is tested in
// tests/run/audit_test.cpp.
#include "../checkpoint/model_folder.h"
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::HasSubstr;

/// Two copies of one model, and another.
class AuditCommand : public ::testing::Test {
 protected:
  AuditCommand() {
    for (const char* name : {"step1", "step10"})
      std::filesystem::copy(model_case("llama_gqa"), folder_ / name);
    std::filesystem::copy(model_case("llama_rope_yarn"), folder_ / "step2");
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  Outcome audit(std::vector<std::string> more) const {
    more.insert(more.begin(), {"audit", path("step*")});
    return phasescope(more);
  }

  TemporaryFolder folder_;
};

TEST_F(AuditCommand, PrintsATableAndWhatWasFound) {
  const Outcome outcome = audit({});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, HasSubstr("checkpoint"));
  EXPECT_LT(outcome.out.find(path("step2")), outcome.out.find(path("step10")));
  EXPECT_THAT(outcome.out, HasSubstr("the same: " + path("step1") + " = " + path("step10") + "\n"));
  EXPECT_THAT(outcome.out, HasSubstr(path("step1") + " to " + path("step2") + ": rope_"));
}

TEST_F(AuditCommand, WritesAReport) {
  const Outcome outcome = audit({"--json", "-o", path("audit.json")});
  EXPECT_EQ(outcome.exit_code, 0);
  const Json report = parse_json(outcome.out, "stdout");
  expect_valid(report, "audit");
  EXPECT_EQ(read_json_file(path("audit.json")), report);
  EXPECT_EQ(report["summary"]["duplicates"], 1);
  EXPECT_EQ(phasescope({"validate", path("audit.json")}).out, path("audit.json") + ": valid (audit)\n");
}

TEST_F(AuditCommand, Gates) {
  EXPECT_EQ(audit({"--fail-if", "duplicates > 1 || not_finite > 0"}).exit_code, 0);
  const Outcome failed = audit({"--fail-if", "duplicates > 0"});
  EXPECT_EQ(failed.exit_code, 8);
  EXPECT_EQ(failed.err, "error: --fail-if duplicates > 0: holds for these checkpoints\n");
  EXPECT_THAT(failed.out, HasSubstr("the same: "));
  const Outcome unknown = audit({"--fail-if", "copies > 0"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_EQ(unknown.out, "");
  EXPECT_THAT(unknown.err, HasSubstr("expected one of bookkeeping_changes, checkpoints, duplicates"));
}

TEST_F(AuditCommand, CheckpointsThatCannotBeRead) {
  create_folder(folder_ / "step3");
  const Outcome outcome = audit({});
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_THAT(outcome.out, HasSubstr("unreadable: " + path("step3") + "/config.json: cannot be opened"));
  expect_error(phasescope({"audit", path("nothing*")}), 4, path("nothing*") + ": matches no checkpoint");
}

}  // namespace
}  // namespace phasescope::testing
