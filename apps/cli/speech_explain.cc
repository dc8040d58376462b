// SPDX-License-Identifier: Apache-2.0
// What speak would say, without a voice: the text as it is read, its phonemes, what was guessed and
// what the model has no symbol for.
#include <fmt/format.h>

#include <functional>
#include <limits>
#include <utility>

#include "cli/speech_job.h"
#include "cli/speech_report.h"
#include "models/kokoro/phoneme_spelling.h"
#include "models/kokoro/vocabulary.h"
#include "models/source_model.h"
#include "speech/notes.h"
#include "speech/read_ahead.h"
#include "speech/reader.h"
#include "text/phones.h"

namespace decibit::cli {
namespace {
namespace fs = std::filesystem;

using Knows = std::function<bool(char32_t)>;

/// The symbols of the model at `path`; without one, those of the published Kokoro-82M.
Result<Knows> symbols_of(const fs::path& path) {
  if (path.empty()) return Knows(text::in_vocabulary);
  std::error_code error;
  const fs::path folder = fs::is_directory(path, error) ? path : path.parent_path();
  if (!fs::exists(fs::symlink_status(folder / "config.json", error)))
    return fail(ErrorCode::kBadInput,
                fmt::format("{} holds no Kokoro model: there is no config.json", path.string()),
                "the folder of a Kokoro model, or none for the published symbols");
  const Json config = TRY(read_config(folder));
  auto vocabulary = kokoro::Vocabulary::read(config, std::numeric_limits<std::int32_t>::max());
  if (!vocabulary) return Unexpected(with_context(vocabulary.error(), folder.string()));
  return Knows([vocabulary = *std::move(vocabulary)](char32_t symbol) {
    return vocabulary.id(symbol).has_value();
  });
}

/// Each once.
std::u32string unknown_of(std::u32string_view phonemes, const Knows& knows) {
  std::u32string unknown;
  for (const char32_t symbol : phonemes)
    if (!knows(symbol) && unknown.find(symbol) == unknown.npos) unknown += symbol;
  return unknown;
}

}  // namespace

Result<Outcome> explain(SpeechJob job, Reporter& reporter) {
  const Knows knows = TRY(symbols_of(job.model));
  speech::ReadAhead reader(speech::Reader(
      std::move(job.input.source), job.input.phonemizer.get(),
      {.paragraph_gap = job.options.paragraph_gap, .spelling = [&](std::u32string_view written) {
         return kokoro::known_spelling(written, knows);
       }}));
  speech::Notes notes(reporter);
  SpeechReport report;
  speech::ReadChunk chunk;
  std::size_t sounding = 0;
  while (TRY(reader.next(chunk, reporter))) {
    notes.add(chunk.notes);
    const std::u32string unknown = unknown_of(chunk.phonemes, knows);
    notes.add_unknown(unknown);
    report.add(chunk);
    report.add_dropped(unknown);
    report.add_dropped(chunk.unspoken);
    if (!chunk.phonemes.empty()) ++sounding;
  }
  if (sounding == 0)
    return fail(ErrorCode::kUsage, "there is nothing to say: the text has no sound");
  Outcome outcome = {.text = report.explanation()};
  report.add_to(outcome.json);
  return outcome;
}

}  // namespace decibit::cli
