// SPDX-License-Identifier: Apache-2.0
// PyTorch files made by data/make_torch_fixtures.py: every layout that weights come in, and files
// that would run code, lie about their storages or never end.
#include "io/torch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/pickle.h"
#include "numbers.h"

namespace decibit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<Tensor> open(const std::string& name) {
  auto tensors = open_torch_file(test_data("torch/" + name));
  EXPECT_TRUE(tensors) << (tensors ? "" : to_string(tensors.error()));
  return tensors ? *tensors : std::vector<Tensor>();
}

Error refused(const std::string& name) {
  const auto tensors = open_torch_file(test_data("torch/" + name));
  EXPECT_FALSE(tensors) << name << " was accepted";
  if (tensors) return Error{};
  EXPECT_EQ(tensors.error().code, ErrorCode::kBadInput);
  return tensors.error();
}

TEST(TorchFile, KokoroNestsItsModulesAndPrefixesThem) {
  const auto tensors = open("kokoro_like.pth");
  EXPECT_THAT(names_of(tensors),
              ElementsAre("bert.embeddings.weight", "bert.pooler.bias",
                          "decoder.encode.conv1.weight_g", "decoder.encode.conv1.weight_v"));
  for (const Tensor& tensor : tensors) EXPECT_EQ(numbers(tensor), counting(tensor.elements()));
  EXPECT_EQ(tensors[3].shape, (Shape{2, 3, 5}));
}

TEST(TorchFile, WrappersAreLookedInto) {
  EXPECT_THAT(names_of(open("whisper_like.pt")), ElementsAre("encoder.conv1.weight"));
  EXPECT_THAT(names_of(open("training.pth")), ElementsAre("fc.weight"));
}

TEST(TorchFile, ABareTensorHasAName) {
  const auto tensors = open("voice.pt");
  ASSERT_THAT(names_of(tensors), ElementsAre("tensor"));
  EXPECT_EQ(tensors[0].shape, (Shape{4, 1, 8}));
  EXPECT_EQ(numbers(tensors[0]), counting(32));
}

TEST(TorchFile, ListsAndNumbersBecomeNames) {
  EXPECT_THAT(names_of(open("numbered.pth")), ElementsAre("0", "1.a", "2.7"));
}

TEST(TorchFile, StridedViewsShareOneStorage) {
  const auto tensors = open("views.pth");
  const auto values = [&](std::string_view name) { return numbers(tensor_named(tensors, name)); };
  EXPECT_EQ(values("whole"), counting(24));
  std::vector<double> transposed, permuted;
  for (int j = 0; j < 6; ++j)
    for (int i = 0; i < 4; ++i) transposed.push_back(6 * i + j);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 4; ++b)
      for (int c = 0; c < 2; ++c) permuted.push_back(2 * a + 6 * b + c);
  EXPECT_EQ(values("transposed"), transposed);
  EXPECT_EQ(values("permuted"), permuted);
  EXPECT_THAT(values("column"), ElementsAre(2, 8, 14, 20));
  EXPECT_THAT(values("corner"), ElementsAre(8, 9, 10, 14, 15, 16));
  EXPECT_THAT(values("repeated"), ElementsAre(4, 5, 4, 5, 4, 5));
  EXPECT_THAT(values("scalar"), ElementsAre(5));
  EXPECT_THAT(values("empty"), ElementsAre());
  EXPECT_THAT(values("one"), ElementsAre(6, 7, 8, 9, 10, 11));
  EXPECT_TRUE(tensor_named(tensors, "one").strides.empty()) << "it is contiguous";
}

TEST(TorchFile, AnyPartOfAStridedViewCanBeRead) {
  const auto tensors = open("views.pth");
  const Tensor& permuted = tensor_named(tensors, "permuted");
  const auto all = permuted.read_all().value();
  for (std::size_t first = 0; first < 24; ++first)
    for (std::size_t count = 0; first + count <= 24; ++count) {
      std::vector<std::byte> part(4 * count);
      ASSERT_TRUE(permuted.read(static_cast<std::int64_t>(first), part));
      EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + static_cast<long>(4 * first)))
          << "elements " << first << " to " << first + count;
    }
}

TEST(TorchFile, ElementTypes) {
  const auto tensors = open("types.pth");
  const std::vector<std::pair<std::string, DType>> types = {
      {"FloatStorage", DType::kF32},     {"HalfStorage", DType::kF16},
      {"BFloat16Storage", DType::kBF16}, {"DoubleStorage", DType::kF64},
      {"LongStorage", DType::kI64},      {"ByteStorage", DType::kU8}};
  EXPECT_EQ(tensors.size(), types.size());
  for (const auto& [name, dtype] : types) {
    EXPECT_EQ(tensor_named(tensors, name).dtype, dtype) << name;
    EXPECT_THAT(numbers(tensor_named(tensors, name)), ElementsAre(0, 1, 2)) << name;
  }
}

