// SPDX-License-Identifier: Apache-2.0
#include "bench/measure.h"

#include <algorithm>
#include <optional>

#include "bench/limit_meter.h"
#include "bench/subject.h"
#include "core/check.h"

namespace decibit::bench {
namespace {

using Limit = LimitMeter::Limit;

constexpr int kSamples = 31;
constexpr double kGiga = 1e9;

std::optional<Subject> subject_of(const Row& row, const Setting& setting) {
  switch (row.kernel) {
    case Kernel::kMatvec:
      return matvec_subject(row, setting);
    case Kernel::kGemm:
      return gemm_subject(row, setting);
    case Kernel::kIntGemm:
      return int_gemm_subject(row, setting);
    case Kernel::kConv:
    case Kernel::kToomCook:
      return convolution_subject(row, setting);
    case Kernel::kLstm:
      return lstm_subject(row, setting);
    case Kernel::kAttention:
      return attention_subject(row, setting);
  }
  DECIBIT_CHECK(false);
}

Measured measure_row(const Row& row, const Subject& subject, LimitMeter& meter) {
  const bool by_bytes = row.m == 1;
  const double parts = static_cast<double>(subject.parts);
  const double work = (by_bytes ? subject.bytes : subject.macs) / parts;
  std::int64_t turn = 0;
  for (; turn < subject.parts; ++turn) subject.run(turn);  // touches everything once
  const double once = seconds_of([&] { subject.run(turn++); });
  const auto batch =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(kSliceSeconds / once), 1, 1000);
  std::vector<double> seconds, ratios;
  for (int i = 0; i < kSamples; ++i) {
    const double limit = meter.slice(by_bytes ? Limit::kRead : Limit::kFma);
    const double spent = seconds_of([&] {
      for (std::int64_t j = 0; j < batch; ++j) subject.run(turn++);
    });
    seconds.push_back(spent / static_cast<double>(batch));
    ratios.push_back(work / seconds.back() / limit);
  }
  const double product = median(seconds) * parts;
  return {row, product * 1e3, subject.macs / product / kGiga, subject.bytes / product / kGiga,
          median(ratios)};
}

Machine machine_of(const KernelTable& kernels, unsigned threads, const Memory& memory,
                   LimitMeter& meter) {
  return {std::string(kernels.name),
          threads,
          memory,
          meter.rate(Limit::kRead) / kGiga,
          meter.rate(Limit::kFma) / kGiga,
          meter.rate(Limit::kUnpack) / kGiga,
          meter.rate(Limit::kInt8) / kGiga,
          meter.rate(Limit::kInt16) / kGiga};
}

}  // namespace

Report measure(const KernelTable& kernels, unsigned threads, const std::vector<Row>& rows,
               Reporter& reporter) {
  ThreadPool pool(threads);
  const Memory memory = memory_of_machine();
  LimitMeter meter(*kernels.limits, pool, memory);
  const Setting setting = {kernels, pool, memory.rotation};
  Report report;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (reporter.cancelled()) {
      report.stopped = true;
      break;
    }
    const std::string item = name(rows[i]);
    reporter.progress({.stage = "measuring",
                       .item = item,
                       .done_bytes = i,
                       .total_bytes = rows.size(),
                       .counts_items = true});
    for (const Limit limit : LimitMeter::kAll) meter.slice(limit);  // so that medians span the run
    const std::optional<Subject> subject = subject_of(rows[i], setting);
    if (subject) {
      report.rows.push_back(measure_row(rows[i], *subject, meter));
    } else {
      reporter.note(item + " left out: " + std::string(kernels.name) + " has no kernel for it");
    }
  }
  report.machine = machine_of(kernels, pool.size(), memory, meter);
  return report;
}

}  // namespace decibit::bench
