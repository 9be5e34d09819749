#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace phasescope {

/// SHA-256 (FIPS 180-4) of bytes fed piece by piece, by OpenSSL.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(const void* bytes, std::size_t size);
  /// The digest as 64 lower-case hexadecimal digits; ends the computation.
  std::string hex_digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_of_text(std::string_view text);
/// Errors: environment when the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);

}  // namespace phasescope
