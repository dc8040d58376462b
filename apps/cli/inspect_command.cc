// SPDX-License-Identifier: Apache-2.0
// `decibit inspect`: its table, and which of its two works a call asks for.
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/diff_report.h"
#include "cli/inspect_report.h"
#include "cli/paths.h"
#include "cli/units.h"
#include "convert/diff.h"
#include "convert/inspect.h"
#include "convert/regex.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kPath = "PATH";
constexpr std::string_view kShow = "What to show";
constexpr std::string_view kChecks = "Checks";
constexpr std::string_view kOther = "Other";

std::vector<Flag> inspect_flags() {
  return {{.name = "--components",
           .help = "The table of components, also beside --tensors or --config",
           .group = kShow},
          {.name = "--tensors",
           .value = "REGEX",
           .help = "A table of tensors: all, or those whose name matches, in the file or in MLX",
           .group = kShow,
           .value_optional = true},
          {.name = "--config", .help = "The config, as it was read", .group = kShow},
          {.name = "--verify",
           .help = "Read all data: look for NaN, infinity and scales that are no number",
           .group = kChecks},
          {.name = "--diff",
           .value = "OTHER",
           .help = "Compare with another folder or file, tensor by tensor",
           .group = kChecks,
           .completes = Completes::kFile},
          {.name = "--threads",
           .value = "N",
           .help = "Threads to use for --diff",
           .group = kOther,
           .default_value = "all cores"},
          {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
          help_flag()};
}

Result<Outcome> run_diff(const Values& values, const Regex& regex, Reporter& reporter) {
  for (std::string_view flag : {"--components", "--config", "--verify"}) {
    if (!values.given(flag)) continue;
    return fail(ErrorCode::kUsage, fmt::format("{} and --diff exclude each other", flag));
  }
  const std::string path = values.get(kPath), other = values.get("--diff");
  const auto a = TRY(existing_path(kPath, path));
  const auto b = TRY(existing_path("--diff", other));
  const unsigned threads = TRY(parse_threads(values.get("--threads")));
  Diff result = TRY(diff({.a = a, .b = b, .threads = threads}, reporter));
  const auto unwanted = [&](const std::string& name) { return !regex.search(name); };
  std::erase_if(result.tensors, [&](const TensorDiff& tensor) { return unwanted(tensor.name); });
  std::erase_if(result.only_a, unwanted);
  std::erase_if(result.only_b, unwanted);
  return diff_report(path, other, result, values.given("--tensors"));
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  const Regex regex = TRY(Regex::compile(values.get("--tensors")));
  if (values.given("--diff")) return run_diff(values, regex, reporter);

  const auto path = TRY(existing_path(kPath, values.get(kPath)));
  Inspection inspection = TRY(inspect({path, values.given("--verify")}, reporter));
  std::erase_if(inspection.tensors, [&](const InspectedTensor& tensor) {
    return !regex.search(tensor.name) && !regex.search(tensor.mlx_name);
  });
  InspectSections sections{.components = values.given("--components"),
                           .tensors = values.given("--tensors"),
                           .config = values.given("--config")};
  if (!sections.tensors && !sections.config) sections.components = true;
  return inspect_report(values.get(kPath), inspection, sections);
}

}  // namespace

Command inspect_command() {
  return {
      .name = "inspect",
      .summary = "show what a folder of weights holds, and what is wrong with it",
      .description =
          "Reads a model folder in any layout that convert reads, or a single .safetensors, .npz "
          "or PyTorch file: which model it is and why, its components, bits per weight, and "
          "problems: a config that contradicts the tensors, tensors missing or unexpected, an "
          "index that does not fit its files. The exit code is 4 when there are problems.\n\n"
          "With --diff the reference of all errors is PATH. Two folders of the same known model "
          "are compared under the model's own names and layouts, so that a checkpoint can be "
          "compared with what was made of it.",
      .arguments = {{.name = kPath,
                     .help = "A model folder or one file of weights",
                     .required = true,
                     .completes = Completes::kFile}},
      .flags = inspect_flags(),
      .examples = {{"what is it?", "decibit inspect ./kokoro-4bit"},
                   {"the tensors of one layer",
                    "decibit inspect ./kokoro-4bit --tensors 'layers\\.0\\.'"},
                   {"what quantization cost", "decibit inspect ./kokoro-82m --diff ./kokoro-4bit"}},
      .run = run};
}

}  // namespace decibit::cli
