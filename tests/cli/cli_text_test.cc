// SPDX-License-Identifier: Apache-2.0
// What is printed stays aligned, within the screen and harmless, whatever the names are.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/progress_line.h"
#include "cli/terminal.h"
#include "cli/text_table.h"
#include "cli/units.h"
#include "core/suggest.h"

namespace decibit::cli {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(CliText, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("größe"), 5u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u);  // e and a combining acute accent
  EXPECT_EQ(display_width("語音"), 4u);
  EXPECT_EQ(display_width("━╸─"), 3u);
  EXPECT_EQ(display_width("\xFF\xC3"), 2u);  // no UTF-8: a column each
}

TEST(CliText, ShorteningFitsAndKeepsBothEnds) {
  const std::string name = "model.decoder.layers.11.encoder_attn.out_proj.weight";
  for (std::size_t width = 3; width < name.size(); ++width) {
    EXPECT_EQ(display_width(shorten(name, width)), width);
  }
  EXPECT_EQ(shorten(name, 60), name);
  EXPECT_TRUE(shorten(name, 20).ends_with("weight"));
  for (std::size_t width = 0; width < 12; ++width) {  // wide characters may leave one column
    EXPECT_LE(display_width(shorten("語音合成モデル", width)), width);
  }
}

TEST(CliText, NamesFromFilesCannotDriveTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\nc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "?31m");  // the one-character CSI
  EXPECT_EQ(printable("größe 語"), "größe 語");
}

TEST(CliText, WrappedLinesFitAndLoseNothing) {
  const std::string text = "a word and another word\nand a second line of words that is long";
  const std::string wrapped = wrap(text, 20, 4);
  EXPECT_EQ(wrapped.substr(0, 4), "a wo");
  std::string words;
  for (std::size_t at = 0; at <= wrapped.size();) {
    const std::size_t end = std::min(wrapped.find('\n', at), wrapped.size());
    const std::string line = wrapped.substr(at, end - at);
    EXPECT_LE(line.size(), at == 0 ? 16u : 20u) << line;  // the first stands behind its mark
    for (char c : line) words += c == ' ' ? "" : std::string(1, c);
    at = end + 1;
  }
  EXPECT_EQ(words, "awordandanotherwordandasecondlineofwordsthatislong");
}

TEST(CliText, TableColumnsAlignByWidth) {
  TextTable table({{"name"}, {"size", Align::kRight}, {"note"}});
  table.add_row({"größe", "1", "x"});
  table.add_row({"語", "1000", ""});
  EXPECT_EQ(table.to_string(Terminal{}), "name   size  note\ngröße     1  x\n語     1000\n");
}

TEST(CliText, TablesShrinkToTheTerminalTheyAreShownOn) {
  TextTable table({{.title = "name", .shrinks = true}, {"size", Align::kRight}});
  table.add_row({"model.decoder.layers.11.fc1.weight", "12.3 MB"});
  table.add_row({"short", "1 B"});
  for (int columns : {17, 20, 30, 100}) {
    const std::string text = table.to_string(Terminal{.live = true, .columns = columns});
    EXPECT_THAT(text, HasSubstr("12.3 MB"));
    EXPECT_THAT(text, HasSubstr("short  "));
    const std::size_t longest = text.find("MB") + 2 - text.find("\n") - 1;
    EXPECT_EQ(longest, static_cast<std::size_t>(std::min(columns, 43)));
  }
  EXPECT_THAT(table.to_string(Terminal{}), HasSubstr("model.decoder.layers.11.fc1.weight"));
}

TEST(CliText, BytesHaveThreeDigits) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "1.00 kB");
  EXPECT_EQ(format_bytes(28'340'000), "28.3 MB");
  EXPECT_EQ(format_bytes(999'499), "999 kB");
  EXPECT_EQ(format_bytes(999'500), "1.00 MB");
  EXPECT_EQ(format_bytes(9'994), "9.99 kB");
  EXPECT_EQ(format_bytes(9'996), "10.0 kB");
  EXPECT_EQ(format_bytes(UINT64_MAX), "18.4 EB");
  EXPECT_EQ(format_duration(3.94), "0:03.9");
  EXPECT_EQ(format_duration(59.96), "1:00");
  EXPECT_EQ(format_duration(3725), "1:02:05");
}

TEST(CliText, ProgressFitsEveryScreen) {
  Progress progress{"quantizing", "model.decoder.layers.11.encoder_attn.out_proj", 680'000'000,
                    1'490'000'000};
  const Pace pace{2.0, 0, 61'000'000};
  for (int columns = 1; columns < 200; ++columns) {
    for (bool utf8 : {false, true}) {
      const Terminal terminal{.live = true, .utf8 = utf8, .columns = columns};
      EXPECT_LT(display_width(progress_bar_line(progress, pace, terminal)),
                static_cast<std::size_t>(std::max(columns, 2)));
    }
  }
  const std::string line = progress_log_line(progress, pace);
  EXPECT_EQ(line, "quantizing: 45 %, 0.68 of 1.49 GB, 340 MB/s, eta 0:03");
}

TEST(CliText, ProgressSaysNothingItDoesNotKnow) {
  const Terminal terminal{.live = true, .columns = 120};
  const Progress start{"reading", "x", 0, 1000};
  EXPECT_THAT(progress_bar_line(start, {0.0, 0, 0}, terminal), Not(HasSubstr("eta")));
  const Progress endless{"reading", "x", 5, 0};
  EXPECT_EQ(progress_bar_line(endless, {5.0, 0, 0}, terminal), "reading  x");
  EXPECT_EQ(progress_log_line(endless, {5.0, 0, 0}), "reading: x");
}

TEST(CliText, DistanceCountsSwapsAsOne) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("convert", "convert"), 0u);
  EXPECT_EQ(edit_distance("ocnvert", "convert"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(CliText, SuggestionsAreNearAndFew) {
  const std::vector<std::string> names = {"convert", "inspect", "completion", "man", "help"};
  EXPECT_THAT(nearest("covnert", names), ElementsAre("convert"));
  EXPECT_THAT(nearest("comp", names), ElementsAre("completion"));
  EXPECT_THAT(nearest("zzzzzz", names), IsEmpty());
}

}  // namespace
}  // namespace decibit::cli
