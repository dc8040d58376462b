// SPDX-License-Identifier: Apache-2.0
// `decibit convert`: its table. The flags of mlx_audio.convert come first, with its names.
#include <chrono>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/convert_options.h"
#include "cli/convert_report.h"
#include "convert/convert.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kPlaces = "Source and target";
constexpr std::string_view kQuantization = "Quantization";
constexpr std::string_view kModel = "Model";
constexpr std::string_view kSafety = "Checks and safety";
constexpr std::string_view kOther = "Other";

std::vector<Flag> convert_flags() {
  return {
      {.name = "--hf-path",
       .value = "DIR",
       .help = "The checkpoint to convert: safetensors, PyTorch or npz, also an MLX folder",
       .group = kPlaces,
       .required = true,
       .completes = Completes::kFolder},
      {.name = "--mlx-path",
       .value = "DIR",
       .help = "The folder to write",
       .group = kPlaces,
       .default_value = "mlx_model",
       .completes = Completes::kFolder},
      {.name = "--force",
       .help = "Replace --mlx-path when it holds an earlier conversion",
       .group = kPlaces},
      {.name = "--max-shard-size",
       .value = "SIZE",
       .help = "Begin a new weight file before one grows beyond this: 5GB, 500MB, 4GiB",
       .group = kPlaces,
       .default_value = "5GiB"},
      {.name = "--revision",
       .value = "REV",
       .help = "Accepted for mlx-audio's sake: Hub access is not in this version",
       .group = kPlaces},
      {.name = "--upload-repo",
       .value = "REPO",
       .help = "Accepted for mlx-audio's sake: Hub access is not in this version",
       .group = kPlaces},

      {.name = "--quantize",
       .short_name = 'q',
       .help = "Quantize what MLX quantizes: linear layers and embeddings",
       .group = kQuantization},
      {.name = "--dequantize",
       .short_name = 'd',
       .help = "Turn a quantized folder back into a dense one",
       .group = kQuantization},
      {.name = "--q-bits",
       .value = "N",
       .help = "Bits per weight",
       .group = kQuantization,
       .default_value = "the mode's",
       .choices = bits_choices()},
      {.name = "--q-group-size",
       .value = "N",
       .help = "Weights that share a scale",
       .group = kQuantization,
       .default_value = "the mode's",
       .choices = group_size_choices()},
      {.name = "--q-mode",
       .value = "MODE",
       .help = "Number format",
       .group = kQuantization,
       .default_value = "affine",
       .choices = mode_choices()},
      {.name = "--quant-predicate",
       .value = "RECIPE",
       .help = "Mixed precision: more bits where a transformer is sensitive",
       .group = kQuantization,
       .choices = recipe_names()},
      {.name = "--rule",
       .value = "REGEX=ACTION",
       .help = "What to do with tensors whose name matches; the first match decides. Actions: 4:64 "
               "(bits:group), mxfp4, mxfp8, nvfp4, f32, f16, bf16, keep",
       .group = kQuantization,
       .repeatable = true},
      {.name = "--scope",
       .value = "SCOPE",
       .help =
           "What to quantize: all adds convolutions and LSTMs, and only decibit reads the result",
       .group = kQuantization,
       .default_value = "mlx",
       .choices = names_of(kScopes)},
      {.name = "--q-profile",
       .value = "PROFILE",
       .help = "Whose bits to write, where MLX's back ends differ; cuda is experimental",
       .group = kQuantization,
       .default_value = "cpu",
       .choices = profile_choices()},

      {.name = "--dtype",
       .value = "TYPE",
       .help = "Type of what stays dense",
       .group = kModel,
       .default_value = "the config's torch_dtype",
       .choices = dtype_choices()},
      {.name = "--model-type",
       .value = "TYPE",
       .help = "Do not detect the model",
       .group = kModel,
       .choices = model_type_choices()},
      {.name = "--model-domain",
       .value = "DOMAIN",
       .help = "Detect among models of this domain only",
       .group = kModel,
       .choices = model_domain_choices()},
      {.name = "--layout",
       .value = "LAYOUT",
       .help = "Order of dense convolution weights; auto writes what mlx-audio's loader accepts",
       .group = kModel,
       .default_value = "auto",
       .choices = names_of(kLayouts)},

      {.name = "--dry-run",
       .help = "Show the final table, the disk and the memory needed; write nothing",
       .group = kSafety},
      {.name = "--strict",
       .help = "Anything not done as asked is an error (exit 8)",
       .group = kSafety},
      {.name = "--verify",
       .help = "Read the result back and check it before it takes its place",
       .group = kSafety},
      {.name = "--allow-nonfinite",
       .help = "Keep a tensor that holds NaN or infinity dense instead of stopping",
       .group = kSafety},
      {.name = "--sync", .help = "Wait until the result is on the disk (fsync)", .group = kSafety},

      threads_flag(kOther),
      {.name = "--isa",
       .value = "NAME",
       .help = "Instruction set to use; the results are the same",
       .group = kOther,
       .default_value = "the best",
       .choices = isa_choices()},
      {.name = "--json", .help = "Print one JSON object instead of the table", .group = kOther},
      {.name = "--quiet", .help = "Print nothing but errors", .group = kOther},
      help_flag()};
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  const auto start = std::chrono::steady_clock::now();
  const ConvertOptions options = TRY(convert_options(values, reporter));
  const ConvertSummary summary = TRY(convert(options, reporter));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  return convert_report(options, summary, elapsed.count());
}

}  // namespace

Command convert_command() {
  return {
      .name = "convert",
      .summary = "convert a checkpoint to the MLX format, and quantize it",
      .description =
          "Reads the checkpoint of a speech model and writes the folder that mlx_audio.convert "
          "would: the same tensors, bit for bit, with the same flags.\n\n"
          "The folder appears under its name when it is complete, never before. '_' and '-' are "
          "the same in flag names. Called through a link named mlx_audio.convert, decibit is this "
          "command.",
      .flags = convert_flags(),
      .examples = {{"4 bits in groups of 64, MLX's default",
                    "decibit convert --hf-path ./kokoro-82m --mlx-path ./kokoro-4bit -q"},
                   {"more bits for the decoder",
                    "decibit convert --hf-path ./whisper-base --mlx-path ./mixed -q "
                    "--rule '^decoder=8:64'"},
                   {"what would come out, without writing it",
                    "decibit convert --hf-path ./kokoro-82m -q --q-mode mxfp4 --dry-run"}},
      .run = run};
}

}  // namespace decibit::cli
