// SPDX-License-Identifier: Apache-2.0
// Widths are measured in columns of the screen, not in bytes.
#include "cli/text_table.h"

#include <algorithm>

#include "core/check.h"

namespace decibit::cli {
namespace {

constexpr std::size_t kLeastColumns = 8;  // of a column that shrinks

}  // namespace

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
    const std::string cell = shorten(cells[i], widths[i]);
    text +=
        columns_[i].align == Align::kRight ? pad_left(cell, widths[i]) : pad_right(cell, widths[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<std::size_t> TextTable::widths(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  widths.reserve(columns_.size());
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  if (!terminal.live) return widths;
  std::size_t used = 2 * (widths.size() - 1);
  for (std::size_t width : widths) used += width;
  for (const auto room = static_cast<std::size_t>(terminal.columns); used > room; --used) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (!columns_[i].shrinks || widths[i] <= kLeastColumns) continue;
      if (widest == nullptr || widths[i] >= *widest) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::to_string(const Terminal& terminal) const {
  std::vector<std::string> titles;
  titles.reserve(columns_.size());
  for (const Column& column : columns_) titles.push_back(column.title);
  const std::vector<std::size_t> widths = this->widths(terminal);
  std::string text = terminal.dim(line(titles, widths)) + "\n";
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const bool is_total = std::ranges::find(totals_, i) != totals_.end();
    const std::string row = line(rows_[i], widths);
    text += (is_total ? terminal.bold(row) : row) + "\n";
  }
  return text;
}

}  // namespace decibit::cli
