// SPDX-License-Identifier: Apache-2.0
// Where speak and transcribe look for their models, and what decibit voices lists of Kokoro.
#include "cli/kokoro_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "cli/whisper_folder.h"
#include "command_line.h"
#include "io/json.h"

namespace decibit::testing {
namespace {
namespace fs = std::filesystem;
using cli::Values;
using ::testing::HasSubstr;
using ::testing::Not;

/// An empty home, and an environment that names no folder.
class KokoroFolder : public ::testing::Test {
 protected:
  KokoroFolder() {
    for (const char* name :
         {"DECIBIT_KOKORO_MODEL", "DECIBIT_WHISPER_MODEL", "XDG_DATA_HOME", "XDG_CACHE_HOME",
          "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HOME"}) {
      const char* value = std::getenv(name);
      if (value != nullptr) saved_[name] = value;
      ::unsetenv(name);
    }
    set("HOME", home_.path());
  }
  ~KokoroFolder() override {
    for (const char* name :
         {"DECIBIT_KOKORO_MODEL", "DECIBIT_WHISPER_MODEL", "XDG_DATA_HOME", "XDG_CACHE_HOME",
          "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HOME"})
      ::unsetenv(name);
    for (const auto& [name, value] : saved_) ::setenv(name.c_str(), value.c_str(), 1);
  }

  static void set(const char* name, const fs::path& value) { ::setenv(name, value.c_str(), 1); }

  static fs::path download(const fs::path& cache, const std::string& repository,
                           const std::string& revision, const std::string& commit) {
    const fs::path root = cache / ("models--" + repository);
    fs::path snapshot = root / "snapshots" / commit;
    fs::create_directories(snapshot);
    fs::create_directories((root / "refs" / revision).parent_path());
    std::ofstream(root / "refs" / revision) << commit;
    std::ofstream(snapshot / "config.json") << "{}";
    return snapshot;
  }

  static Result<fs::path> found(const std::string& model = "") {
    Values values;
    if (!model.empty()) values.add("--model", model);
    return cli::kokoro_folder(values);
  }

  ScratchFolder home_;
  const fs::path cache_ = home_ / ".cache/huggingface/hub";

 private:
  std::map<std::string, std::string> saved_;
};

TEST_F(KokoroFolder, IsTheFirstOfThreePlaces) {
  const auto none = found();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().message, HasSubstr("$DECIBIT_KOKORO_MODEL"));
  EXPECT_THAT(none.error().message, HasSubstr((home_ / ".local/share/decibit").string()));
  EXPECT_THAT(none.error().message, HasSubstr(cache_.string()));
  EXPECT_THAT(none.error().message, HasSubstr("hexgrad/Kokoro-82M, prince-canuma/Kokoro-82M"));
  EXPECT_THAT(none.error().hint, HasSubstr("scripts/demo.sh"));

  const fs::path copied = download(cache_, "mlx-community--Kokoro-82M-bf16", "main", "1");
  EXPECT_EQ(found().value(), copied);
  const fs::path original = download(cache_, "hexgrad--Kokoro-82M", "main", "2");
  fs::remove(original / "config.json");  // a download that broke off hides no other
  EXPECT_EQ(found().value(), copied);
  std::ofstream(original / "config.json") << "{}";
  EXPECT_EQ(found().value(), original);
  const fs::path installed = home_ / ".local/share/decibit/models/kokoro-82m";
  fs::create_directories(installed);
  EXPECT_EQ(found().value(), installed);
  set("XDG_DATA_HOME", home_ / "data");
  EXPECT_EQ(found().value(), original);
  set("DECIBIT_KOKORO_MODEL", "~/mine");
  EXPECT_EQ(found().error().code, ErrorCode::kNotFound);
  EXPECT_THAT(found().error().message, HasSubstr("$DECIBIT_KOKORO_MODEL: "));
  set("DECIBIT_KOKORO_MODEL", "org/absent");
  EXPECT_THAT(found().error().message, HasSubstr("$DECIBIT_KOKORO_MODEL: org/absent"));
  set("DECIBIT_KOKORO_MODEL", "~/mine");
  fs::create_directories(home_ / "mine");
  EXPECT_EQ(found().value(), home_ / "mine");
  EXPECT_EQ(found(installed.string()).value(), installed);  // --model goes first
}

TEST_F(KokoroFolder, FindsHubNamesInTheCache) {
  const fs::path main = download(cache_, "org--name", "main", "abc");
  const fs::path branch = download(cache_, "org--name", "refs/pr/1", "def");
  EXPECT_EQ(found("org/name").value(), main);
  EXPECT_EQ(found("org/name@refs/pr/1").value(), branch);
  EXPECT_EQ(found("org/name@def").value(), branch);
  for (const char* absent : {"org/name@nope", "org/name@../../x", "org/other"}) {
    const auto folder = found(absent);
    ASSERT_FALSE(folder) << absent;
    EXPECT_EQ(folder.error().code, ErrorCode::kNotFound) << absent;
    EXPECT_THAT(folder.error().hint, HasSubstr("hf download org/")) << absent;
  }
  EXPECT_EQ(found("org/other@v2").error().hint, "hf download org/other --revision v2");
  for (const char* variable : {"HUGGINGFACE_HUB_CACHE", "HF_HUB_CACHE"}) {  // the second wins
    set(variable, home_ / variable);
    EXPECT_FALSE(found("org/name"));
    const fs::path there = download(home_ / variable, "org--name", "main", "x");
    EXPECT_EQ(found("org/name").value(), there);
  }
}

TEST_F(KokoroFolder, OfWhisperHasThreePlacesToo) {
  const auto whisper = [](const std::string& model) {
    Values values;
    if (!model.empty()) values.add("--model", model);
    return cli::whisper_folder(values);
  };
  const auto none = whisper("");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().message, HasSubstr("$DECIBIT_WHISPER_MODEL"));
  EXPECT_THAT(none.error().message, HasSubstr((home_ / ".local/share/decibit").string()));
  EXPECT_THAT(none.error().message, HasSubstr("openai/whisper-base"));
  EXPECT_THAT(whisper("tiny.en").error().hint, HasSubstr("hf download openai/whisper-tiny.en"));
  EXPECT_EQ(whisper("enormous").error().code, ErrorCode::kNotFound);

