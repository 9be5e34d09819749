// In place of onednn_product.cpp in a build without oneDNN.
#include "onednn_product.h"

#include "phasescope/base/error.h"

namespace phasescope::model {

struct OneDnnProduct::State {};

OneDnnProduct::OneDnnProduct() = default;
OneDnnProduct::~OneDnnProduct() = default;

bool OneDnnProduct::available() {
  return false;
}

std::string OneDnnProduct::version() {
  return "none";
}

Buffer OneDnnProduct::pack(ConstMatrix) {
  throw Error(ExitClass::internal, "oneDNN is not in this build");
}

void OneDnnProduct::multiply(ConstMatrix, const WeightMatrix&, const float*, Matrix) {
  throw Error(ExitClass::internal, "oneDNN is not in this build");
}

}  // namespace phasescope::model
