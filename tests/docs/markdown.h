// SPDX-License-Identifier: Apache-2.0
// As much Markdown as the tests of the documents need: fenced blocks, tables, links, headings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace decibit::testing {

struct Fence {
  std::string info;  // "sh", "console", or empty
  std::vector<std::string> lines;
  int line = 0;  // of the opening fence, from 1
};

using Row = std::vector<std::string>;  // cells without surrounding space

struct Table {
  Row head;
  std::vector<Row> rows;
};

struct Markdown {
  std::vector<Fence> fences;
  std::vector<Table> tables;
  std::vector<std::string> headings;  // texts, without "#"
  std::vector<std::string> links;     // targets: "docs/formats.md#layout"

  /// The table whose first cells are these, or null.
  const Table* find_table(const Row& first_cells) const;
};

Markdown parse_markdown(std::string_view text);

/// The texts between backticks.
std::vector<std::string> code_spans(std::string_view text);
/// Words without the marks around them (backticks, stars, commas, ...).
std::vector<std::string> bare_words(std::string_view text);
/// The anchor that GitHub gives a heading: "Coming from mlx-audio" -> "coming-from-mlx-audio".
std::string anchor_of(std::string_view heading);

}  // namespace decibit::testing
