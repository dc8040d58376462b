// SPDX-License-Identifier: Apache-2.0
// `decibit speak`: text or phonemes to a file of sound.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "cli/choices.h"
#include "cli/command.h"
#include "cli/environment.h"
#include "cli/kokoro_folder.h"
#include "cli/output_format.h"
#include "cli/spoken_text.h"
#include "cli/units.h"
#include "core/utf8.h"
#include "io/audio_file.h"
#include "models/kokoro/chunks.h"
#include "models/kokoro/synthesizer.h"

namespace decibit::cli {
namespace {

constexpr std::string_view kVoiceGroup = "Voice", kOutGroup = "Output", kOther = "Other";
constexpr std::array kComputes = {Choice<Compute>{"auto", Compute::kAuto},
                                  Choice<Compute>{"exact", Compute::kExact},
                                  Choice<Compute>{"fast", Compute::kFast}};
constexpr std::array kBoundaries = {Choice<bool>{"scaled", true}, Choice<bool>{"unscaled", false}};

std::vector<Flag> speak_flags() {
  return {{.name = "--model",
           .short_name = 'm',
           .value = "PATH",
           .help = "Folder of a Kokoro model, or its name in the Hub's cache",
           .group = kVoiceGroup,
           .default_value = "$DECIBIT_KOKORO_MODEL, what scripts/demo.sh installed, or Kokoro in "
                            "the Hub's cache",
           .completes = Completes::kFolder},
          {.name = "--phonemes",
           .value = "STRING",
           .help = "What to say, in the model's phonemes (misaki's alphabet), in place of a text",
           .group = kVoiceGroup},
          {.name = "--file",
           .value = "FILE",
           .help = "A file with the text to say; - is standard input",
           .group = kVoiceGroup,
           .completes = Completes::kFile},
          {.name = "--lexicon",
           .value = "FILE",
           .help = "Pronunciations of your own: lines of word, tab, phonemes",
           .group = kVoiceGroup,
           .completes = Completes::kFile},
          {.name = "--voice",
           .value = "NAME",
           .help = "A voice of the model, a voice file, or a blend: af_heart:2,af_bella:1",
           .group = kVoiceGroup,
           .default_value = "af_heart"},
          {.name = "--speed",
           .value = "X",
           .help = "How fast to speak",
           .group = kVoiceGroup,
           .default_value = "1"},
          {.name = "--lang",
           .value = "L",
           .help = "Language of the text: a letter of Kokoro's, or a code such as en-us",
           .group = kVoiceGroup,
           .default_value = "the voice's"},
          {.name = "--boundary",
           .value = "HOW",
           .help = "Whether --speed changes the silence at both ends of a chunk too",
           .group = kVoiceGroup,
           .default_value = "scaled from speed 1 on",
           .choices = names_of(kBoundaries)},
          {.name = "--noise",
           .value = "X",
           .help = "Scale of the breath in the voice; 0 is none",
           .group = kVoiceGroup,
           .default_value = "1"},
          {.name = "--seed",
           .value = "N",
           .help = "Of that noise",
           .group = kVoiceGroup,
           .default_value = "0"},
          {.name = "--out",
           .short_name = 'o',
           .value = "FILE",
           .help = "File to write; its extension says the format: wav, flac, mp3, ogg or opus",
           .group = kOutGroup,
           .default_value = "speech.wav",
           .completes = Completes::kFile},
          {.name = "--format",
           .value = "FORMAT",
           .help = "Of the file",
           .group = kOutGroup,
           .default_value = "by its extension",
           .choices = audio_format_names()},
          {.name = "--force", .help = "Replace a file that exists", .group = kOutGroup},
          {.name = "--explain",
           .help = "Show the text as it is read, its phonemes and the words that were guessed; "
                   "speak only if --out is given",
           .group = kOutGroup},
          {.name = "--compute",
           .value = "HOW",
           .help = "Activations of quantized layers: exact is float, auto 16-bit integers, fast "
                   "8-bit ones for weights of up to 5 bits",
           .group = kOther,
           .default_value = "auto",
           .choices = names_of(kComputes)},
          isa_flag(kOther),
          threads_flag(kOther),
          {.name = "--json", .help = "Print one JSON object instead of text", .group = kOther},
          help_flag()};
}

/// A number of [low, high].
Result<float> parse_number(std::string_view flag, const std::string& text, float low, float high) {
  float value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value >= low && value <= high)
    return value;
  return fail(ErrorCode::kUsage,
              fmt::format("{} {}: expected a number from {} to {}", flag, text, low, high));
}

Result<std::uint64_t> parse_seed(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) return value;
  return fail(ErrorCode::kUsage,
              fmt::format("--seed {}: expected a whole number, 0 or more", text));
}

Result<kokoro::SpeakOptions> parse_options(const Values& values) {
  kokoro::SpeakOptions options;
  options.speed = TRY(parse_number("--speed", values.get("--speed", "1"), 0.1f, 10));
  options.noise = TRY(parse_number("--noise", values.get("--noise", "1"), 0, 100));
  options.seed = TRY(parse_seed(values.get("--seed", "0")));
  if (values.given("--boundary"))
    options.scale_boundaries = meaning_of(kBoundaries, values.get("--boundary"));
  return options;
}