  const fs::path base = download(cache_, "openai--whisper-base", "main", "1");
  const fs::path turbo = download(cache_, "openai--whisper-large-v3-turbo", "main", "2");
  EXPECT_EQ(whisper("").value(), base);
  EXPECT_EQ(whisper("base").value(), base);
  EXPECT_EQ(whisper("large-v3-turbo").value(), turbo);
  EXPECT_EQ(whisper("turbo").value(), turbo);
  EXPECT_THAT(whisper("large").error().message, HasSubstr("openai/whisper-large-v3 "));
  EXPECT_THAT(whisper("large-v1").error().message, HasSubstr("openai/whisper-large "));
  set("DECIBIT_WHISPER_MODEL", "large-v3-turbo");
  EXPECT_EQ(whisper("").value(), turbo);
  ::unsetenv("DECIBIT_WHISPER_MODEL");
  const fs::path installed = home_ / ".local/share/decibit/models/whisper-base";
  fs::create_directories(installed);
  EXPECT_EQ(whisper("").value(), installed);
}

TEST_F(KokoroFolder, FollowsTheHubsHome) {
  set("HF_HOME", home_ / "hf");
  const fs::path there = download(home_ / "hf" / "hub", "org--name", "main", "x");
  EXPECT_EQ(found("org/name").value(), there);
  ::unsetenv("HF_HOME");
  set("XDG_CACHE_HOME", home_ / "cache");
  EXPECT_FALSE(found("org/name"));
}

TEST_F(KokoroFolder, VoicesAreListedWithoutAModel) {
  const CommandRun run = run_command({"voices"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("am_michael  American English  male     510  in the program"));
  EXPECT_THAT(run.err, HasSubstr("note  there is no Kokoro model"));
  const CommandRun british = run_command({"voices", "--language", "EN_GB"});
  EXPECT_THAT(british.out, HasSubstr("bf_emma"));
  EXPECT_THAT(british.out, Not(HasSubstr("af_heart")));
  EXPECT_EQ(run_command({"voices", "--language", "klingon"}).exit_code, 2);
  EXPECT_EQ(run_command({"voices", "-m", home_.path().string()}).exit_code, 4);
  EXPECT_EQ(run_command({"voices", "-m", "org/none"}).exit_code, 3);
}

TEST_F(KokoroFolder, VoicesOfAModelAreItsFilesAndThoseCarried) {
  fs::create_directories(home_ / "voices");
  std::ofstream(home_ / "config.json") << R"({"style_dim": 2})";
  const std::string row(4 * sizeof(float), '\0');
  std::ofstream(home_ / "voices/jf_new.bin") << row << row;
  std::ofstream(home_ / "voices/broken.bin") << "odd";
  const CommandRun run = run_command({"voices", "-m", home_.path().string(), "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("broken.bin: 3 bytes are no rows"));
  const Json json = Json::parse(run.out).value();
  const Json::Array& voices = *json.find("voices")->array();
  ASSERT_EQ(voices.size(), 2u);  // the carried ones are 256 wide
  EXPECT_TRUE(voices[0].find("rows")->is_null());
  EXPECT_TRUE(voices[0].find("language")->is_null());
  EXPECT_EQ(*voices[1].find("name")->string(), "jf_new");
  EXPECT_EQ(*voices[1].find("language")->string(), "ja");
  EXPECT_EQ(*voices[1].find("gender")->string(), "female");
  EXPECT_EQ(*voices[1].find("rows")->integer(), 2);
  std::ofstream(home_ / "config.json") << R"({"style_dim": 128})";
  EXPECT_THAT(run_command({"voices", "-m", home_.path().string()}).out, HasSubstr("af_heart"));
}

}  // namespace
}  // namespace decibit::testing
