#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include <c10/core/Device.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

namespace phasescope::model::tensors {

/// True when this libtorch was built with CUDA and finds a card.
bool cuda_available();

/// "cpu", "cuda" (the first card) or "cuda:N". Errors: environment when this build has no CUDA or the system
/// no such card.
c10::Device device_named(const std::string& name);

/// "cpu" or "cuda:0".
std::string device_text(c10::Device device);

/// Bytes that can still be allocated there; the largest number when libtorch cannot tell.
std::uint64_t free_memory(c10::Device device);

/// Full float32 in products (no TF32), and no reduced sums between the parts of one product.
void require_exact_products();

[[noreturn]] void throw_device_error(c10::Device device, const c10::Error& error);

/// Calls `work` with `device` current and without gradients. What libtorch throws there becomes an Error of
/// class environment.
template <class Work>
auto on_device(c10::Device device, Work work) {
  try {
    const c10::InferenceMode no_gradients;
    const c10::DeviceGuard current(device);
    return work();
  } catch (const c10::Error& error) {
    throw_device_error(device, error);
  }
}

}  // namespace phasescope::model::tensors
