#include "tensor_device.h"

#include "torch_version.h"

#include <limits>

#include <ATen/Context.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#if PHASESCOPE_TORCH_AT_LEAST(2, 10)
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include "phasescope/base/error.h"

namespace phasescope::model::tensors {
namespace {

int card_count() {
  if (!c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA)) return 0;
  return c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount();
}

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
  throw Error(ExitClass::environment, "--device: \"" + name + "\" is not available: " + reason);
}

/// The first line, without libtorch's account of who holds the memory.
std::string short_reason(const std::string& text) {
  const std::string line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find(". GPU "));
}

}  // namespace

bool cuda_available() {
  return card_count() > 0;
}

c10::Device device_named(const std::string& name) {
  if (name == "cpu") return {c10::DeviceType::CPU};
  if (!c10::impl::hasDeviceGuardImpl(c10::DeviceType::CUDA))
    refuse(name, "this build's libtorch has no CUDA, expected cpu");
  const int cards = card_count();
  if (cards == 0) refuse(name, "no CUDA device or driver is found, expected cpu");
  const std::size_t colon = name.find(':');
  const std::string number = colon == std::string::npos ? "0" : name.substr(colon + 1);
  if (number.size() > 3 || std::stoi(number) >= cards)
    refuse(name, "no such device, expected cuda:0 to cuda:" + std::to_string(cards - 1));
  return {c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(std::stoi(number))};
}

std::string device_text(c10::Device device) {
  return device.is_cpu() ? "cpu" : "cuda:" + std::to_string(static_cast<int>(device.index()));
}

std::uint64_t free_memory(c10::Device device) {
#if PHASESCOPE_TORCH_AT_LEAST(2, 10)
  if (device.is_cuda()) return c10::getDeviceAllocator(device.type())->getMemoryInfo(device.index()).first;
#endif
  static_cast<void>(device);
  return std::numeric_limits<std::uint64_t>::max();
}

void require_exact_products() {
  at::globalContext().setAllowTF32CuBLAS(false);
  at::globalContext().setAllowFP16ReductionCuBLAS(false);
#if PHASESCOPE_TORCH_AT_LEAST(2, 0)
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
#endif
}

void throw_device_error(c10::Device device, const c10::Error& error) {
  const bool memory = dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr;
  const std::string reason = short_reason(error.what_without_backtrace());
  throw Error(
      memory ? ExitClass::environment : ExitClass::internal,
      device_text(device) + ": " +
          (memory ? "out of memory, expected a smaller --batch-tokens or --weights-memory (" + reason + ")"
                  : reason));
}

}  // namespace phasescope::model::tensors
