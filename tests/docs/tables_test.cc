// SPDX-License-Identifier: Apache-2.0
// Where a fact stands in a document and in a table of the code, the two are the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "cli/command.h"
#include "convert/support_files.h"
#include "io/byte_source.h"
#include "markdown.h"
#include "models/registry.h"
#include "models/source_model.h"
#include "procedural.h"
#include "quant/scheme.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kRoot = DECIBIT_SOURCE_DIR;

std::string text_of(const fs::path& path) {
  auto text = read_text(kRoot / path);
  EXPECT_TRUE(text) << path;
  return text.value_or(std::string());
}

Table table_in(const fs::path& path, const Row& first_cells) {
  const Markdown document = parse_markdown(text_of(path));
  const Table* table = document.find_table(first_cells);
  EXPECT_NE(table, nullptr) << path << " lacks the table " << ::testing::PrintToString(first_cells);
  return table != nullptr ? *table : Table{};
}

Names first_spans(const Table& table) {
  Names names;
  for (const Row& row : table.rows)
    for (const std::string& span : code_spans(row[0])) names.insert(span);
  return names;
}

// docs/converting.md, both tables of flags: every flag is there, with the values it takes.
TEST(DocumentedFlags, AreTheProgramsFlags) {
  const fs::path guide = "docs/converting.md";
  Table table = table_in(guide, {"flag of mlx_audio.convert"});
  const Table ours = table_in(guide, {"flag"});
  table.rows.insert(table.rows.end(), ours.rows.begin(), ours.rows.end());
  std::map<std::string, Names> documented;  // flag -> words of its row
  for (const Row& row : table.rows) {
    const std::vector<std::string> words = bare_words(row[1]);
    for (const std::string& flag : code_spans(row[0]))
      documented[flag] = Names(words.begin(), words.end());
  }
  for (const cli::Flag& flag : cli::find_command("convert")->flags) {
    if (flag.name == "--help") continue;
    const auto row = documented.find(std::string(flag.name));
    ASSERT_NE(row, documented.end()) << flag.name;
    // Which instruction sets there are depends on the machine; the types have a table of their own.
    if (flag.name != "--isa" && flag.name != "--model-type") {
      for (const std::string& choice : flag.choices)
        EXPECT_TRUE(row->second.contains(choice)) << flag.name << " " << choice;
    }
    documented.erase(row);
    if (flag.short_name != 0) documented.erase(std::string("-") + flag.short_name);
  }
  for (const auto& [flag, words] : documented) ADD_FAILURE() << "there is no flag " << flag;
}

// docs/benchmarks.md: the flags of bench.
TEST(DocumentedBenchFlags, AreTheProgramsFlags) {
  Names documented, flags;
  for (const Row& row : table_in("docs/benchmarks.md", {"flag", "what it does"}).rows) {
    const std::string flag = code_spans(row[0]).at(0);
    documented.insert(flag);
    const cli::Flag* known = cli::find_command("bench")->find_flag(flag);
    if (known == nullptr || flag == "--isa") continue;  // its values depend on the machine
    const std::vector<std::string> words = bare_words(row[1]);
    for (const std::string& choice : known->choices)
      EXPECT_THAT(words, ::testing::Contains(choice)) << flag;
  }
  for (const cli::Flag& flag : cli::find_command("bench")->flags)
    if (flag.name != "--help") flags.emplace(flag.name);
  EXPECT_EQ(documented, flags);
}

TEST(DocumentedModels, AreTheRegistrysModels) {
  std::map<std::string, std::string> domains, documented;
  for (const ModelType& type : model_types())
    domains[std::string(type.name)] = std::string(type.domain);
  for (const Row& row : table_in("docs/converting.md", {"`--model-type`"}).rows)
    documented[code_spans(row[0]).at(0)] = row[1];
  EXPECT_EQ(documented, domains);
  const std::string count = std::to_string(model_types().size() - 1);  // generic is none
  for (const Row& row : table_in("README.md", {"", "mlx_audio.convert"}).rows)
    if (row[0] == "models") {
      EXPECT_TRUE(row[2].starts_with(count + ",")) << row[2];
    }
}

struct Numbers {
  std::set<int> all, bold;
};

Numbers numbers_in(const std::string& cell) {
  Numbers numbers;
  for (const std::string& word : bare_words(cell)) numbers.all.insert(std::stoi(word));
  const std::size_t mark = cell.find("**");
  if (mark != cell.npos) numbers.bold.insert(std::stoi(cell.substr(mark + 2)));
  return numbers;
}

