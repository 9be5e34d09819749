#include "phasescope/base/json_list_file.h"

#include "../temporary_folder.h"

#include <gtest/gtest.h>

#include "phasescope/base/files.h"

namespace phasescope {
namespace {

/// What is expected is what the JSON library writes of the whole document.
void expect_the_same_bytes(const Json& whole) {
  const testing::TemporaryFolder folder;
  Json document = whole;
  document["list"] = nullptr;
  write_json_with_list(folder / "a.json", document, "list", whole["list"].size(),
                       [&](std::size_t i) { return whole["list"][i]; });
  EXPECT_EQ(read_text_file(folder / "a.json"), whole.dump(2) + "\n");
}

TEST(JsonListFile, HasTheBytesOfTheWholeDocument) {
  const Json element = {
      {"text", "two\nlines"}, {"empty", Json::array()}, {"nested", {{"numbers", {1, 2.5}}}}};
  for (const Json& list : {Json::array(), Json::array({element}), Json::array({element, 3, element})}) {
    expect_the_same_bytes({{"list", list}});
    expect_the_same_bytes({{"first", element}, {"list", list}});
    expect_the_same_bytes({{"list", list}, {"last", element}});
    expect_the_same_bytes({{"first", 1}, {"list", list}, {"last", Json::object()}});
  }
}

}  // namespace
}  // namespace phasescope
