// SPDX-License-Identifier: Apache-2.0
// The files beside the weights: what a model needs at run time arrives by content, the source's own
// weights and hidden files do not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command_line.h"
#include "folder_digest.h"
#include "host_tensors.h"
#include "io/torch_file.h"

namespace decibit {
namespace {
namespace fs = std::filesystem;
using testing::CommandRun;
using testing::copy_golden_source;
using testing::expect_same_folder;
using testing::file_bytes;
using testing::folder_content;
using testing::golden_source;
using ::testing::HasSubstr;
using testing::read_tensors;
using testing::run_convert;
using testing::ScratchFolder;
using testing::write_tensors;
using testing::write_text_file;

const fs::path kTorchData = fs::path(DECIBIT_SOURCE_DIR) / "tests/data/torch";

TEST(SupportFiles, WhatIsNeededIsCopiedAndNothingElse) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  const std::vector<std::string> wanted = {"preprocessor_config.json",
                                           "vocab.txt",
                                           "merges.txt",
                                           "chat_template.jinja",
                                           "LICENSE",
                                           "LICENSE.md",
                                           "NOTICE",
                                           "assets/en.tiktoken",
                                           "model_code.py",
                                           "tones/a.wav",
                                           "tokenizer.model"};
  const std::vector<std::string> unwanted = {
      ".gitattributes",   ".cache/huggingface/x.json", "sub/.hidden.json", "README.png",
      "optimizer.bin",    "other.safetensors",         "weights.npz",      "pytorch_model.bin",
      "samples/demo.mp4", "consolidated.txt.gz"};
  for (const auto& names : {wanted, unwanted})
    for (const std::string& name : names) write_text_file(source / name, "content of " + name);
  for (const char* name : {"other.safetensors"})
    write_tensors(source / name, read_tensors(golden_source("whisper")));

  const CommandRun run = run_convert(source, scratch / "out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto content = folder_content(scratch / "out");
  for (const std::string& name : wanted) {
    ASSERT_TRUE(content.contains(name)) << name;
    EXPECT_EQ(content.at(name), "content of " + name);
  }
  for (const std::string& name : unwanted) EXPECT_FALSE(content.contains(name)) << name;
}

/// A folder as huggingface_hub keeps it: a snapshot of links into blobs.
fs::path hub_snapshot(const fs::path& source, const fs::path& cache) {
  const fs::path snapshot = cache / "snapshots/0123456789abcdef0123456789abcdef01234567";
  fs::create_directories(cache / "blobs");
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(source)) {
    if (!entry.is_regular_file()) continue;
    const fs::path relative = entry.path().lexically_relative(source);
    const fs::path blob = cache / "blobs" / std::to_string(++count);
    fs::copy_file(entry.path(), blob);
    const fs::path link = snapshot / relative;
    fs::create_directories(link.parent_path());
    fs::create_symlink(blob.lexically_relative(link.parent_path()), link);
  }
  return snapshot;
}

TEST(SupportFiles, ASnapshotOfLinksGivesFiles) {
  const ScratchFolder scratch;
  const fs::path snapshot = hub_snapshot(golden_source("q3tts"), scratch / "models--a--b");
  const CommandRun run = run_convert(snapshot, scratch / "out", {"-q"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  ASSERT_EQ(run_convert(golden_source("q3tts"), scratch / "plain", {"-q"}).exit_code, 0);
  expect_same_folder(scratch / "out", scratch / "plain");
  for (const auto& entry : fs::recursive_directory_iterator(scratch / "out"))
    EXPECT_FALSE(entry.is_symlink()) << entry.path();
}

TEST(SupportFiles, ALinkThatLeadsNowhereIsTold) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  fs::create_directory_symlink(".", source / "again");  // a circle is no file to copy
  EXPECT_EQ(run_convert(source, scratch / "out").exit_code, 0);
  EXPECT_FALSE(fs::exists(scratch / "out" / "again"));
  fs::create_symlink("../../blobs/gone", source / "vocab.json");  // a Hub cache without its blob
  const CommandRun run = run_convert(source, scratch / "lost");
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("vocab.json is a link to a file that is not there"));
  EXPECT_FALSE(fs::exists(scratch / "lost"));
}

TEST(SupportFiles, AMissingSpeechTokenizerIsTold) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("q3tts", scratch / "source");
  fs::remove_all(source / "speech_tokenizer");
  EXPECT_THAT(run_convert(source, scratch / "out").out,
              HasSubstr("speech_tokenizer/model.safetensors is missing"));
  EXPECT_EQ(run_convert(source, scratch / "strict", {"--strict"}).exit_code, 8);
}

// hexgrad/Kokoro-82M keeps one PyTorch tensor in each voices/NAME.pt.
TEST(SupportFiles, TorchVoicesBecomeSafetensors) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  fs::create_directories(source / "voices");
  fs::copy(kTorchData / "voice.pt", source / "voices/af_heart.pt");
  const CommandRun run = run_convert(source, scratch / "out");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_FALSE(fs::exists(scratch / "out/voices/af_heart.pt"));
  const auto voice = read_tensors(scratch / "out/voices/af_heart.safetensors");
  ASSERT_EQ(voice.size(), 1U);
  ASSERT_TRUE(voice.contains("voice"));
  const auto original = open_torch_file(kTorchData / "voice.pt");
  ASSERT_TRUE(original);
  EXPECT_EQ(voice.at("voice").shape, original->front().shape);
  EXPECT_EQ(voice.at("voice").bytes, *original->front().read_all());
  // What was made of it is a source like any other.
  ASSERT_EQ(run_convert(scratch / "out", scratch / "again").exit_code, 0);
  expect_same_folder(scratch / "again/voices", scratch / "out/voices");
}

TEST(SupportFiles, AVoiceThatIsThereInBothFormsIsCopied) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  fs::create_directories(source / "voices");
  fs::copy(kTorchData / "voice.pt", source / "voices/am_adam.pt");
  write_tensors(source / "voices/am_adam.safetensors",
                {{"voice", testing::host_tensor(DType::kF32, {1}, {42.F})}});
  ASSERT_EQ(run_convert(source, scratch / "out").exit_code, 0);
  EXPECT_EQ(file_bytes(scratch / "out/voices/am_adam.safetensors"),
            file_bytes(source / "voices/am_adam.safetensors"));
}

TEST(SupportFiles, AVoiceThatIsNoTensorStopsTheConversion) {
  for (const char* file : {"bad_system.pth", "kokoro_like.pth", "bad_truncated.pth"}) {
    SCOPED_TRACE(file);
    const ScratchFolder scratch;
    const fs::path source = copy_golden_source("whisper", scratch / "source");
    fs::create_directories(source / "voices");
    fs::copy(kTorchData / file, source / "voices/evil.pt");
    const CommandRun run = run_convert(source, scratch / "out");
    EXPECT_EQ(run.exit_code, 4);
    EXPECT_THAT(run.err, HasSubstr("evil.pt"));
    EXPECT_FALSE(fs::exists(scratch / "out"));
    EXPECT_FALSE(fs::exists(scratch / "out.partial"));
  }
}

TEST(SupportFiles, AConfigWithAByteOrderMarkAndNaNIsRead) {
  const ScratchFolder scratch;
  const fs::path source = copy_golden_source("whisper", scratch / "source");
  std::string text = file_bytes(source / "config.json");
  text.insert(text.find('{') + 1, R"("weird": NaN, "far": -Infinity,)");
  write_text_file(source / "config.json", "\xEF\xBB\xBF" + text);
  const CommandRun run = run_convert(source, scratch / "out");
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

}  // namespace
}  // namespace decibit