TEST(DocumentedFormats, AreTheSchemes) {
  std::set<std::string> documented, defaults;
  const auto label = [](const std::string& mode, int bits, int group) {
    return mode + " " + std::to_string(bits) + ":" + std::to_string(group);
  };
  for (const Row& row : table_in("docs/converting.md", {"`--q-mode`"}).rows) {
    const Numbers bits = numbers_in(row[1]), groups = numbers_in(row[2]);
    for (const int b : bits.all)
      for (const int g : groups.all) documented.insert(label(row[0], b, g));
    for (const int b : bits.bold)
      for (const int g : groups.bold) defaults.insert(label(row[0], b, g));
  }
  std::set<std::string> schemes, made_by_default;
  for (const Scheme& s : all_schemes()) {
    const std::string mode(name(s.mode()));
    schemes.insert(label(mode, s.bits(), s.group_size()));
    const Scheme usual = Scheme::make(s.mode(), std::nullopt, std::nullopt).value();
    made_by_default.insert(label(mode, usual.bits(), usual.group_size()));
  }
  EXPECT_EQ(documented, schemes);
  EXPECT_EQ(defaults, made_by_default);
}

// The rows of golden_test.cc are data in a test of another program: they are read as text.
TEST(DocumentedDifferences, AreTheGoldenTestsRows) {
  const std::string source = text_of("tests/convert/golden_test.cc");
  const std::string mark = "Row{\"";
  Names rows;
  for (std::size_t at = source.find(mark); at != source.npos; at = source.find(mark, at + 1)) {
    const std::size_t begin = at + mark.size();
    rows.insert(source.substr(begin, source.find('"', begin) - begin));
  }
  EXPECT_EQ(first_spans(table_in("docs/differences.md", {"case", "the reference"})), rows);
}

TEST(DocumentedCopies, AreTheConvertersCopies) {
  Names extensions, others;
  for (const Row& row :
       table_in("docs/differences.md", {"what", "mlx-audio", "decibit", "why"}).rows)
    ASSERT_EQ(row.size(), 4u);
  for (const Table& table : parse_markdown(text_of("docs/differences.md")).tables)
    for (const Row& row : table.rows) {
      const bool copied = row[0] == "copied with the extensions";
      if (!copied && !row[0].starts_with("everything else")) continue;
      for (const std::string& cell : row)
        for (const std::string& span : code_spans(cell))
          for (const std::string& word : bare_words(span))
            (copied ? extensions : others).insert(word);
    }
  EXPECT_EQ(extensions.size(), 15u);
  EXPECT_FALSE(others.empty());
  for (const std::string& extension : extensions)
    EXPECT_TRUE(is_support_file("sub/file" + extension)) << extension;
  for (const std::string& extension : others)
    EXPECT_FALSE(is_support_file("file" + extension)) << extension;
  for (const char* licence : {"LICENSE", "licence.md", "Notice.txt", "COPYING.LESSER"})
    EXPECT_TRUE(is_support_file(licence)) << licence;
}

/// "down_proj" of "model.layers.0.mlp.down_proj", "lm_head" of "predictor.lm_head.3".
bool has_part(const std::string& path, const std::string& part) {
  return ("." + path + ".").find("." + part + ".") != std::string::npos;
}

