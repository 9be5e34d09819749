// Signals while a run is at work. Nothing here depends on how fast anything is: the program is held where it
// reads from a pipe with a name, or has far more to do than any test would wait for.
#include "../model_cases.h"
#include "../temporary_folder.h"
#include "documents.h"
#include "running_program.h"

#include <chrono>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr const char* kAnnouncement = ": stopping when the work at hand is safe";

class Interrupted : public ::testing::Test {
 protected:
  Interrupted() {
    create_folder(output_);
    write_file_atomically(prompts_, "{\"prompt\": \"The cat sat on the mat\"}\n");
  }

  std::vector<std::string> arguments(const std::filesystem::path& model) const {
    return {"run", "-m", model.string(), "-p", prompts_.string() + ":ct", "-o", output_.string(), "-q"};
  }
  std::string resuming(const std::filesystem::path& model) const {
    std::string line = "; to resume: " + built_program().string();
    for (const std::string& word : arguments(model)) line += " " + word;
    return line + "\n";
  }

  TemporaryFolder folder_;
  std::filesystem::path output_ = folder_ / "out";
  std::filesystem::path prompts_ = folder_ / "set.jsonl";
};

/// A model whose tokenizer is a named pipe: a program that reads it waits until the test has written.
class HeldModel {
 public:
  explicit HeldModel(const std::filesystem::path& folder) : folder_(folder) {
    create_folder(folder);
    for (const char* name : {"config.json", "model.safetensors"})
      std::filesystem::copy_file(model_case("llama_gqa") / name, folder / name);
  }
  void hold() const {
    std::filesystem::remove(folder_ / "tokenizer.json");
    EXPECT_EQ(::mkfifo((folder_ / "tokenizer.json").c_str(), 0600), 0);
  }
  /// Blocks until the program reads; who opens the tokenizer after that finds a file.
  int open_tokenizer() const {
    const int pipe = ::open((folder_ / "tokenizer.json").c_str(), O_WRONLY | O_CLOEXEC);
    write_file_atomically(folder_ / "tokenizer.json", text());
    return pipe;
  }
  static void write_tokenizer(int pipe) {
    const std::string whole = text();
    for (std::size_t done = 0; done < whole.size();) {
      const ssize_t count = ::write(pipe, whole.data() + done, whole.size() - done);
      ASSERT_GT(count, 0);
      done += static_cast<std::size_t>(count);
    }
    ::close(pipe);
  }

 private:
  static std::string text() { return read_text_file(model_case("llama_gqa") / "tokenizer.json"); }

  std::filesystem::path folder_;
};

TEST_F(Interrupted, BeforeTheFirstBatch) {
  for (const auto& [signal, name] :
       {std::pair{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}}) {
    const std::filesystem::path model = folder_ / name;
    const HeldModel held(model);
    held.hold();
    RunningProgram program(arguments(model));
    const int tokenizer = held.open_tokenizer();
    program.send(signal);
    ASSERT_TRUE(program.wait_for_line(std::string(name) + kAnnouncement));
    HeldModel::write_tokenizer(tokenizer);
    const Outcome outcome = program.finish();
    EXPECT_EQ(outcome.exit_code, 75);
    EXPECT_THAT(outcome.err, EndsWith("\nerror: interrupted by " + std::string(name) + resuming(model)));
    EXPECT_EQ(files_in(output_), std::set<std::string>());
  }
}

TEST_F(Interrupted, TwiceByKeyAtOnce) {
  const std::filesystem::path model = folder_ / "model";
  const HeldModel held(model);
  held.hold();
  RunningProgram program(arguments(model));
  const int tokenizer = held.open_tokenizer();
  program.send(SIGINT);
  ASSERT_TRUE(program.wait_for_line(std::string("SIGINT") + kAnnouncement));
  std::this_thread::sleep_for(
      std::chrono::milliseconds(150));  // longer than two signals of one request are apart
  program.send(SIGINT);                 // it still waits for its tokenizer
  EXPECT_EQ(program.finish().exit_code, 128 + SIGINT);
  ::close(tokenizer);
}

TEST_F(Interrupted, AtWork) {
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "{\"prompt\": \"The cat sat on mat " + std::to_string(i) + "\"}\n";
  write_file_atomically(prompts_, many);
  const std::filesystem::path model = model_of_case("llama_gqa");
  const FileWatch running(output_, "manifest.json");
  RunningProgram program(arguments(model));
  running.wait();
  EXPECT_EQ(read_json_file(output_ / "manifest.json")["status"], "running");
  program.send(SIGTERM);
  const Outcome outcome = program.finish();
  EXPECT_EQ(outcome.exit_code, 75);
  EXPECT_THAT(outcome.err, EndsWith("\nerror: interrupted by SIGTERM" + resuming(model)));
  const Json manifest = read_json_file(output_ / "manifest.json");
  EXPECT_EQ(manifest["status"], "interrupted");
  expect_valid(manifest, "manifest");
  EXPECT_EQ(files_in(output_).count(".lock"), 0U);
}

/// What continues a run must not start it over.
TEST_F(Interrupted, TheResumingCommandDoesNotOverwrite) {
  const std::filesystem::path model = folder_ / "model";
  const HeldModel held(model);
  const auto interrupted = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = arguments(model);
    words.insert(words.end(), more.begin(), more.end());
    held.hold();
    RunningProgram program(words);
    const int tokenizer = held.open_tokenizer();
    program.send(SIGUSR1);
    EXPECT_TRUE(program.wait_for_line(kAnnouncement));
    HeldModel::write_tokenizer(tokenizer);
    return program.finish().err;
  };
  EXPECT_THAT(interrupted({"--overwrite", "--system", "be brief; it's late"}),
              EndsWith(" -q --system 'be brief; it'\\''s late'\n"));
  const std::string config = (folder_ / "config.json").string();
  write_file_atomically(config, "{\"overwrite\": true}");
  EXPECT_THAT(interrupted({"-C", config}), EndsWith(" -q -C " + config + " --overwrite=false\n"));
}

}  // namespace
}  // namespace phasescope::testing
