#include "phasescope/formats/gguf.h"

#include "../places.h"
#include "../temporary_folder.h"
#include "gguf_builder.h"

#include <cstring>
#include <fstream>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phasescope/base/error.h"
#include "phasescope/formats/half.h"

namespace phasescope::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::GgufBytes;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t int64_minimum = std::numeric_limits<std::int64_t>::min();

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// every-type.gguf was written by the Python package gguf 0.19 (scripts/gguf-fixtures); what is expected here
/// is what that script put into it.
class EveryTypeFile : public ::testing::Test {
 protected:
  GgufFile file{test_data() / "gguf/every-type.gguf"};
};

TEST_F(EveryTypeFile, HasItsHeader) {
  EXPECT_EQ(file.version(), 3U);
  EXPECT_EQ(file.alignment(), 64U);
  EXPECT_THAT(file.metadata(), SizeIs(27));
  EXPECT_EQ(file.metadata()[0].key, "general.architecture");
  EXPECT_EQ(file.text("general.architecture"), "test");
}

TEST_F(EveryTypeFile, GivesIntegersOfEveryWidth) {
  EXPECT_EQ(file.integer("scalar.uint8"), 255);
  EXPECT_EQ(file.integer("scalar.int8", -128), -128);
  EXPECT_EQ(file.integer("scalar.uint16"), 65535);
  EXPECT_EQ(file.integer("scalar.int16", -32768), -32768);
  EXPECT_EQ(file.integer("scalar.uint32"), 4294967295);
  EXPECT_EQ(file.integer("scalar.int32", int64_minimum), -2147483648LL);
  EXPECT_EQ(file.integer("scalar.int64", int64_minimum), int64_minimum);
  EXPECT_THROW(file.integer("scalar.uint64"), Error);
}

TEST_F(EveryTypeFile, GivesNumbersBooleansAndTexts) {
  EXPECT_EQ(file.number("scalar.float32"), static_cast<double>(0.1F));
  EXPECT_EQ(file.number("scalar.float64"), 0.1);
  EXPECT_EQ(file.number("scalar.uint64"), 18446744073709551616.0);
  EXPECT_TRUE(file.boolean("scalar.bool"));
  EXPECT_EQ(file.text("scalar.string"), "Grüße, 世界");
}

TEST_F(EveryTypeFile, GivesArraysOfEveryType) {
  EXPECT_THAT(file.integers("array.uint8"), ElementsAre(0, 1, 255));
  EXPECT_THAT(file.integers("array.int8"), ElementsAre(-128, 0, 127));
  EXPECT_THAT(file.integers("array.uint16"), ElementsAre(1, 65535));
  EXPECT_THAT(file.integers("array.int16"), ElementsAre(-32768, 5));
  EXPECT_THAT(file.integers("array.uint32"), ElementsAre(7, 4294967295));
  EXPECT_THAT(file.integers("array.int32"), ElementsAre(-1, 3, 1));
  EXPECT_THAT(file.integers("array.uint64"), ElementsAre(1, std::numeric_limits<std::int64_t>::max()));
  EXPECT_THAT(file.integers("array.int64"), ElementsAre(int64_minimum, 2));
  EXPECT_THAT(file.numbers("array.float32"), ElementsAre(-1.5, 0.25));
  EXPECT_THAT(file.numbers("array.float64"), ElementsAre(1e300, -0.1));
  EXPECT_THAT(file.numbers("array.int32"), ElementsAre(-1, 3, 1));
  EXPECT_THAT(file.booleans("array.bool"), ElementsAre(true, false, true));
  EXPECT_THAT(file.texts("array.string"), ElementsAre("", "a b", "Ġthe"));
  EXPECT_TRUE(file.is_array("array.nested"));
  EXPECT_FALSE(file.is_array("scalar.int8"));
}

TEST_F(EveryTypeFile, TellsAbsentKeysFromWrongTypes) {
  EXPECT_EQ(file.integer_or("absent", 7), 7);
  EXPECT_EQ(file.text_or("absent", "x"), "x");
  EXPECT_EQ(file.number_or("absent", 0.5), 0.5);
  EXPECT_FALSE(file.boolean_or("absent", false));
  EXPECT_THROW(file.integer_or("scalar.string", 7), Error);
  EXPECT_THROW(file.boolean("scalar.uint8"), Error);
  EXPECT_THROW(file.number("scalar.bool"), Error);
  EXPECT_THROW(file.integer("scalar.float32"), Error);
  EXPECT_THROW(file.text("array.string"), Error);
  EXPECT_THROW(file.texts("array.uint8"), Error);
  EXPECT_THROW(file.integers("array.nested"), Error);
  EXPECT_THROW(file.integers("scalar.uint8"), Error);
}