/// At most twenty symbols, those that no terminal shows by their number.
std::string list_of(std::u32string_view symbols) {
  constexpr std::size_t kListed = 20;
  std::string text;
  for (const char32_t c : symbols.substr(0, kListed)) {
    if (!text.empty()) text += ' ';
    if (c < 0x21 || (c >= 0x7F && c < 0xA1) || c == kReplacement) {
      text += fmt::format("U+{:04X}", static_cast<std::uint32_t>(c));
    } else {
      append_utf8(c, text);
    }
  }
  if (symbols.size() > kListed) text += fmt::format(" and {} more", symbols.size() - kListed);
  return text;
}

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

Result<Outcome> run(const Values& values, Reporter& reporter) {
  const kokoro::SpeakOptions options = TRY(parse_options(values));
  const std::filesystem::path out = expand_home(values.get("--out", "speech.wav"));
  const AudioFormat format = TRY(output_format(values, out));
  const SpokenText spoken = TRY(spoken_text(values, reporter));
  const std::u32string& phonemes = spoken.phonemes;
  if (values.given("--explain") && !values.given("--out")) {
    Outcome outcome = {.text = explanation(spoken)};
    add_explanation(spoken, outcome.json);
    return outcome;
  }
  const unsigned threads = TRY(parse_threads(values.get("--threads")));
  const auto path = TRY(kokoro_folder(values));

  const Stopwatch loading;
  const auto engine = TRY(Engine::make({threads, values.get("--isa")}, reporter));
  const auto model = TRY(kokoro::Model::load(path, reporter));
  const kokoro::Voice voice =
      TRY(model->voice(expand_home(values.get("--voice", "af_heart")).string()));
  const double load_seconds = loading.seconds();

  std::u32string unknown;
  if (model->vocabulary().encode(phonemes, unknown).size() == 2)  // the boundaries
    return fail(
        ErrorCode::kUsage,
        fmt::format("the phonemes hold no symbol that the model knows: {}", list_of(unknown)),
        "phonemes are those of misaki, such as həlˈO");
  if (!unknown.empty())
    reporter.warn(fmt::format("the model has no symbol for {}; left out", list_of(unknown)));

  AudioWriter writer =
      TRY(AudioWriter::create(out, format, kokoro::Model::kSampleRateHz, values.given("--force")));
  kokoro::Synthesizer synthesizer(*model, *engine,
                                  meaning_of(kComputes, values.get("--compute", "auto")));
  const Stopwatch speaking;
  double first_audio = 0, computing = 0;
  std::size_t samples = 0, chunks = 0;
  double started = 0;
  bool interrupted = false;
  if (reporter.cancelled()) return fail(ErrorCode::kInterrupted, "interrupted");
  kokoro::Chunker chunker(kokoro::ChunkSizes::of(model->network().max_tokens(), options.speed));
  chunker.add(phonemes, 0);
  chunker.end_passage();
  kokoro::PhonemeChunk chunk;
  while (!interrupted && chunker.take(chunk)) {
    if (model->vocabulary().encode(chunk.phonemes, unknown).size() == 2) continue;
    const auto speech = synthesizer.speak(chunk.phonemes, chunks, voice, options, reporter);
    interrupted = !speech && speech.error().code == ErrorCode::kInterrupted;
    if (interrupted) break;
    if (!speech) return Unexpected(speech.error());
    const double now = speaking.seconds();
    if (chunks == 0) first_audio = now;
    computing += now - started;
    samples += speech->audio.size();
    ++chunks;
    TRY(writer.write(speech->audio));
    started = speaking.seconds();
  }
  TRY(writer.finish());

  const double seconds = static_cast<double>(samples) / kokoro::Model::kSampleRateHz;
  Outcome outcome;
  if (values.given("--explain")) outcome.text = explanation(spoken);
  outcome.text += fmt::format("{}: {:.2f} s of speech in {:.2f} s ({:.2f} of real time)\n",
                              out.string(), seconds, computing, computing / seconds);
  outcome.json.set("seconds", seconds);
  outcome.json.set("rtf", computing / seconds);
  outcome.json.set("load_ms", load_seconds * 1000);
  outcome.json.set("first_audio_ms", first_audio * 1000);
  outcome.json.set("chunks", static_cast<std::int64_t>(chunks));
  add_explanation(spoken, outcome.json);
  outcome.json.set("out", out.string());
  if (interrupted)
    return fail(
        ErrorCode::kInterrupted,
        fmt::format("interrupted; {} holds the {:.1f} s spoken so far", out.string(), seconds));
  return outcome;
}

}  // namespace

Command speak_command() {
  return {
      .name = "speak",
      .summary = "make speech of text with a Kokoro model",
      .description =
          "Speaks a text and writes the sound to a file. The model may be any Kokoro that convert "
          "reads or writes, quantized or not; weights are used from the file as they are.\n\n"
          "Text is read as American English. Other languages, and what should sound otherwise, "
          "can be given in phonemes, those of misaki, Kokoro's own alphabet. Long texts are cut at "
          "the ends of sentences, else at clause marks. The same input gives the same samples on "
          "any number of threads.",
      .arguments = {{.name = kText,
                     .help = "What to say, in quotes; - is standard input",
                     .if_more = "quote the text: decibit speak 'Hello world.'"}},
      .flags = speak_flags(),
      .examples = {{"say hello", "decibit speak -m ./kokoro-82m 'Hello world!' --out hello.wav"},
                   {"how is it read?",
                    "decibit speak --explain 'On 3/4 at 5:30, Dr. Wu paid $2.50.'"},
                   {"in phonemes", "decibit speak -m ./kokoro-82m --phonemes 'həlˈO wˈɜɹld!'"}},
      .run = run};
}

}  // namespace decibit::cli
