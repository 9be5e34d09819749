#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <cereal/cereal.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>

namespace phasescope {

/// Values as bytes in memory, for this machine and this build alone: `writer(value, ...)`. A type takes part
/// through a function `serialize(Archive&, Type&)` beside it, as the library cereal finds it. Write these
/// with a structured binding of all members, so that a new member that is not written does not compile.
class ArchiveWriter : public cereal::OutputArchive<ArchiveWriter, cereal::AllowEmptyClassElision> {
 public:
  ArchiveWriter() : OutputArchive(this) {}

  void add(const void* bytes, std::size_t size) { bytes_.append(static_cast<const char*>(bytes), size); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads back what an ArchiveWriter of the same build wrote. Every size is compared with the bytes that are
/// left before anything is made of that size. Errors: cereal::Exception when they do not suffice.
class ArchiveReader : public cereal::InputArchive<ArchiveReader, cereal::AllowEmptyClassElision> {
 public:
  /// The bytes must outlive it.
  explicit ArchiveReader(std::string_view bytes) : InputArchive(this), rest_(bytes) {}

  void take(void* bytes, std::size_t size);
  /// Throws unless `count` elements of at least this size can still follow.
  void require(std::uint64_t count, std::size_t element_size = 1) const;
  std::size_t remaining() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

// What cereal asks of an archive: numbers, named values, sizes, and blocks of numbers.

template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
void CEREAL_SAVE_FUNCTION_NAME(ArchiveWriter& archive, const Number& number) {
  archive.add(&number, sizeof number);
}
template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
void CEREAL_LOAD_FUNCTION_NAME(ArchiveReader& archive, Number& number) {
  archive.take(&number, sizeof number);
}

template <class Archive, class Value>
CEREAL_ARCHIVE_RESTRICT(ArchiveReader, ArchiveWriter)
CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, cereal::NameValuePair<Value>& pair) {
  archive(pair.value);
}

template <class Value>
void CEREAL_SAVE_FUNCTION_NAME(ArchiveWriter& archive, const cereal::SizeTag<Value>& tag) {
  archive(static_cast<std::uint64_t>(tag.size));
}
template <class Value>
void CEREAL_LOAD_FUNCTION_NAME(ArchiveReader& archive, cereal::SizeTag<Value>& tag) {
  std::uint64_t size = 0;
  archive(size);
  archive.require(size);
  tag.size = static_cast<std::remove_reference_t<Value>>(size);
}

template <class Value>
void CEREAL_SAVE_FUNCTION_NAME(ArchiveWriter& archive, const cereal::BinaryData<Value>& block) {
  archive.add(block.data, static_cast<std::size_t>(block.size));
}
template <class Value>
void CEREAL_LOAD_FUNCTION_NAME(ArchiveReader& archive, cereal::BinaryData<Value>& block) {
  archive.take(block.data, static_cast<std::size_t>(block.size));
}

}  // namespace phasescope

CEREAL_REGISTER_ARCHIVE(phasescope::ArchiveWriter)
CEREAL_REGISTER_ARCHIVE(phasescope::ArchiveReader)
CEREAL_SETUP_ARCHIVE_TRAITS(phasescope::ArchiveReader, phasescope::ArchiveWriter)
