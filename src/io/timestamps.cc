// SPDX-License-Identifier: Apache-2.0
// SRT has no specification; what is written here is what SubRip itself, VLC and ffmpeg agree on.
// WebVTT: https://www.w3.org/TR/webvtt1/.
#include "io/timestamps.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/utf8.h"
#include "io/json.h"
#include "io/write.h"

namespace decibit {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"json", "srt", "vtt"};

std::string clock(std::int64_t ms, char before_ms) {
  return fmt::format("{:02}:{:02}:{:02}{}{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60,
                     before_ms, ms % 1000);
}

std::string escaped_for_vtt(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string without_arrow(std::string_view line) {
  constexpr std::string_view kArrow = "-->";
  std::string out(line);
  for (std::size_t at = out.find(kArrow); at != out.npos; at = out.find(kArrow)) out.erase(at, 1);
  return out;
}

Json json_of(const TimedText& timed) {
  Json json;
  json.set("text", to_utf8(code_points(timed.text)));
  json.set("start", timed.start_s);
  json.set("end", timed.end_s);
  return json;
}

}  // namespace

std::vector<std::string> timestamp_format_names() { return {kNames.begin(), kNames.end()}; }

std::optional<TimestampFormat> timestamp_format_from_name(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<TimestampFormat>(found - kNames.begin());
}

Result<TimestampWriter> TimestampWriter::create(const std::filesystem::path& path,
                                                TimestampFormat format, bool replace) {
  OutputFile file = TRY(OutputFile::create(path, replace));
  TimestampWriter writer(std::move(file), format);
  if (format == TimestampFormat::kJson) TRY(writer.write("{\"segments\": ["));
  if (format == TimestampFormat::kVtt) TRY(writer.write("WEBVTT\n"));
  return writer;
}

Status TimestampWriter::write(std::string_view text) {
  return write_all(file_.descriptor(), std::as_bytes(std::span(text)), file_.path().string());
}

std::string TimestampWriter::json_of(const TimedSegment& segment) const {
  Json json = decibit::json_of(segment.whole);
  Json::Array words;
  for (const TimedText& word : segment.words) words.push_back(decibit::json_of(word));
  json.set("words", std::move(words));
  return (count_ == 0 ? "\n" : ",\n") + json.dump(-1);
}

std::string TimestampWriter::cue_text(const Cue& cue) {
  const std::int64_t start = std::max<std::int64_t>(std::llround(cue.start_s * 1000), last_end_ms_);
  last_end_ms_ = std::max<std::int64_t>(std::llround(cue.end_s * 1000), start + 1);
  const bool srt = format_ == TimestampFormat::kSrt;
  const char before_ms = srt ? ',' : '.';
  std::string text = srt ? fmt::format("{}\n", count_ + 1) : "\n";
  text += fmt::format("{} --> {}\n", clock(start, before_ms), clock(last_end_ms_, before_ms));
  for (const std::string& line : cue.lines)
    text += (srt ? without_arrow(line) : escaped_for_vtt(line)) + "\n";
  return srt ? text + "\n" : text;
}

Status TimestampWriter::add(const TimedSegment& segment) {
  if (format_ == TimestampFormat::kJson) {
    TRY(write(json_of(segment)));
    ++count_;
    return {};
  }
  for (const Cue& cue : cues_of(segment)) {
    TRY(write(cue_text(cue)));
    ++count_;
  }
  return {};
}

Status TimestampWriter::write_end() {
  return format_ == TimestampFormat::kJson ? write("\n]}\n") : Status();
}

Status TimestampWriter::finish() {
  TRY(write_end());
  return file_.commit();
}

Result<std::filesystem::path> TimestampWriter::keep_fragment(bool beside) {
  TRY(write_end());
  return file_.keep_fragment(beside);
}

}  // namespace decibit
