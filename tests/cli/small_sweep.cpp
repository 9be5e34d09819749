#include "small_sweep.h"

#include "../model_cases.h"
#include "documents.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "phasescope/base/files.h"

namespace phasescope::testing {

SmallSweep::SmallSweep(const std::vector<std::string>& models, int seeds) : models_(models) {
  int number = 0;
  for (const std::string& name : models) {
    create_folder(model(++number));
    for (const char* file : {"config.json", "model.safetensors", "tokenizer.json"})
      std::filesystem::copy_file(model_case(name) / file, model(number) / file);
  }
  write_file_atomically(prompts(),
                        "{\"prompt\": \"The cat sat on the mat\"}\n{\"prompt\": \"Two and two make\"}\n");
  Json all_seeds = Json::array();
  for (int seed = 1; seed <= seeds; ++seed) all_seeds.push_back(seed);
  document = {{"options",
               {{"prompts", {prompts().string() + ":ct"}},
                {"max_new_tokens", 6},
                {"temperature", 1.5},
                {"null_draws", 20},
                {"bootstrap_draws", 50},
                {"deterministic", true},
                {"threads", 1}}},
              {"axes", {{"model", {(folder_ / "models/step*").string()}}, {"seed", all_seeds}}}};
  write();
}

void SmallSweep::write() const {
  write_file_atomically(file(), document.dump(1));
}

std::vector<std::string> SmallSweep::arguments(const std::string& output,
                                               const std::vector<std::string>& more) const {
  std::vector<std::string> words = {"sweep", "-C", file(), "-o", (folder_ / output).string(), "-q"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Outcome SmallSweep::run(const std::string& output, const std::vector<std::string>& more) const {
  return phasescope(arguments(output, more));
}

Outcome SmallSweep::merge(const std::vector<std::string>& outputs,
                          const std::vector<std::string>& more) const {
  std::vector<std::string> words = {"merge"};
  for (const std::string& output : outputs) words.push_back((folder_ / output).string());
  words.insert(words.end(), more.begin(), more.end());
  return phasescope(words);
}

void SmallSweep::hold(int number) const {
  std::filesystem::remove(model(number) / "tokenizer.json");
  EXPECT_EQ(::mkfifo((model(number) / "tokenizer.json").c_str(), 0600), 0);
}

void SmallSweep::release(int number) const {
  const std::string& name = models_.at(static_cast<std::size_t>(number - 1));
  write_file_atomically(model(number) / "tokenizer.json",
                        read_text_file(model_case(name) / "tokenizer.json"));
}

void SmallSweep::feed(int number, int pipe) const {
  const std::string text = read_text_file(model(number) / "tokenizer.json");
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(pipe, text.data() + done, text.size() - done);
    ASSERT_GT(count, 0);
    done += static_cast<std::size_t>(count);
  }
}

std::map<std::string, std::string> results_of(const std::filesystem::path& sweep) {
  std::map<std::string, std::string> results;
  for (const std::string& name : files_in(sweep)) {
    const std::filesystem::path path(name);
    const bool is_record = path == "plan.json" || *path.begin() == "journal" || *path.begin() == "shards" ||
                           path.filename() == "manifest.json" || path.filename().string().front() == '.';
    if (!is_record) results[name] = read_text_file(sweep / name);
  }
  return results;
}

std::map<std::string, int> finished_points(const std::filesystem::path& sweep) {
  std::map<std::string, int> counts;
  for (const std::string& name : files_in(sweep / "journal")) {
    for (const Json& line : json_lines(sweep / "journal" / name))
      if (line["status"] != "failed") ++counts[line["point"].get<std::string>()];
  }
  return counts;
}

}  // namespace phasescope::testing