TEST_F(EveryTypeFile, NamesKeyPositionAndRangeInErrors) {
  const std::string name = file.path().string();
  EXPECT_EQ(message_of([&] { file.text("absent"); }), name + ": metadata 'absent': missing");
  // 24 bytes of header, then two entries (8 + 20 + 4 + 8 + 4 and 8 + 17 + 4 + 4), then 8 + 12 + 4.
  EXPECT_EQ(message_of([&] { file.integer("scalar.uint8", 0, 9); }),
            name + ": metadata 'scalar.uint8' at byte 125: found 255, expected an integer from 0 to 9");
}

TEST_F(EveryTypeFile, GivesTensorsInRowMajorOrder) {
  ASSERT_THAT(file.tensors(), SizeIs(4));
  EXPECT_THAT(file.tensor("counting").shape, ElementsAre(2, 3));
  EXPECT_THAT(file.tensor("halves").shape, ElementsAre(2, 2, 4));
  EXPECT_THAT(file.tensor("q4_k").shape, ElementsAre(2, 256));
  EXPECT_EQ(file.tensor("q4_k").type, QuantizationType::q4_k);
  EXPECT_EQ(file.tensor("q4_k").byte_size, 288U);
  EXPECT_EQ(file.find("absent"), nullptr);
  EXPECT_THAT(message_of([&] { file.tensor("absent"); }),
              EndsWith("every-type.gguf: tensor 'absent': missing"));
}

TEST_F(EveryTypeFile, HoldsTheReferencesNumbers) {
  const std::string expected = read_text_file(test_data() / "gguf/every-type.f32");
  std::string actual;
  for (const GgufTensor& tensor : file.tensors()) {
    std::vector<float> values(static_cast<std::size_t>(tensor.elements));
    dequantize(tensor.type, file.data(tensor), tensor.elements, values.data());
    actual.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  }
  EXPECT_TRUE(actual == expected);
}

class GgufFileFromBytes : public ::testing::Test {
 protected:
  GgufFile open(const std::string& bytes) {
    std::ofstream(folder / "model.gguf", std::ios::binary) << bytes;
    return GgufFile(folder / "model.gguf");
  }
  std::string error_of(const std::string& bytes) {
    const std::string message = message_of([&] { open(bytes); });
    const std::string prefix = (folder.path() / "").string();
    return message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message;
  }

  phasescope::testing::TemporaryFolder folder;
};

TEST_F(GgufFileFromBytes, MayBeVersion2AndHoldNoTensors) {
  const GgufFile file = open(GgufBytes().header(0, 0, 2).bytes());
  EXPECT_EQ(file.version(), 2U);
  EXPECT_EQ(file.alignment(), 32U);
  EXPECT_THAT(file.tensors(), IsEmpty());
}

TEST_F(GgufFileFromBytes, MayBeMoved) {
  GgufFile file = open(GgufBytes().header(1, 0).floats("a", 4, 0).pad(32).raw("0123456789abcdef").bytes());
  const GgufFile moved = std::move(file);
  EXPECT_EQ(std::memcmp(moved.data(moved.tensor("a")), "0123456789abcdef", 16), 0);
}

TEST_F(GgufFileFromBytes, MayEndWithAnEmptyArray) {
  GgufBytes bytes;
  bytes.header(0, 1).text("x").type(GgufValueType::array).type(GgufValueType::boolean);
  const GgufFile file = open(bytes.number<std::uint64_t>(0).bytes());
  EXPECT_THAT(file.booleans("x"), IsEmpty());
  EXPECT_THROW(file.boolean("x"), Error);
  EXPECT_THROW(file.integer("x"), Error);
}

TEST_F(GgufFileFromBytes, ReadsALargeVocabulary) {
  constexpr std::size_t count = 300000;
  GgufBytes bytes;
  bytes.header(0, 1).text("tokens").type(GgufValueType::array).type(GgufValueType::string);
  bytes.number<std::uint64_t>(count);
  for (std::size_t i = 0; i < count; ++i) bytes.text("token " + std::to_string(i));
  const GgufFile file = open(bytes.bytes());
  const std::vector<std::string_view> tokens = file.texts("tokens");
  ASSERT_THAT(tokens, SizeIs(count));
  EXPECT_EQ(tokens.back(), "token 299999");
}

