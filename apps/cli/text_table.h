// SPDX-License-Identifier: Apache-2.0
// A table in plain text: columns as wide as their widest cell, two spaces between them. On a
// terminal that is too narrow, cells of the columns that may shrink are shortened in the middle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace decibit::cli {

enum class Align : std::uint8_t { kLeft, kRight };

class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::kLeft;
    bool shrinks = false;
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// One cell per column.
  void add_row(std::vector<std::string> cells);
  /// The same, in bold: the sum of the others.
  void add_total(std::vector<std::string> cells);
  /// The rows, one line each; the titles are dimmed where `terminal` has colours. Lines do not end
  /// in spaces.
  std::string to_string(const Terminal& terminal) const;

 private:
  std::vector<std::size_t> widths(const Terminal& terminal) const;
  std::string line(const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> totals_;  // indices of rows_
};

}  // namespace decibit::cli
