#include "phasescope/formats/safetensors.h"

#include "../places.h"
#include "../temporary_folder.h"

#include <cstring>

#include <gtest/gtest.h>

#include "phasescope/base/error.h"

namespace phasescope::formats {
namespace {

using testing::TemporaryFolder;

std::string file_text(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string text(reinterpret_cast<const char*>(&length), sizeof length);
  return text + header + data;
}

std::string error_of(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "x.safetensors", bytes);
  try {
    SafetensorsFile file(folder / "x.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.exit_class(), ExitClass::input_file);
    return std::string(error.what()).substr(folder.path().string().size() + 1);
  }
  return "no error";
}

TEST(Safetensors, RoundTripsTensorsAndMetadata) {
  const TemporaryFolder folder;
  const float values[6] = {1, 2, 3, 4, 5, 6};
  StoredTensor tensor{ElementType::f32, {2, 3}, reinterpret_cast<const std::byte*>(values), sizeof values};
  StoredTensor empty{ElementType::i64, {0}, nullptr, 0};
  write_safetensors(folder / "x.safetensors", {{"a/0", tensor}, {"a/0.ids", empty}}, {{"format", "test"}});

  const SafetensorsFile file(folder / "x.safetensors");
  ASSERT_EQ(file.tensors().size(), 2U);
  const StoredTensor* found = file.find("a/0");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(std::memcmp(found->data, values, sizeof values), 0);
  EXPECT_EQ(found->elements(), 6);
  EXPECT_EQ(file.metadata().at("format"), "test");
  EXPECT_EQ(file.find("b"), nullptr);
}

// Source: a file written by the Python package safetensors 0.8.
TEST(Safetensors, ReadsAFileOfTheReferenceWriter) {
  const SafetensorsFile file(test_data() / "formats/reference.safetensors");
  const StoredTensor* half = file.find("half");
  ASSERT_NE(half, nullptr);
  EXPECT_EQ(half->type, ElementType::f16);
  EXPECT_EQ(half->shape, (std::vector<std::int64_t>{2}));
  std::uint16_t bits[2];
  std::memcpy(bits, half->data, sizeof bits);
  EXPECT_EQ(bits[0], 0x3C00);  // 1
  EXPECT_EQ(bits[1], 0xC000);  // -2
  const StoredTensor* ids = file.find("ids");
  ASSERT_NE(ids, nullptr);
  EXPECT_EQ(ids->type, ElementType::i64);
  EXPECT_EQ(file.metadata().at("made_by"), "safetensors 0.8.0");
}

TEST(Safetensors, RefusesMalformedHeaders) {
  EXPECT_EQ(error_of("abc"),
            "x.safetensors: header length at byte 0: file ends after 3 bytes, expected at least 8 bytes");
  EXPECT_EQ(error_of(file_text("{}", "").substr(0, 9)),
            "x.safetensors: header length at byte 0: found 2, expected at most 1");
  EXPECT_EQ(error_of(file_text("[]", "")), "x.safetensors: header at byte 8: is no JSON object");
  EXPECT_EQ(error_of(file_text("{\"a\"", "")).rfind("x.safetensors: JSON at byte 5", 0), 0U);
}

TEST(Safetensors, RefusesEntriesThatDoNotFitTheData) {
  const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return file_text(
        "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}",
        "12345678");
  };
  EXPECT_EQ(error_of(entry("F32", "[2]", "[0,8]")), "no error");
  EXPECT_EQ(error_of(entry("F33", "[2]", "[0,8]")),
            "x.safetensors: a.dtype: found \"F33\", expected one of F64 F32 F16 BF16 I64 I32 I16 I8 U8 BOOL");
  EXPECT_EQ(error_of(entry("F32", "[3]", "[0,8]")),
            "x.safetensors: a.data_offsets: span 8 bytes, expected 12 for this shape and dtype");
  EXPECT_EQ(error_of(entry("F32", "[3]", "[0,12]")),
            "x.safetensors: a.data_offsets: found [0,12], expected two offsets, not decreasing, within 8 "
            "bytes of data");
  EXPECT_EQ(error_of(entry("F32", "[-1]", "[0,8]")),
            "x.safetensors: a.shape: holds -1, expected extents of at least 0");
  EXPECT_EQ(error_of(entry("F32", "[4294967296,4294967296]", "[0,8]")),
            "x.safetensors: a.shape: its product overflows");
  EXPECT_NE(error_of(entry("F32", "[2]", "[8,0]")), "no error");
}

}  // namespace
}  // namespace phasescope::formats
