// SPDX-License-Identifier: Apache-2.0
// Widths are measured in columns of the screen, not in bytes.
#include "cli/text_table.h"

#include <algorithm>

#include "core/check.h"

namespace decibit::cli {

void TextTable::add_row(std::vector<std::string> cells) {
  DECIBIT_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

void TextTable::add_total(std::vector<std::string> cells) {
  totals_.push_back(rows_.size());
  add_row(std::move(cells));
}

std::string TextTable::line(const std::vector<std::string>& cells,
                            const std::vector<std::size_t>& widths) const {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) text += "  ";
    text += columns_[i].align == Align::kRight ? pad_left(cells[i], widths[i])
                                               : pad_right(cells[i], widths[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string TextTable::to_string(const Terminal& terminal) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) {
    titles.push_back(column.title);
    widths.push_back(display_width(column.title));
  }
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  std::string text = terminal.dim(line(titles, widths)) + "\n";
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const bool is_total = std::ranges::find(totals_, i) != totals_.end();
    const std::string row = line(rows_[i], widths);
    text += (is_total ? terminal.bold(row) : row) + "\n";
  }
  return text;
}

}  // namespace decibit::cli
