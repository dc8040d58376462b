// SPDX-License-Identifier: Apache-2.0
// The machine in some lines, then one row for each kernel and shape. Numbers have three digits: a
// third run tells another fourth one.
#include "cli/bench_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "cli/report_values.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "cli/units.h"

namespace decibit::cli {
namespace {

using bench::Machine;
using bench::Measured;

/// "0.0451", "7.12", "35.0", "142"
std::string three_digits(double value) {
  if (!(value > 0)) return "-";
  const int before_point = static_cast<int>(std::floor(std::log10(value))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, 3 - before_point));
}

bool is_convolution(const bench::Row& row) {
  return row.kernel == bench::Kernel::kConv || row.kernel == bench::Kernel::kToomCook;
}

/// What a row is beside its sizes.
std::string remark(const bench::Row& row) {
  if (is_convolution(row)) return fmt::format("{} taps, dilation {}", row.taps, row.dilation);
  if (row.kernel == bench::Kernel::kLstm) return "2 directions";
  return row.heads > 1 ? counted(static_cast<std::size_t>(row.heads), "head") : "";
}

std::string machine_text(const Machine& machine, const Terminal& terminal) {
  const std::string memory =
      machine.memory.cache_bytes > 0
          ? fmt::format("last-level cache {}", format_bytes(machine.memory.cache_bytes))
          : std::string("last-level cache of unknown size");
  std::string text = fmt::format("{}  {}   {}\n", terminal.bold(machine.isa),
                                 counted(machine.threads, "thread"), memory);
  text += fmt::format("reading {} GB/s   f32 {} GMAC/s   unpacking {} Gweights/s\n",
                      three_digits(machine.read_gbps), three_digits(machine.fma_gmacs),
                      three_digits(machine.unpack_gweights));
  text += fmt::format("int8 {} GMAC/s   int16 {} GMAC/s\n", three_digits(machine.int8_gmacs),
                      three_digits(machine.int16_gmacs));
  if (machine.memory.capped) {
    text += marked_text(terminal.dim("note") + "  ", 6,
                        fmt::format("weights rotate over {} only, less than four times the cache: "
                                    "rows with m = 1 may read from it",
                                    format_bytes(machine.memory.rotation)),
                        terminal);
  }
  return text;
}

std::string rows_text(const std::vector<Measured>& rows, const Terminal& terminal) {
  TextTable table({{"kernel"},
                   {"weights"},
                   {"compute"},
                   {"m", Align::kRight},
                   {"n", Align::kRight},
                   {"k", Align::kRight},
                   {"ms", Align::kRight},
                   {"GMAC/s", Align::kRight},
                   {"GB/s", Align::kRight},
                   {"share", Align::kRight},
                   {.title = "", .shrinks = true}});
  for (const Measured& measured : rows) {
    const bench::Row& row = measured.row;
    table.add_row({std::string(name(row.kernel)), name(row.format), std::string(name(row.compute)),
                   fmt::format("{}", row.m), fmt::format("{}", row.n), fmt::format("{}", row.k),
                   three_digits(measured.ms), three_digits(measured.gmacs),
                   three_digits(measured.gbps), fmt::format("{:.0f} %", 100 * measured.share),
                   remark(row)});
  }
  return table.to_string(terminal);
}

Json machine_json(const Machine& machine) {
  Json json;
  json.set("isa", machine.isa);
  json.set("threads", static_cast<std::int64_t>(machine.threads));
  json.set("read_gbps", json_number(machine.read_gbps));
  json.set("fma_gmacs", json_number(machine.fma_gmacs));
  json.set("unpack_gweights", json_number(machine.unpack_gweights));
  json.set("int8_gmacs", json_number(machine.int8_gmacs));
  json.set("int16_gmacs", json_number(machine.int16_gmacs));
  json.set("cache_bytes", json_size(machine.memory.cache_bytes));
  json.set("rotation_bytes", json_size(machine.memory.rotation));
  json.set("rotation_capped", machine.memory.capped);
  return json;
}

Json row_json(const Measured& measured, unsigned threads) {
  const bench::Row& row = measured.row;
  Json json;
  json.set("name", name(row));
  json.set("kernel", name(row.kernel));
  json.set("scheme", name(row.format));
  json.set("group", row.group());
  json.set("compute", name(row.compute));
  json.set("n", row.n);
  json.set("k", row.k);
  json.set("m", row.m);
  json.set("threads", static_cast<std::int64_t>(threads));
  if (is_convolution(row)) {
    json.set("taps", row.taps);
    json.set("dilation", row.dilation);
  }
  if (row.kernel == bench::Kernel::kAttention) json.set("heads", row.heads);
  json.set("ms", json_number(measured.ms));
  json.set("gmacs", json_number(measured.gmacs));
  json.set("gbps", json_number(measured.gbps));
  json.set("share", json_number(measured.share));
  return json;
}

}  // namespace

Outcome bench_report(const bench::Report& report) {
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  Outcome outcome;
  outcome.text = machine_text(report.machine, terminal) + "\n" + rows_text(report.rows, terminal);
  outcome.text += "\n" +
                  wrap(
                      "share: of the bandwidth of reading when m = 1, else of the peak of f32 "
                      "multiply-adds, measured between the runs of the same row",
                      100, 0) +
                  "\n";
  outcome.json.set("machine", machine_json(report.machine));
  Json::Array rows;
  for (const Measured& measured : report.rows)
    rows.push_back(row_json(measured, report.machine.threads));
  outcome.json.set("rows", std::move(rows));
  if (report.stopped) {
    outcome.fault = Error{ErrorCode::kInterrupted,
                          fmt::format("interrupted after {}", counted(report.rows.size(), "row"))};
  }
  return outcome;
}

}  // namespace decibit::cli