TEST(TorchFile, LaterProtocols) {
  for (const char* name : {"protocol3.pth", "protocol4.pth", "protocol5.pth"})
    EXPECT_THAT(names_of(open(name)), ElementsAre("layer.weight")) << name;
}

TEST(TorchFile, NothingIsExecuted) {
  const Error system = refused("bad_system.pth");
  EXPECT_THAT(system.message, HasSubstr("asks for posix.system"));
  EXPECT_THAT(system.message, HasSubstr("byte "));
  EXPECT_THAT(system.why, HasSubstr("nothing was executed"));
  EXPECT_THAT(refused("bad_eval.pth").message, HasSubstr("builtins.eval"));
}

TEST(TorchFile, BombsEnd) {
  EXPECT_THAT(refused("bad_deep.pth").message, HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(refused("bad_memo_bomb.pth").message, HasSubstr("more than 1000000 values"));
  EXPECT_THAT(refused("bad_cycle.pth").message, HasSubstr("deeper than 64 levels"));
}

TEST(TorchFile, ViewsStayInTheirStorages) {
  for (const char* name : {"bad_bounds.pth", "bad_offset.pth", "bad_overflow.pth"})
    EXPECT_THAT(refused(name).message, HasSubstr("tensor w: F32")) << name;
  EXPECT_THAT(refused("bad_bounds.pth").message, HasSubstr("leaves its storage of 32 bytes"));
  EXPECT_THAT(refused("bad_size.pth").message, HasSubstr("no size"));
  EXPECT_THAT(refused("bad_repeats.pth").message, HasSubstr("repeats elements"));
  EXPECT_THAT(refused("bad_negative.pth").message, HasSubstr("no dimension"));
  EXPECT_THAT(refused("bad_missing.pth").message, HasSubstr("data/7 is missing"));
}

TEST(TorchFile, OtherFilesOfPyTorchAreNamed) {
  EXPECT_THAT(refused("bad_big_endian.pth").message, HasSubstr("byte order is \"big\""));
  EXPECT_THAT(refused("bad_script.pt").message, HasSubstr("TorchScript"));
  EXPECT_THAT(refused("bad_legacy.pth").message, HasSubstr("before PyTorch 1.6"));
  EXPECT_THAT(refused("bad_protocol0.pth").message, HasSubstr("is not one that PyTorch writes"));
  EXPECT_THAT(refused("bad_truncated.pth").message, HasSubstr("2147483647 bytes were expected"));
  EXPECT_THAT(refused("bad_stack.pth").message, HasSubstr("stack is empty"));
}

TEST(TorchFile, EveryPrefixIsAnError) {
  const std::string bytes = read_text(test_data("torch/kokoro_like.pth")).value();
  ASSERT_TRUE(read_torch_file(bytes_source(bytes)));
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(read_torch_file(bytes_source(bytes.substr(0, n)))) << n << " bytes";
}

TEST(Pickle, EveryPrefixIsAnError) {
  const std::string bytes(
      "\x80\x04}(\x8c\x01"
      "aK\x01\x8c\x01"
      "b](G\x40\x00\0\0\0\0\0\0Neu.",
      27);
  const auto allow_none = [](std::string_view) { return false; };
  const auto pickle = parse_pickle(bytes, allow_none);
  ASSERT_TRUE(pickle) << pickle.error().message;
  ASSERT_EQ(pickle->root().members.size(), 2u);
  EXPECT_EQ(pickle->root().members[0].second->integer, 1);
  EXPECT_EQ(pickle->root().members[1].second->items[0]->real, 2.0);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(parse_pickle(std::string_view(bytes).substr(0, n), allow_none)) << n << " bytes";
}

// One byte of a pickle may cost many bytes of memory, whatever it does with them.
TEST(Pickle, EveryPlaceOfAValueCounts) {
  const auto repeated = [](std::string start, std::string_view part) {
    for (int i = 0; i <= 2'000'000; ++i) start += part;
    return start + ".";
  };
  for (const std::string& bytes :
       {repeated("\x80\x04N", "\x94"),                                             // MEMOIZE
        repeated(std::string("\x80\x04]q\0", 5), std::string_view("h\0a", 3))}) {  // APPEND
    const auto pickle = parse_pickle(bytes, [](std::string_view) { return false; });
    ASSERT_FALSE(pickle) << bytes.substr(2, 8);
    EXPECT_THAT(pickle.error().message, HasSubstr("more than 2000000 values"));
  }
}

}  // namespace
}  // namespace decibit
