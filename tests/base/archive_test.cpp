#include "phasescope/base/archive.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace phasescope {
namespace {

enum class Colour { red, blue };

struct Example {
  std::int64_t count = 0;
  double number = 0;
  std::optional<std::string> text;
  std::map<int, std::vector<double>> lists;
  std::vector<bool> marks;
  Colour colour = Colour::red;
};

template <class Archive>
void serialize(Archive& archive, Example& example) {
  auto& [count, number, text, lists, marks, colour] = example;
  archive(count, number, text, lists, marks, colour);
}

TEST(Archive, ReadsBackWhatWasWritten) {
  const Example written{-7,          std::nan("3"), "two words", {{1, {0.1, -0.0}}, {5, {}}}, {true, false},
                        Colour::blue};
  ArchiveWriter writer;
  writer(written, std::numeric_limits<double>::denorm_min());
  ArchiveReader reader(writer.bytes());
  Example read;
  double smallest = 0;
  reader(read, smallest);
  EXPECT_EQ(read.count, -7);
  EXPECT_TRUE(std::isnan(read.number));
  EXPECT_EQ(read.text, "two words");
  EXPECT_EQ(read.lists, written.lists);
  EXPECT_TRUE(std::signbit(read.lists.at(1)[1]));
  EXPECT_EQ(read.marks, written.marks);
  EXPECT_EQ(read.colour, Colour::blue);
  EXPECT_EQ(smallest, std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(reader.remaining(), 0U);
}

TEST(Archive, RefusesEveryCutText) {
  ArchiveWriter writer;
  writer(Example{1, 2, "three", {{4, {5, 6}}}, {true}, Colour::blue});
  for (std::size_t size = 0; size < writer.bytes().size(); ++size) {
    ArchiveReader reader(std::string_view(writer.bytes()).substr(0, size));
    Example read;
    EXPECT_THROW(reader(read), cereal::Exception) << size << " bytes";
  }
}

TEST(Archive, RefusesSizesBeyondItsBytes) {
  ArchiveWriter writer;
  writer(std::numeric_limits<std::uint64_t>::max(), 1.0);
  const auto read_as = [&](auto value) {
    ArchiveReader reader(writer.bytes());
    reader(value);
  };
  EXPECT_THROW(read_as(std::vector<double>()), cereal::Exception);
  EXPECT_THROW(read_as(std::string()), cereal::Exception);
  EXPECT_THROW((read_as(std::map<int, int>())), cereal::Exception);
  EXPECT_THROW(read_as(std::vector<bool>()), cereal::Exception);
}

}  // namespace
}  // namespace phasescope
