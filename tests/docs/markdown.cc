// SPDX-License-Identifier: Apache-2.0
#include "markdown.h"

#include <algorithm>
#include <cctype>

namespace decibit::testing {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Row cells_of(std::string_view line) {
  Row cells;
  for (const std::string& cell : split(line, '|')) cells.push_back(trimmed(cell));
  if (!cells.empty() && cells.front().empty()) cells.erase(cells.begin());
  if (!cells.empty() && cells.back().empty()) cells.pop_back();
  return cells;
}

bool is_rule(const Row& cells) {
  return !cells.empty() && std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return cell.find_first_not_of("-:") == cell.npos && cell.find("---") != cell.npos;
  });
}

void add_links(std::string_view line, std::vector<std::string>& links) {
  for (std::size_t at = line.find("]("); at != line.npos; at = line.find("](", at + 1)) {
    const std::size_t end = line.find(')', at);
    if (end != line.npos) links.emplace_back(line.substr(at + 2, end - at - 2));
  }
}

}  // namespace

const Table* Markdown::find_table(const Row& first_cells) const {
  for (const Table& table : tables)
    if (table.head.size() >= first_cells.size() &&
        std::equal(first_cells.begin(), first_cells.end(), table.head.begin()))
      return &table;
  return nullptr;
}

Markdown parse_markdown(std::string_view text) {
  Markdown result;
  bool in_fence = false, in_table = false;
  int number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    if (line.starts_with("```")) {
      if (!in_fence) result.fences.push_back({line.substr(3), {}, number});
      in_fence = !in_fence;
      continue;
    }
    if (in_fence) {
      result.fences.back().lines.push_back(line);
      continue;
    }
    add_links(line, result.links);
    if (line.starts_with("#")) result.headings.push_back(trimmed(line.substr(line.find(' '))));
    if (!line.starts_with("|")) {
      in_table = false;
      continue;
    }
    Row cells = cells_of(line);
    if (!in_table) {
      result.tables.push_back({std::move(cells), {}});
    } else if (!is_rule(cells)) {
      cells.resize(std::max(cells.size(), result.tables.back().head.size()));
      result.tables.back().rows.push_back(std::move(cells));
    }
    in_table = true;
  }
  return result;
}

std::vector<std::string> code_spans(std::string_view text) {
  const std::vector<std::string> parts = split(text, '`');
  std::vector<std::string> spans;
  for (std::size_t i = 1; i < parts.size(); i += 2) spans.push_back(parts[i]);
  return spans;
}

std::vector<std::string> bare_words(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      anchor += '-';
    } else if (std::isalnum(byte) != 0 || c == '-' || c == '_') {
      anchor += static_cast<char>(std::tolower(byte));
    }
  }
  return anchor;
}

}  // namespace decibit::testing
