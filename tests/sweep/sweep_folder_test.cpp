#include "phasescope/sweep/sweep_folder.h"

#include "../temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope::sweep {
namespace {

using ::testing::HasSubstr;

PointRecord record(const std::string& point, const std::string& status = "complete") {
  PointRecord record;
  record.point = point;
  record.status = status;
  if (status == "failed") record.error = "a reason";
  record.model = {{"weights", "w"}};
  record.files = {{"/m/model.safetensors", 12, 1700000000000000001, -3}};
  record.results = {{"regime.json", "digest of " + point}};
  return record;
}

class SweepFolderTest : public ::testing::Test {
 protected:
  template <class Action>
  static void expect_refused(const Action& action, const std::string& part) {
    try {
      action();
      ADD_FAILURE() << part;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::folder_busy);
      EXPECT_THAT(error.what(), HasSubstr(part));
    }
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path sweep_ = folder_ / "sweep";
  Json identity_ = {{"version", "1"}, {"points", {{{"name", "a"}}, {{"name", "b"}}}}};
};

TEST_F(SweepFolderTest, RecordsComeBack) {
  SweepFolder(sweep_, {}, identity_).append(record("a"));
  SweepFolder(sweep_, {}, identity_).append(record("b", "failed"));
  const auto records = read_records(sweep_);
  ASSERT_EQ(records.size(), 2U);
  const PointRecord& a = records.at("a");
  EXPECT_TRUE(a.is_finished());
  EXPECT_EQ(a.model, record("a").model);
  EXPECT_EQ(a.files, record("a").files);
  EXPECT_EQ(a.results, record("a").results);
  EXPECT_FALSE(records.at("b").is_finished());
  EXPECT_EQ(records.at("b").error, "a reason");
}

TEST_F(SweepFolderTest, AFailedPointMayBeFinishedLater) {
  SweepFolder folder(sweep_, {}, identity_);
  folder.append(record("a", "failed"));
  folder.append(record("a"));
  folder.append(record("a", "failed"));
  EXPECT_EQ(read_records(sweep_).at("a").status, "complete");
}

TEST_F(SweepFolderTest, SharesWriteBesideEachOther) {
  SweepFolder first(sweep_, {1, 2}, identity_), second(sweep_, {2, 2}, identity_);
  first.append(record("a"));
  second.append(record("b"));
  EXPECT_EQ(read_records(sweep_).size(), 2U);
  expect_refused(
      [&] {
        SweepFolder(sweep_, {2, 2}, identity_);
      },
      "another phasescope is writing here (process ");
  expect_refused(
      [&] {
        SweepFolder(sweep_, {1, 3}, identity_);
      },
      "another division of this sweep is at work here");
  expect_refused([&] { SweepFolder(sweep_, {}, identity_); },
                 "another division of this sweep is at work here");
}

TEST_F(SweepFolderTest, TheWholeKeepsSharesOut) {
  const SweepFolder whole(sweep_, {}, identity_);
  expect_refused(
      [&] {
        SweepFolder(sweep_, {1, 2}, identity_);
      },
      "another division of this sweep is at work here");
}

TEST_F(SweepFolderTest, AnotherSweepIsRefusedByItsFirstDifference) {
  SweepFolder(sweep_, {}, identity_);
  Json other = identity_;
  other["points"][1]["name"] = "c";
  expect_refused(
      [&] { SweepFolder(sweep_, {}, other); },
      "plan.json: holds another sweep: points[1].name: \"b\" before, \"c\" now, expected the same sweep, "
      "or another folder");
  EXPECT_NO_THROW(SweepFolder(sweep_, {}, identity_));
}

TEST_F(SweepFolderTest, OnePointWithTwoResultsIsRefused) {
  PointRecord other = record("a");
  SweepFolder(sweep_, {1, 2}, identity_).append(record("a"));
  SweepFolder(sweep_, {2, 2}, identity_).append(other);
  EXPECT_EQ(read_records(sweep_).size(), 1U) << "equal results are one";
  other.results["regime.json"] = "another";
  SweepFolder(sweep_, {2, 3}, identity_).append(other);
  expect_refused([&] { read_records(sweep_); }, "a: was finished before with other results");
}

TEST_F(SweepFolderTest, PlansThatAreNoneAreNamed) {
  create_folder(sweep_);
  for (const char* text :
       {"{}", "[]", R"({"kind": "x", "identity": {}})", R"({"kind": "phasescope.sweep_plan"})"}) {
    write_file_atomically(plan_file(sweep_), text);
    try {
      SweepFolder(sweep_, {}, identity_);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::input_file) << text;
    }
  }
}

TEST_F(SweepFolderTest, RecordsThatAreNoneAreNamed) {
  for (const char* text :
       {R"({"status": "complete"})", R"({"point": "a", "status": "done", "files": [], "results": {}})",
        R"({"point": "a", "status": "complete", "files": 1, "results": {}})",
        R"({"point": "a", "status": "complete", "files": [], "results": {"x": 1}})"}) {
    EXPECT_THROW(record_from_json(Json::parse(text), "journal"), Error) << text;
  }
}

TEST(PointRecord, StampsChangeWithTheFile) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path file = folder / "weights";
  write_file_atomically(file, "one");
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  const auto nanoseconds = [](const timespec& t) {
    return static_cast<std::int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
  };
  const FileStamp stamp{file.string(), 3, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
  EXPECT_TRUE(is_unchanged(stamp));
  write_file_atomically(file, "two!");
  EXPECT_FALSE(is_unchanged(stamp)) << "another size";
  std::filesystem::remove(file);
  EXPECT_TRUE(is_unchanged(stamp)) << "what is gone cannot have changed the results";
}

TEST(PointRecord, ResultsAreReportsSamplesAndTables) {
  const testing::TemporaryFolder folder;
  for (const char* name : {"tables", "states", "figures"}) create_folder(folder / name);
  for (const char* name : {"regime.json", "samples.jsonl", "tables/catalog.csv", "manifest.json", "run.log",
                           ".lock", "states/states-0001.safetensors", "figures/a.svg", "figures/a.json"})
    write_file_atomically(folder / name, "x");
  const auto digests = digest_results(folder.path());
  ASSERT_EQ(digests.size(), 3U);
  EXPECT_EQ(digests.at("tables/catalog.csv"),
            "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");  // sha256sum of "x"
}

}  // namespace
}  // namespace phasescope::sweep
