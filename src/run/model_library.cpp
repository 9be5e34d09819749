#include "phasescope/run/model_library.h"

#include <cstdlib>
#include <filesystem>

#include <dlfcn.h>

#include "phasescope/base/configs.h"
#include "phasescope/base/error.h"

namespace phasescope::run {
namespace {

std::filesystem::path library_file() {
  if (const char* chosen = std::getenv("PHASESCOPE_MODEL_LIBRARY")) return chosen;
  return (program_folder() / "../lib/libphasescope_model.so").lexically_normal();
}

const model::ModelLibrary* open_library() {
  const std::filesystem::path file = library_file();
  // Never closed: libtorch does not survive being unloaded.
  void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw_environment_error(file.string(), std::string("cannot be loaded: ") + ::dlerror());
  using Entry = const model::ModelLibrary* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(handle, model::kModelLibrarySymbol));
  if (entry == nullptr) throw_environment_error(file.string(), "is no phasescope model library");
  return entry();
}

}  // namespace

const model::ModelLibrary& model_library() {
  static const model::ModelLibrary* library = open_library();
  return *library;
}

}  // namespace phasescope::run
