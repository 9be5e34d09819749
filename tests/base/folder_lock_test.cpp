#include "phasescope/base/folder_lock.h"

#include "../temporary_folder.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"
#include "phasescope/base/json.h"

namespace phasescope {
namespace {

using ::testing::HasSubstr;

class FolderLockTest : public ::testing::Test {
 protected:
  void expect_busy(const std::string& holder) const {
    try {
      const FolderLock lock(folder_.path());
      ADD_FAILURE() << "the lock was given twice";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_class(), ExitClass::folder_busy);
      EXPECT_EQ(std::string(error.what()),
                folder_.path().string() + ": another phasescope is writing here" + holder);
    }
  }
  Json record() const { return read_json_file(file_); }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / ".lock";
};

TEST_F(FolderLockTest, SaysWhoHoldsItAndVanishes) {
  {
    const FolderLock lock(folder_.path());
    EXPECT_EQ(lock.file(), file_);
    char host[256] = {};
    ASSERT_EQ(::gethostname(host, sizeof host - 1), 0);
    EXPECT_EQ(record()["host"], host);
    EXPECT_EQ(record()["pid"], ::getpid());
    EXPECT_EQ(record()["boot_id"].get<std::string>() + "\n",
              read_text_file("/proc/sys/kernel/random/boot_id"));
    EXPECT_EQ(lock_holder(file_), "process " + std::to_string(::getpid()) + " on host " + host);
    expect_busy(" (process " + std::to_string(::getpid()) + " on host " + host + ")");
  }
  EXPECT_FALSE(std::filesystem::exists(file_));
  EXPECT_EQ(lock_holder(file_), std::nullopt);
}

TEST_F(FolderLockTest, PartsOfAFolderAreHeldApart) {
  const FolderLock whole(folder_.path()), part(folder_.path(), ".lock-1-of-2");
  EXPECT_NE(lock_holder(folder_ / ".lock-1-of-2"), std::nullopt);
  EXPECT_EQ(lock_holder(folder_ / ".lock-2-of-2"), std::nullopt);
}

/// A child that takes the lock, says so, and lives until it is killed.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& folder) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // never left behind by a test that ends early
      const FolderLock lock(folder);
      if (::write(ends[1], "x", 1) == 1) {
        for (;;) ::pause();
      }
      ::_exit(1);
    }
    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 1);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~Holder() { kill_now(); }
  void kill_now() {
    if (process_ == 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  pid_t process() const { return process_; }

 private:
  pid_t process_ = 0;
};

TEST_F(FolderLockTest, OfAKilledProcessIsTakenOver) {
  Holder holder(folder_.path());
  const std::string held = "process " + std::to_string(holder.process()) + " on host ";
  ASSERT_TRUE(lock_holder(file_));
  EXPECT_THAT(*lock_holder(file_), HasSubstr(held));
  EXPECT_THROW(FolderLock(folder_.path()), Error);
  holder.kill_now();
  EXPECT_TRUE(std::filesystem::exists(file_)) << "a killed process cannot have removed its file";
  EXPECT_EQ(lock_holder(file_), std::nullopt);
  const FolderLock lock(folder_.path());
  EXPECT_EQ(record()["pid"], ::getpid());
}

/// Files as they are found where the file system does not lock, or a machine went down.
TEST_F(FolderLockTest, TheRecordDecidesWhereNobodyLocks) {
  Json living;
  {
    const Holder holder(folder_.path());
    living = record();
    // Another file in its place: nobody holds a lock on it, but the process that it names lives.
    std::filesystem::rename(file_, folder_ / "moved");
    write_file_atomically(file_, living.dump());
    EXPECT_THROW(FolderLock(folder_.path()), Error);
    EXPECT_NE(lock_holder(file_), std::nullopt);
    const std::map<std::string, std::string> others = {
        {"boot_id", "of another boot"}, {"host", "elsewhere"}, {"start", "1"}};
    for (const auto& [key, other] : others) {
      Json stale = living;
      stale[key] = other;
      write_file_atomically(file_, stale.dump());
      EXPECT_EQ(lock_holder(file_), std::nullopt) << key;
      EXPECT_NO_THROW(FolderLock(folder_.path())) << key;
    }
  }
  write_file_atomically(file_, living.dump());  // its process is gone
  EXPECT_NO_THROW(FolderLock(folder_.path()));
}

TEST_F(FolderLockTest, FilesThatSayNothingAreTakenOver) {
  for (const char* text : {"", "{", "[]", "{\"pid\": \"x\"}", "{\"pid\": -1}"}) {
    write_file_atomically(file_, text);
    EXPECT_NO_THROW(FolderLock(folder_.path())) << text;
  }
}

TEST_F(FolderLockTest, NeedsAFolder) {
  EXPECT_THROW(FolderLock(folder_ / "missing"), Error);
}

}  // namespace
}  // namespace phasescope