TEST_F(GgufFileFromBytes, RefusesOtherFiles) {
  EXPECT_EQ(error_of(""),
            "model.gguf: magic at byte 0: the file ends after 0 more bytes, expected 4 more bytes");
  EXPECT_EQ(error_of("GGML1234"),
            "model.gguf: magic at byte 0: this is no GGUF file, expected the bytes 'GGUF'");
  EXPECT_EQ(error_of(GgufBytes().header(0, 0, 1).bytes()),
            "model.gguf: version at byte 4: found 1, expected 2 or 3");
  EXPECT_EQ(error_of(GgufBytes().header(0, 0, 3U << 24).bytes()),
            "model.gguf: version at byte 4: the file is big-endian, expected little-endian");
}

TEST_F(GgufFileFromBytes, RefusesCountsBeyondTheFile) {
  constexpr std::uint64_t huge = 1ULL << 62;
  EXPECT_EQ(error_of(GgufBytes().header(huge, 0).bytes()),
            "model.gguf: tensor count at byte 8: count 4611686018427387904 does not fit into the rest of the "
            "file, expected at most 0");
  EXPECT_THAT(error_of(GgufBytes().header(0, huge).bytes()),
              ::testing::StartsWith("model.gguf: metadata count at byte 16:"));
  GgufBytes array;
  array.header(0, 1).text("x").type(GgufValueType::array).type(GgufValueType::uint64).number(huge * 2 + 1);
  EXPECT_THAT(error_of(array.number<std::uint64_t>(5).bytes()),
              ::testing::StartsWith("model.gguf: metadata 'x' at byte 41: count 9223372036854775809"));
  EXPECT_THAT(error_of(GgufBytes().header(0, 1).number(~0ULL).zeros(20).bytes()),
              ::testing::StartsWith("model.gguf: metadata entry 0 at byte 32: the file ends after 20"));
}

TEST_F(GgufFileFromBytes, RefusesUnknownValueTypesAndDeepNesting) {
  EXPECT_EQ(error_of(GgufBytes().header(0, 1).text("x").number(13U).zeros(8).bytes()),
            "model.gguf: metadata 'x' at byte 33: unknown value type 13, expected 0 to 12");
  GgufBytes nested;
  nested.header(0, 1).text("x").type(GgufValueType::array);
  for (int i = 0; i < 1000; ++i) nested.type(GgufValueType::array).number<std::uint64_t>(1);
  EXPECT_THAT(error_of(nested.bytes()), EndsWith("arrays are nested too deeply"));
}

TEST_F(GgufFileFromBytes, RefusesDuplicates) {
  EXPECT_EQ(error_of(GgufBytes().header(0, 2).alignment(32).alignment(32).bytes()),
            "model.gguf: metadata 'general.alignment' at byte 57: the key occurs twice");
  EXPECT_EQ(error_of(GgufBytes().header(2, 0).floats("a", 8, 0).floats("a", 8, 32).pad(32).zeros(64).bytes()),
            "model.gguf: tensor 'a' at byte 57: the name occurs twice");
}

TEST_F(GgufFileFromBytes, RefusesWrongAlignments) {
  EXPECT_THAT(error_of(GgufBytes().header(0, 1).alignment(24).bytes()),
              EndsWith("found 24, expected a power of 2"));
  EXPECT_THAT(error_of(GgufBytes().header(0, 1).alignment(0).bytes()),
              EndsWith("found 0, expected an integer from 1 to 4294967295"));
  EXPECT_EQ(error_of(GgufBytes().header(1, 0).floats("a", 4, 8).pad(32).zeros(64).bytes()),
            "model.gguf: tensor 'a' at byte 24: its data offset is 8, expected a multiple of 32");
}

TEST_F(GgufFileFromBytes, RefusesDataBeyondTheEndOrShared) {
  EXPECT_EQ(
      error_of(GgufBytes().header(1, 0).floats("a", 9, 0).pad(32).zeros(32).bytes()),
      "model.gguf: tensor 'a' at byte 24: its 36 bytes at data offset 0 end after the file, expected at most "
      "32 bytes of data");
  EXPECT_THAT(error_of(GgufBytes().header(1, 0).floats("a", 4, ~0ULL - 31).pad(32).zeros(32).bytes()),
              ::testing::HasSubstr("end after the file"));
  EXPECT_EQ(
      error_of(GgufBytes().header(2, 0).floats("a", 16, 0).floats("b", 8, 32).pad(32).zeros(64).bytes()),
      "model.gguf: tensor 'b' at byte 128: its data overlap those of 'a'");
}

