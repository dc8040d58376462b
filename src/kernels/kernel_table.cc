// SPDX-License-Identifier: Apache-2.0
// Which tables this CPU runs, and which one is used.
#include "kernels/kernel_table.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cmath>
#include <limits>

#include "kernels/isa_table.h"
#include "kernels/reference/reference.h"
#include "kernels/self_test.h"

namespace decibit {

double sqnr_db(double signal, double noise) {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  if (signal == 0 || std::isinf(noise)) return 0;
  return 10 * std::log10(signal / noise);
}

void QuantError::add(const QuantError& other) {
  signal += other.signal;
  noise += other.noise;
  groups += other.groups;
  zeroed_groups += other.zeroed_groups;
}

#if defined(__x86_64__)
namespace {

// clang 14's __builtin_cpu_supports does not know this one: CPUID leaf 1, ECX bit 29.
bool supports_f16c() {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx >> 29 & 1u) != 0;
}

}  // namespace
#endif

// __builtin_cpu_supports asks CPUID, and whether the operating system saves the wide registers.
std::vector<const KernelTable*> supported_tables() {
  std::vector<const KernelTable*> tables = {&kReferenceTable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && supports_f16c())
    tables.push_back(&kAvx2Table);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni"))
    tables.push_back(&kAvx512Table);
#endif
  return tables;
}

const KernelTable& choose_table(std::vector<std::string>& warnings) {
  const auto tables = supported_tables();
  for (std::size_t i = tables.size(); i-- > 1;) {
    const std::string fault = self_test(*tables[i]);
    if (fault.empty()) return *tables[i];
    warnings.push_back("kernels " + std::string(tables[i]->name) + " failed their self-test (" +
                       fault + "); using slower ones");
  }
  return *tables[0];
}

namespace {

template <class Family>
void replace_if_wrong(const Family* KernelTable::*family, std::string_view what, KernelTable& table,
                      std::vector<std::string>& warnings) {
  const auto tables = supported_tables();
  std::size_t i = tables.size();
  while (i > 0 && tables[i - 1]->*family != table.*family) --i;
  for (; i > 1; --i) {
    table.*family = tables[i - 1]->*family;
    const std::string fault = self_test(*(table.*family));
    if (fault.empty()) return;
    warnings.push_back(std::string(tables[i - 1]->name) + " kernels for " + std::string(what) +
                       " failed their self-test (" + fault + "); using slower ones");
  }
  table.*family = kReferenceTable.*family;
}

}  // namespace

KernelTable checked_kernels(const KernelTable& table, std::vector<std::string>& warnings) {
  KernelTable checked = table;
  replace_if_wrong(&KernelTable::matvec, "few rows", checked, warnings);
  replace_if_wrong(&KernelTable::gemm, "matrix products", checked, warnings);
  replace_if_wrong(&KernelTable::int_gemm, "integer matrix products", checked, warnings);
  replace_if_wrong(&KernelTable::toom_cook, "Toom-Cook convolution", checked, warnings);
  replace_if_wrong(&KernelTable::attention, "attention", checked, warnings);
  replace_if_wrong(&KernelTable::lstm, "LSTM", checked, warnings);
  replace_if_wrong(&KernelTable::pointwise, "pointwise functions", checked, warnings);
  return checked;
}

std::optional<KernelTable> tested_kernels(std::string_view name,
                                          std::vector<std::string>& warnings) {
  const KernelTable* const table = name.empty() ? &choose_table(warnings) : find_table(name);
  if (table == nullptr) return std::nullopt;
  return checked_kernels(*table, warnings);
}

const KernelTable* find_table(std::string_view name) {
  for (const KernelTable* table : supported_tables())
    if (table->name == name) return table;
  return nullptr;
}

}  // namespace decibit
