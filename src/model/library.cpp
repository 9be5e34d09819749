#include "executor.h"
#include "linear.h"

#include <string>

#include "phasescope/model/language_model.h"

namespace phasescope::model {
namespace {

std::unique_ptr<LanguageModel> open_model(const checkpoint::Checkpoint& checkpoint,
                                          const ModelOptions& options) {
  return std::make_unique<Executor>(checkpoint, options);
}

LibraryVersions library_versions() {
  LibraryVersions versions;
  versions.libtorch = PHASESCOPE_TORCH_VERSION;
  versions.cuda = PHASESCOPE_TORCH_CUDA;
  versions.blas = matrix_library_text(default_matrix_library());
  return versions;
}

constexpr ModelLibrary kLibrary{open_model, library_versions};

}  // namespace
}  // namespace phasescope::model

extern "C" const phasescope::model::ModelLibrary* phasescope_model_library() {
  return &phasescope::model::kLibrary;
}
