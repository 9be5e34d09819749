#include "phasescope/base/sha256.h"

#include <openssl/evp.h>

#include "phasescope/base/error.h"
#include "phasescope/base/files.h"

namespace phasescope {

struct Sha256::Context {
  EVP_MD_CTX* value = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(value); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  if (context_->value == nullptr || EVP_DigestInit_ex(context_->value, EVP_sha256(), nullptr) != 1) {
    throw Error(ExitClass::environment, "OpenSSL offers no SHA-256");
  }
}

Sha256::~Sha256() = default;

void Sha256::update(const void* bytes, std::size_t size) {
  EVP_DigestUpdate(context_->value, bytes, size);
}

std::string Sha256::hex_digest() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_->value, digest, &size);
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += digits[digest[i] >> 4];
    text += digits[digest[i] & 15];
  }
  return text;
}

std::string sha256_of_text(std::string_view text) {
  Sha256 hash;
  hash.update(text.data(), text.size());
  return hash.hex_digest();
}

std::string sha256_of_file(const std::filesystem::path& file) {
  const MappedFile mapped(file);
  Sha256 hash;
  hash.update(mapped.data(), mapped.size());
  return hash.hex_digest();
}

}  // namespace phasescope
