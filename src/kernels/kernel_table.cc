// SPDX-License-Identifier: Apache-2.0
// Which tables this CPU runs, and which one is used.
#include "kernels/kernel_table.h"

#include <cmath>
#include <limits>

#include "kernels/reference/reference.h"
#include "kernels/self_test.h"

namespace decibit {

void QuantError::add(const QuantError& other) {
  signal += other.signal;
  noise += other.noise;
  groups += other.groups;
  zeroed_groups += other.zeroed_groups;
}

double QuantError::sqnr_db() const {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

// __builtin_cpu_supports asks CPUID and whether the operating system saves the registers.
std::vector<const KernelTable*> supported_tables() {
  std::vector<const KernelTable*> tables = {&kReferenceTable};
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

const KernelTable* find_table(std::string_view name) {
  for (const KernelTable* table : supported_tables())
    if (table->name == name) return table;
  return nullptr;
}

}  // namespace decibit
