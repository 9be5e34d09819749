#include "commands.h"

#include <cstdio>
#include <memory>

#include "phasescope/base/error.h"
#include "phasescope/run/verify.h"

namespace phasescope::tool {

void add_verify_command(CLI::App& program, int& exit_code) {
  auto options = std::make_shared<run::VerifyOptions>();
  CLI::App* command =
      program.add_subcommand("verify", "Compare a model's states with a dump of scripts/dump_oracle.py");
  command
      ->add_option("model", options->model,
                   "Model folder, .gguf file, or org/name[@revision] in the hub cache")
      ->required();
  command->add_option("--oracle", options->oracle, "The dump, a safetensors file")->required();
  command->add_option("--device", options->device.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  command->add_option("--dtype", options->device.dtype, "auto, float32, bfloat16 or float16")
      ->capture_default_str();
  command
      ->add_option("--blas", options->device.blas,
                   "Who multiplies matrices on the CPU: auto, tiles, onednn or torch")
      ->capture_default_str();
  command
      ->add_option("--tolerance", options->tolerances.point,
                   "Largest difference over a point's largest entry")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--token-tolerance", options->tolerances.token,
                   "Largest difference over a token's largest entry")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->footer(
      "Example:\n"
      "  python scripts/dump_oracle.py MODEL --prompts prompts.txt -o oracle.safetensors\n"
      "  phasescope verify MODEL --oracle oracle.safetensors\n"
      "Exit code 0 when the model agrees with the oracle, 5 when it does not.");
  command->callback([options, &exit_code] {
    const states::OracleComparison comparison = run::verify_model(*options);
    std::printf("%s", run::comparison_text(comparison).c_str());
    exit_code = static_cast<int>(comparison.passed() ? ExitClass::ok : ExitClass::numerics);
  });
}

}  // namespace phasescope::tool
