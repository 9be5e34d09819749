#include "tensor_library.h"

#include <filesystem>
#include <string>

#include <dlfcn.h>

#include "phasescope/base/error.h"

namespace phasescope::model {
namespace {

std::filesystem::path library_file() {
  Dl_info here{};
  if (::dladdr(kTensorLibrarySymbol, &here) == 0) return "libphasescope_tensors.so";
  return std::filesystem::path(here.dli_fname).parent_path() / "libphasescope_tensors.so";
}

const TensorLibrary* open_library() {
  const std::filesystem::path file = library_file();
  // Never closed: libtorch does not survive being unloaded.
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw_environment_error(file.string(), std::string("cannot be loaded: ") + ::dlerror());
  using Entry = const TensorLibrary* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(handle, kTensorLibrarySymbol));
  if (entry == nullptr) throw_environment_error(file.string(), "is no phasescope tensor library");
  return entry();
}

}  // namespace

const TensorLibrary& tensor_library() {
  static const TensorLibrary* library = open_library();
  return *library;
}

}  // namespace phasescope::model
