#include "version_text.h"

#include "phasescope/base/error.h"
#include "phasescope/base/version.h"
#include "phasescope/run/model_library.h"

namespace phasescope::tool {
namespace {

std::string library_lines() {
  try {
    const model::LibraryVersions versions = run::model_library().versions();
    return "libtorch " + versions.libtorch + "\nmatrix products: " + versions.blas +
           "\nCUDA: " + (versions.cuda.empty() ? "not built in" : versions.cuda);
  } catch (const Error& error) {
    return std::string("no model library: ") + error.what();
  }
}

}  // namespace

std::string version_text() {
  return std::string("phasescope ") + kVersion + " (git " + git_revision() + ")\ncompiler: " + kCompiler +
         "\n" + library_lines();
}

}  // namespace phasescope::tool