std::vector<std::string> golden_source_ids() {
  std::vector<std::string> ids;
  for (const auto& entry : fs::directory_iterator(kRoot / "tests/golden/convert/sources"))
    ids.push_back(entry.path().stem().string());
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// The schemas of all golden sources that have one, by type. Several sources of a type differ in
/// what is tied or optional.
std::multimap<std::string, Schema> golden_schemas() {
  std::multimap<std::string, Schema> schemas;
  Reporter silent;
  for (const std::string& id : golden_source_ids()) {
    const fs::path folder =
        golden_source_folder(id, fs::path(DECIBIT_BINARY_DIR) / "golden_sources");
    auto model = open_source_model(folder, {}, silent);
    if (model) schemas.emplace(std::string(model->detection.type->name), std::move(model->schema));
  }
  return schemas;
}

struct Marked {
  Names sensitive, heads;  // paths of quantizable layers
};

std::map<std::string, Marked> marked_layers() {
  std::map<std::string, Marked> marked;
  for (const auto& [type, schema] : golden_schemas())
    for (const TensorSpec& spec : schema.tensors) {
      Marked& of_type = marked[type];
      if (!spec.quantizable) continue;
      const std::string path = spec.name.substr(0, spec.name.rfind('.'));
      if (spec.stack.sensitive) of_type.sensitive.insert(path);
      if (spec.output_head) of_type.heads.insert(path);
    }
  return marked;
}

/// Each path has one of the parts, each part is in some path.
void expect_covered(const Names& paths, const std::vector<std::string>& parts) {
  for (const std::string& path : paths)
    EXPECT_TRUE(std::any_of(parts.begin(), parts.end(),
                            [&](const auto& part) { return has_part(path, part); }))
        << path << " is not documented";
  for (const std::string& part : parts)
    EXPECT_TRUE(std::any_of(paths.begin(), paths.end(),
                            [&](const auto& path) { return has_part(path, part); }))
        << part << " is no such layer";
}

TEST(DocumentedRecipes, AreTheSchemasSensitiveLayers) {
  const std::map<std::string, Marked> marked = marked_layers();
  Names documented, types;
  for (const Row& row : table_in("docs/differences.md", {"model", "stacks"}).rows) {
    const std::string type = code_spans(row[0]).at(0);
    SCOPED_TRACE(type);
    documented.insert(type);
    ASSERT_TRUE(marked.contains(type));
    std::vector<std::string> parts = code_spans(row[2]);
    const std::vector<std::string> down = code_spans(row[3]);
    parts.insert(parts.end(), down.begin(), down.end());
    expect_covered(marked.at(type).sensitive, parts);
    expect_covered(marked.at(type).sensitive, bare_words(row[1]));
    expect_covered(marked.at(type).heads, code_spans(row[4]));
  }
  for (const ModelType& type : model_types())
    if (type.name != "generic") types.insert(std::string(type.name));
  EXPECT_EQ(documented, types);
}

TEST(DocumentedRows, AreTheSchemasPlans) {
  std::vector<std::string> dense, eight_bits;
  for (const Row& row : table_in("docs/decibit-rows.md", {"", ""}).rows) {
    if (row[0] == "dense") dense = code_spans(row[1]);
    if (row[0] == "at least 8 bits") eight_bits = code_spans(row[1]);
  }
  Names dense_paths, eight_bit_paths;
  for (const auto& [type, schema] : golden_schemas()) {
    if (type != "kokoro" && type != "kitten_tts") continue;
    for (const TensorSpec& spec : schema.tensors) {
      const bool is_conv = spec.layout != Layout::kSame;
      const std::string path = spec.name.substr(0, spec.name.rfind('.'));
      if ((is_conv && spec.rows.kind == RowsPlan::Kind::kNone) ||
          spec.rows.kind == RowsPlan::Kind::kKeepDense)
        dense_paths.insert(path);
      if (spec.rows.min_bits == 8) eight_bit_paths.insert(path);
    }
  }
  expect_covered(dense_paths, dense);
  expect_covered(eight_bit_paths, eight_bits);
}

TEST(DocumentedFuzzTargets, AreTheOnesThatAreBuilt) {
  Names targets;
  for (const auto& entry : fs::directory_iterator(kRoot / "fuzz"))
    if (entry.path().extension() == ".cc") targets.insert(entry.path().stem().string());
  EXPECT_EQ(first_spans(table_in("SECURITY.md", {"fuzz target"})), targets);
}

// DESIGN.md and the check of includes name the same layers.
TEST(DocumentedLayers, AreTheCheckedLayers) {
  std::map<std::string, Names> checked, documented;
  for (std::istringstream lines(text_of("tests/style/layers.sh")); lines;) {
    std::string line;
    std::getline(lines, line);
    const std::size_t begin = line.find('['), end = line.find("]='");
    if (!line.starts_with("  [") || end == line.npos) continue;
    Names& layers = checked[line.substr(begin + 1, end - begin - 1)];
    for (const std::string& prefix : bare_words(line.substr(end + 3)))
      if (fs::is_directory(kRoot / "src" / prefix)) layers.insert(prefix);
  }
  for (const Row& row : table_in("DESIGN.md", {"folder", "holds", "may include"}).rows) {
    const std::string folder = code_spans(row[0]).at(0);
    if (!fs::is_directory(kRoot / "src" / folder) && !checked.contains(folder)) continue;
    Names& layers = documented[folder];
    for (const std::string& word : bare_words(row[2]))
      if (fs::is_directory(kRoot / "src" / word)) layers.insert(word);
  }
  EXPECT_EQ(documented, checked);
}

}  // namespace
}  // namespace decibit::testing
