// SPDX-License-Identifier: Apache-2.0
// `decibit bench`: its table, and which rows a call asks for.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bench/measure.h"
#include "cli/bench_report.h"
#include "cli/choices.h"
#include "cli/command.h"
#include "cli/units.h"
#include "convert/regex.h"
#include "kernels/kernel_table.h"

namespace decibit::cli {
namespace {

using bench::Compute;
using bench::Row;

constexpr std::string_view kWhat = "WHAT";
constexpr std::string_view kRows = "What to measure";
constexpr std::string_view kOther = "Other";

enum class Computes : std::uint8_t { kAll, kExact, kFast, kAuto };
constexpr std::array kComputes = {
    Choice<Computes>{"all", Computes::kAll}, Choice<Computes>{"exact", Computes::kExact},
    Choice<Computes>{"fast", Computes::kFast}, Choice<Computes>{"auto", Computes::kAuto}};

std::vector<Flag> bench_flags() {
  return {{.name = "--filter",
           .value = "REGEX",
           .help = "Only rows whose name matches, such as "
                   "matvec/4:64/exact/m1/n9216/k3072 or conv/f32/exact/m4800/n128/k384/taps3/"
                   "dilation1",
           .group = kRows},
          {.name = "--compute",
           .value = "WHICH",
           .help = "Activations: exact is float, fast is 16- and 8-bit integers, auto is fast for "
                   "weights that have such kernels and exact for others",
           .group = kRows,
           .default_value = "all",
           .choices = names_of(kComputes)},
          isa_flag(kRows),
          threads_flag(kOther),
          {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
          help_flag()};
}

/// Whether small integers can hold the weights of a row, so that it has fast kin.
bool has_fast_kin(const Row& row, const std::vector<Row>& all) {
  return std::ranges::any_of(all, [&](const Row& other) {
    return other.compute != Compute::kExact && other.m == row.m && other.n == row.n &&
           other.k == row.k && name(other.format) == name(row.format);
  });
}

bool is_wanted(const Row& row, Computes computes, const std::vector<Row>& all) {
  switch (computes) {
    case Computes::kAll:
      return true;
    case Computes::kExact:
      return row.compute == Compute::kExact;
    case Computes::kFast:
      return row.compute != Compute::kExact;
    case Computes::kAuto:
      return row.compute != Compute::kExact || !has_fast_kin(row, all);
  }
  return true;
}

Result<std::vector<Row>> chosen_rows(const Values& values) {
  const std::string filter = values.get("--filter");
  const Regex regex = TRY(Regex::compile(filter));
  const Computes computes = meaning_of(kComputes, values.get("--compute"));
  const std::vector<Row> all = bench::default_rows();
  std::vector<Row> rows;
  std::ranges::copy_if(all, std::back_inserter(rows), [&](const Row& row) {
    return is_wanted(row, computes, all) && regex.search(name(row));
  });
  if (rows.empty()) {
    return fail(ErrorCode::kUsage, fmt::format("--filter \"{}\" matches no row", filter),
                fmt::format("part of a name such as {}", name(all.front())));
  }
  return rows;
}

Result<Outcome> run(const Values& values, Reporter& reporter) {
  const unsigned threads = TRY(parse_threads(values.get("--threads")));
  const std::vector<Row> rows = TRY(chosen_rows(values));
  std::vector<std::string> warnings;
  const auto kernels = tested_kernels(values.get("--isa"), warnings);  // the parser knows the names
  for (const std::string& warning : warnings) reporter.warn(warning);
  return bench_report(bench::measure(kernels.value(), threads, rows, reporter));
}

}  // namespace

Command bench_command() {
  return {
      .name = "bench",
      .summary = "measure how fast this machine computes, beside its limits",
      .description =
          "Times the kernels that forward passes are made of, on random weights in the shapes of "
          "Whisper, Voxtral and Kokoro, and sets each against what this machine can do at most: "
          "reading memory, or multiplying. Limits are measured between the runs of each row, so "
          "that the share holds on a busy machine too; times do not. All rows take about a minute. "
          "Ctrl-C ends after the row at hand and prints what there is.",
      .arguments =
          {{.name = kWhat, .help = "What to measure", .choices = {"kernels"}, .required = true}},
      .flags = bench_flags(),
      .examples = {{"everything", "decibit bench kernels"},
                   {"decoding with 4 bits, one thread",
                    "decibit bench kernels --filter 'matvec/4:64/.*/m1/' --threads 1"}},
      .run = run};
}

}  // namespace decibit::cli
