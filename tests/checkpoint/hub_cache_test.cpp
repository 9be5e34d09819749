// Looking up org/name[@revision] in a local hub cache. Source of the layout: huggingface_hub's documentation
// (models--ORG--NAME/refs/REVISION holds a commit, snapshots/COMMIT the files).
#include "model_folder.h"

#include <cstdlib>
#include <optional>

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope::checkpoint {
namespace {

using testing::TemporaryFolder;

const std::string kCommit = "0123456789abcdef0123456789abcdef01234567";
const std::string kOther = "fedcba9876543210fedcba9876543210fedcba98";

/// Sets an environment variable, or removes it, for the length of a scope.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_); }

 private:
  void set(const std::optional<std::string>& value) {
    value ? ::setenv(name_, value->c_str(), 1) : ::unsetenv(name_);
  }
  const char* name_;
  std::optional<std::string> before_;
};

void add_snapshot(const std::filesystem::path& hub, const std::string& commit, const std::string& case_name) {
  const auto snapshot = hub / "models--org--name" / "snapshots" / commit;
  create_folder(snapshot);
  for (const auto& entry : std::filesystem::directory_iterator(testing::model_case(case_name)))
    std::filesystem::create_symlink(entry.path(), snapshot / entry.path().filename());
}

void add_reference(const std::filesystem::path& hub, const std::string& revision, const std::string& text) {
  const auto file = hub / "models--org--name" / "refs" / revision;
  create_folder(file.parent_path());
  write_file_atomically(file, text);
}

/// A cache with two commits: main is llama_gqa, the branch refs/pr/1 gpt2_unprefixed.
class HubCache : public ::testing::Test {
 protected:
  HubCache() {
    add_snapshot(hub_, kCommit, "llama_gqa");
    add_snapshot(hub_, kOther, "gpt2_unprefixed");
    add_reference(hub_, "main", kCommit);
    add_reference(hub_, "refs/pr/1", kOther + "\n");
  }

  std::string opening(const std::string& model) const { return testing::opening(model, folder_.path()); }
  static std::string family(const std::string& model) {
    return Checkpoint::open(model).architecture().family;
  }

  TemporaryFolder folder_;
  std::filesystem::path hub_ = folder_ / "hub";
  Variable cache_{"HF_HUB_CACHE", hub_.string()};
  Variable home_{"HF_HOME", std::nullopt};
  Variable user_{"HOME", folder_.path().string()};
};

TEST_F(HubCache, MainIsTheDefaultRevision) {
  const Checkpoint checkpoint = Checkpoint::open("org/name");
  EXPECT_EQ(checkpoint.name(), "org/name");
  EXPECT_EQ(checkpoint.path(), hub_ / "models--org--name" / "snapshots" / kCommit);
  EXPECT_EQ(checkpoint.architecture().family, "llama");
}

TEST_F(HubCache, RevisionsAreBranchesOrCommits) {
  EXPECT_EQ(family("org/name@main"), "llama");
  EXPECT_EQ(family("org/name@refs/pr/1"), "gpt2");
  EXPECT_EQ(family("org/name@" + kCommit), "llama");
  EXPECT_EQ(family("org/name@" + kOther), "gpt2");
  EXPECT_EQ(Checkpoint::open("org/name@" + kOther).name(), "org/name");
}

TEST_F(HubCache, PlacesInTheirOrder) {
  const Variable elsewhere("HF_HOME", (folder_ / "elsewhere").string());
  EXPECT_EQ(family("org/name"), "llama");  // HF_HUB_CACHE comes first
  for (const auto& unset : {std::optional<std::string>(), std::optional<std::string>("")}) {
    const Variable cache("HF_HUB_CACHE", unset);
    EXPECT_EQ(opening("org/name").rfind("4 org/name: is neither", 0), 0U);
    const Variable home("HF_HOME", folder_.path().string());
    EXPECT_EQ(family("org/name"), "llama");
  }
}

TEST_F(HubCache, TheUsersOwnCacheIsTheLastPlace) {
  const Variable cache("HF_HUB_CACHE", std::nullopt);
  create_folder(folder_ / ".cache/huggingface");
  std::filesystem::rename(hub_, folder_ / ".cache/huggingface/hub");
  EXPECT_EQ(family("org/name"), "llama");
}

TEST_F(HubCache, AFolderOfThatNameWins) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  create_folder("org");
  std::filesystem::copy(testing::model_case("opt_pre_norm"), "org/name");
  EXPECT_EQ(family("org/name"), "opt");
  std::filesystem::current_path(before);
}

TEST_F(HubCache, NotThere) {
  const std::string reason = ": is neither a folder, nor a .gguf file, nor in the hub cache at hub/";
  EXPECT_EQ(opening("org/other"), "4 org/other" + reason + "models--org--other/snapshots/main");
  EXPECT_EQ(opening("org/name@v2"), "4 org/name@v2" + reason + "models--org--name/snapshots/v2");
  EXPECT_EQ(opening("name"), "4 name: is neither a folder, nor a .gguf file, nor org/name in the hub cache");
}

/// No part of a name leads anywhere but into the cache.
TEST_F(HubCache, NamesThatLeadOutsideAreRefused) {
  write_file_atomically(folder_ / "secret", kCommit);
  for (const std::string model :
       {"org/..", "../name", "org/name@..", "org/name@../../../secret", "org/name@refs/../main", "org/name@",
        "org/name@a//b", "org/na me", "a/b/c", "/org", "org/", ".hidden/name", "org/name@/etc/hostname"}) {
    EXPECT_EQ(opening(model),
              "4 " + model + ": is neither a folder, nor a .gguf file, nor org/name in the hub cache");
  }
  EXPECT_EQ(opening("org/name@" + folder_.path().string() + "/secret").rfind("4 ", 0), 0U);
}

TEST_F(HubCache, ReferencesThatNameNoCommitAreRefused) {
  for (const char* text : {"../../../elsewhere", "/etc", "", "a b/c"}) {
    add_reference(hub_, "main", text);
    EXPECT_EQ(opening("org/name"),
              "3 hub/models--org--name/refs/main: names no commit, expected a commit's name");
  }
}

}  // namespace
}  // namespace phasescope::checkpoint
