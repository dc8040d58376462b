// SPDX-License-Identifier: Apache-2.0
// Runs when decibit is built: make_lexicon_table WORDS.tsv NAME OUT.cc turns a lexicon of
// data/lexicon/ (its form: tools/g2p/make_lexicon.py) into a C++ file with the table of
// lexicon_format.h, as 64-bit numbers, because compilers read those ten times faster than bytes.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "text/en/lexicon_format.h"

namespace decibit::text::en {
namespace {

[[noreturn]] void die(const std::string& message) {
  std::fprintf(stderr, "make_lexicon_table: %s\n", message.c_str());
  std::exit(1);
}

// The index of each symbol of `utf8`; symbols of the alphabet are one, two or three bytes long.
std::string codes_of(std::string_view utf8, const std::string& word) {
  std::string codes;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : 3;
    if (at + size > utf8.size()) die(word + ": a symbol is cut");
    char32_t point = size == 1 ? lead : lead & (size == 2 ? 0x1f : 0x0f);
    for (std::size_t i = 1; i < size; ++i) {
      point = point << 6 | (static_cast<unsigned char>(utf8[at + i]) & 0x3f);
    }
    const std::size_t index = kAlphabet.find(point);
    if (index == std::u32string_view::npos) die(word + ": a symbol outside the alphabet");
    codes += static_cast<char>(index);
    at += size;
  }
  if (codes.size() >= kSpelled) die(word + ": too long");
  return codes;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '\t') {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::string readings(const std::vector<std::string>& fields, const std::string& word) {
  const std::string plain = codes_of(fields[1], word);
  if (fields.size() == 2) return static_cast<char>(plain.size()) + plain;
  std::string bytes = static_cast<char>(plain.size() | kMoreReadings) + plain;
  bytes += static_cast<char>(fields.size() - 2);
  for (std::size_t i = 2; i < fields.size(); ++i) {
    const std::size_t equals = fields[i].find('=');
    const auto* tag = std::find(std::begin(kReadingTags), std::end(kReadingTags),
                                std::string_view(fields[i]).substr(0, equals));
    if (equals == std::string::npos || tag == std::end(kReadingTags)) die(word + ": " + fields[i]);
    const std::string codes = codes_of(std::string_view(fields[i]).substr(equals + 1), word);
    bytes += static_cast<char>(tag - std::begin(kReadingTags));
    bytes += static_cast<char>(codes.empty() ? kSpelled : codes.size());
    bytes += codes;
  }
  return bytes;
}

struct Table {
  std::string bytes;
  std::vector<std::uint32_t> blocks;
};

Table read_table(const std::string& path) {
  std::ifstream in(path);
  if (!in) die("cannot read " + path);
  Table table;
  std::string line;
  std::string word;
  std::string last;
  for (std::size_t count = 0; std::getline(in, line); ++count) {
    const std::vector<std::string> fields = split(line);
    if (fields.size() < 2 || fields[0].empty()) die(path + ": " + line);
    const char digit = fields[0][0];
    const auto shared = static_cast<std::size_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
    if (shared > word.size()) die(path + ": " + line);
    last = word;
    word = word.substr(0, shared) + fields[0].substr(1);
    if (word <= last) die(path + ": not sorted at " + word);
    const bool first = count % kBlock == 0;
    if (first) table.blocks.push_back(static_cast<std::uint32_t>(table.bytes.size()));
    const std::string rest = first ? word : word.substr(shared);
    table.bytes += static_cast<char>(first ? 0 : shared);
    table.bytes += static_cast<char>(rest.size());
    table.bytes += rest + readings(fields, word);
  }
  table.blocks.push_back(static_cast<std::uint32_t>(table.bytes.size()));
  return table;
}

void write_table(Table table, const std::string& name, const std::string& path) {
  std::ofstream out(path);
  out << "// Made by make_lexicon_table.cc.\n#include \"text/en/lexicon_table.h\"\n\nnamespace "
         "{\n\n"
      << "constexpr std::uint64_t kBytes[] = {\n";
  const std::size_t size = table.bytes.size();
  table.bytes.resize((size + 7) / 8 * 8);
  for (std::size_t at = 0; at < table.bytes.size(); at += 8) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(table.bytes[at + i]);
    out << value << (at % 64 == 56 ? "u,\n" : "u,");
  }
  out << "};\n\nconstexpr std::uint32_t kBlocks[] = {\n";
  for (std::size_t i = 0; i < table.blocks.size(); ++i) {
    out << table.blocks[i] << (i % 16 == 15 ? "u,\n" : "u,");
  }
  out << "};\n\n}  // namespace\n\nnamespace decibit::text::en {\n\nconst LexiconTable& " << name
      << "() {\n  static const LexiconTable table(reinterpret_cast<const std::uint8_t*>(kBytes), "
         "kBlocks, "
      << table.blocks.size() - 1 << ");\n  return table;\n}\n\n}  // namespace decibit::text::en\n";
  out.close();
  if (!out) die("cannot write " + path);
}

}  // namespace
}  // namespace decibit::text::en

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  namespace en = decibit::text::en;
  en::write_table(en::read_table(argv[1]), argv[2], argv[3]);
}
