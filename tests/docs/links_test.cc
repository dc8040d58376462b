// SPDX-License-Identifier: Apache-2.0
// Links within the repository lead somewhere: to a file that is there, to a heading in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "io/byte_source.h"
#include "markdown.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;

std::vector<fs::path> documents() {
  const fs::path root = DECIBIT_SOURCE_DIR;
  std::vector<fs::path> paths;
  for (const fs::path& folder : {root, root / "docs"})
    for (const auto& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".md") paths.push_back(entry.path());
  for (const auto& entry : fs::recursive_directory_iterator(root / "src"))
    if (entry.path().extension() == ".md") paths.push_back(entry.path());
  return paths;
}

Markdown parsed(const fs::path& path) {
  return parse_markdown(read_text(path).value_or(std::string()));
}

TEST(Links, LeadSomewhere) {
  for (const fs::path& path : documents())
    for (const std::string& link : parsed(path).links) {
      if (link.find("://") != link.npos) continue;
      SCOPED_TRACE(path.string() + ": " + link);
      const std::size_t hash = std::min(link.find('#'), link.size());
      const fs::path file = hash == 0 ? path : path.parent_path() / link.substr(0, hash);
      ASSERT_TRUE(fs::exists(file));
      if (hash == link.size()) continue;
      const std::vector<std::string> headings = parsed(file).headings;
      EXPECT_TRUE(std::any_of(headings.begin(), headings.end(), [&](const std::string& heading) {
        return anchor_of(heading) == link.substr(hash + 1);
      }));
    }
}

}  // namespace
}  // namespace decibit::testing
