// SPDX-License-Identifier: Apache-2.0
// Order matters: contradictions and what this version cannot do come before anything is looked at
// on the disk.
#include "cli/convert_options.h"

#include <fmt/format.h>

#include <array>

#include "cli/choices.h"
#include "cli/environment.h"
#include "cli/paths.h"
#include "cli/units.h"
#include "core/suggest.h"

namespace decibit::cli {
namespace {

/// What only changes how weights are quantized.
constexpr std::array<std::string_view, 4> kNeedQuantize = {"--q-bits", "--q-group-size", "--q-mode",
                                                           "--quant-predicate"};

/// Before anything is looked at: what this version cannot do at all.
Status refuse_hub_flags(const Values& values) {
  for (std::string_view flag : {"--revision", "--upload-repo"}) {
    if (!values.given(flag)) continue;
    const bool upload = flag == "--upload-repo";
    return fail(ErrorCode::kUsage, fmt::format("{}: Hub access is not in this version", flag),
                upload
                    ? fmt::format("convert without it, then hf upload {} DIR", values.get(flag))
                    : fmt::format("hf download ORG/NAME --revision {} --local-dir DIR first, then "
                                  "--hf-path DIR",
                                  values.get(flag)));
  }
  return {};
}

Status check_quantize_flags(const Values& values, Reporter& reporter) {
  std::vector<std::string> ignored;
  for (std::string_view flag : kNeedQuantize) {
    if (values.given(flag)) ignored.emplace_back(flag);
  }
  // A rule may quantize without -q.
  if (values.given("--q-profile") && !values.given("--rule")) ignored.emplace_back("--q-profile");
  if (ignored.empty()) return {};
  const std::string message = fmt::format("{} without -q: {} no effect", join(ignored),
                                          ignored.size() == 1 ? "has" : "have");
  if (values.given("--strict")) return fail(ErrorCode::kStrict, message, "add -q, or leave it out");
  reporter.warn(message);
  return {};
}

/// bits, group size and mode are ints and names already (the parser checked them against the
/// table); here, that the three exist together.
Status read_scheme(const Values& values, ConvertOptions& options) {
  if (values.given("--q-bits")) {
    options.bits = TRY(parse_integer("--q-bits", values.get("--q-bits"), 1, 64));
  }
  if (values.given("--q-group-size")) {
    options.group_size =
        TRY(parse_integer("--q-group-size", values.get("--q-group-size"), 1, 1 << 20));
  }
  if (values.given("--q-mode")) options.mode = mode_from_name(values.get("--q-mode"));
  options.recipe = values.get("--quant-predicate");
  TRY(Scheme::make(options.mode.value_or(Mode::kAffine), options.bits, options.group_size));
  return {};
}

Status read_switches(const Values& values, ConvertOptions& options) {
  options.allow_nonfinite = values.given("--allow-nonfinite");
  options.strict = values.given("--strict");
  options.dry_run = values.given("--dry-run");
  options.verify = values.given("--verify");
  options.sync = values.given("--sync");
  options.force = values.given("--force");
  options.threads = TRY(parse_threads(values.get("--threads")));
  if (values.given("--max-shard-size")) {
    options.max_shard_bytes = TRY(parse_size("--max-shard-size", values.get("--max-shard-size")));
  }
  options.isa = values.get("--isa");
  return {};
}

}  // namespace

Result<ConvertOptions> convert_options(const Values& values, Reporter& reporter) {
  ConvertOptions options;
  options.quantize = values.given("--quantize");
  options.dequantize = values.given("--dequantize");
  if (options.quantize && options.dequantize) {
    return fail(ErrorCode::kUsage, "-q and -d exclude each other",
                "-q quantizes (also what is quantized already), -d dequantizes");
  }
  TRY(refuse_hub_flags(values));
  if (options.quantize) {
    TRY(read_scheme(values, options));
  } else {
    TRY(check_quantize_flags(values, reporter));
  }
  options.rules = values.all("--rule");
  options.dtype = dtype_from_torch_name(values.get("--dtype"));
  options.model_type = values.get("--model-type");
  options.model_domain = values.get("--model-domain");
  options.scope = meaning_of(kScopes, values.get("--scope"));
  options.profile = profile_from_name(values.get("--q-profile")).value_or(Profile::kCpu);
  const bool quantizes = options.quantize || !options.rules.empty();
  if (options.profile == Profile::kCuda && quantizes) {
    reporter.note("--q-profile cuda is experimental: not yet compared with what CUDA writes");
  }
  options.layout = meaning_of(kLayouts, values.get("--layout"));
  TRY(read_switches(values, options));
  options.target = expand_home(values.get("--mlx-path", "mlx_model"));
  if (options.target.empty()) return fail(ErrorCode::kUsage, "--mlx-path is empty");
  options.source = TRY(existing_path("--hf-path", values.get("--hf-path")));
  return options;
}

}  // namespace decibit::cli