TEST_F(GgufFileFromBytes, RefusesImpossibleShapes) {
  const auto with_shape = [](std::initializer_list<std::uint64_t> shape, std::uint32_t type) {
    GgufBytes bytes;
    bytes.header(1, 0).text("a").number(static_cast<std::uint32_t>(shape.size()));
    for (const std::uint64_t size : shape) bytes.number(size);
    return bytes.number(type).number<std::uint64_t>(0).pad(32).zeros(64).bytes();
  };
  EXPECT_EQ(error_of(with_shape({1, 1, 1, 1, 1}, 0)),
            "model.gguf: tensor 'a' at byte 33: 5 dimensions, expected at most 4");
  EXPECT_THAT(error_of(with_shape({4, 0}, 0)), EndsWith("a dimension is 0, expected 1 to 2^63 - 1"));
  EXPECT_THAT(error_of(with_shape({1ULL << 63}, 0)),
              ::testing::HasSubstr("a dimension is 9223372036854775808"));
  EXPECT_THAT(error_of(with_shape({1ULL << 32, 1ULL << 31}, 0)), ::testing::HasSubstr("more than 63 bits"));
  EXPECT_THAT(error_of(with_shape({1ULL << 62}, 0)),
              ::testing::HasSubstr("its size does not fit into 64 bits"));
  EXPECT_THAT(error_of(with_shape({33}, 8)),
              EndsWith("rows of 33 numbers of type Q8_0, expected a multiple of 32"));
  EXPECT_THAT(error_of(with_shape({256}, 23)),
              ::testing::HasSubstr(
                  "tensor 'a' at byte 45: numbers of type IQ4_XS cannot be read, expected one of F32"));
}

/// The last byte that belongs to a tensor or, without tensors, to the file.
std::uint64_t end_of_content(const GgufFile& file) {
  std::uint64_t end = file.tensors().empty() ? file.mapped().size() : 0;
  for (const GgufTensor& tensor : file.tensors()) end = std::max(end, tensor.byte_offset + tensor.byte_size);
  return end;
}

/// A copy of every-type.gguf that a test may damage in place: many times faster than writing it anew.
class DamagedGgufFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string original = test_data() / "gguf/every-type.gguf";
    bytes = read_text_file(original);
    std::filesystem::copy_file(original, path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_write,
                                 std::filesystem::perm_options::add);
  }
  void set_byte(std::size_t position, char value) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(position)).put(value);
  }

  phasescope::testing::TemporaryFolder folder;
  std::filesystem::path path = folder / "model.gguf";
  std::string bytes;
};

TEST_F(DamagedGgufFile, IsRefusedAfterEveryTruncation) {
  const std::uint64_t end = end_of_content(GgufFile(path));
  std::filesystem::resize_file(path, end);
  EXPECT_EQ(message_of([&] { GgufFile file(path); }), "no error");
  for (std::uint64_t length = end; length-- > 0;) {
    std::filesystem::resize_file(path, length);
    ASSERT_NE(message_of([&] { GgufFile file(path); }), "no error") << length;
  }
}

/// Asks for everything a file promises, in every type; wrong types are refused with an Error.
void use_everything(const GgufFile& file) {
  const auto attempt = [](const auto& lookup) {
    try {
      lookup();
    } catch (const Error&) {
    }
  };
  for (const GgufMetadata& entry : file.metadata()) {
    attempt([&] { file.integer(entry.key); });
    attempt([&] { file.number(entry.key); });
    attempt([&] { file.boolean(entry.key); });
    attempt([&] { file.text(entry.key); });
    attempt([&] { file.integers(entry.key); });
    attempt([&] { file.numbers(entry.key); });
    attempt([&] { file.booleans(entry.key); });
    attempt([&] { file.texts(entry.key); });
  }
  for (const GgufTensor& tensor : file.tensors()) {
    std::vector<float> values(static_cast<std::size_t>(tensor.elements));
    dequantize(tensor.type, file.data(tensor), tensor.elements, values.data());
  }
}

/// Whatever one byte is changed to, the file is either read, and then safe to use, or refused with an Error.
TEST_F(DamagedGgufFile, IsSafeAfterEveryChangedByte) {
  const std::uint64_t header = GgufFile(path).tensors().front().byte_offset;
  for (std::size_t i = 0; i < header; ++i) {
    for (const char change : {'\x01', '\xFF'}) {
      set_byte(i, change);
      const std::string message = message_of([&] { use_everything(GgufFile(path)); });
      ASSERT_TRUE(message == "no error" || message.find("model.gguf: ") != std::string::npos)
          << i << ": " << message;
    }
    set_byte(i, bytes[i]);
  }
}

}  // namespace
}  // namespace phasescope::formats
