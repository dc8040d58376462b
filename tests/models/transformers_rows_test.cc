// SPDX-License-Identifier: Apache-2.0
// kUnpermute against transformers' permutation, stated by itself in transformers_layout.h: what
// their script sorts into halves comes back as pairs, for the heads of every stack of the golden
// model.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "convert/row_source.h"
#include "transformers_layout.h"

namespace decibit {
namespace {

/// A tensor whose element i is the number i, with `rows` rows of `k` elements; a vector if k is 1.
struct Numbered {
  std::vector<float> values;
  Shape shape;

  Numbered(std::int64_t rows, std::int64_t k)
      : values(static_cast<std::size_t>(rows * k)), shape(k == 1 ? Shape{rows} : Shape{rows, k}) {
    std::iota(values.begin(), values.end(), 0.0f);
  }
};

std::vector<float> permuted(const Numbered& tensor, std::int64_t k, int heads) {
  std::vector<float> result;
  for (const std::int64_t row : testing::transformers_row_order(tensor.shape[0], heads)) {
    const auto first = tensor.values.begin() + row * k;
    result.insert(result.end(), first, first + k);
  }
  return result;
}

std::vector<float> unpermuted(const Numbered& tensor, std::int64_t k, int heads) {
  const std::vector<float> theirs = permuted(tensor, k, heads);
  const Tensor source{.name = "q_proj.weight",
                      .dtype = DType::kF32,
                      .shape = tensor.shape,
                      .source = memory_source("test", std::as_bytes(std::span(theirs))),
                      .offset = 0,
                      .strides = {}};
  const RowSourcePtr rows = unpermute_rows(outer_rows(source), heads);
  std::vector<float> result(theirs.size());
  // In two calls, so that a block may begin inside a head.
  const std::int64_t half = rows->rows() / 2 + 1;
  const auto bytes = std::as_writable_bytes(std::span(result));
  const auto split = static_cast<std::size_t>(half * rows->row_bytes());
  EXPECT_TRUE(rows->read(0, half, bytes.first(split)));
  EXPECT_TRUE(rows->read(half, rows->rows() - half, bytes.subspan(split)));
  return result;
}

TEST(TransformersRows, UnpermuteUndoesTheirPermutation) {
  struct Case {
    std::int64_t rows, k;
    int heads;
  };
  for (const Case& c :
       {Case{64, 64, 2}, Case{64, 1, 2}, Case{128, 64, 4}, Case{6, 3, 1}, Case{4, 1, 2}}) {
    const Numbered tensor(c.rows, c.k);
    EXPECT_EQ(unpermuted(tensor, c.k, c.heads), tensor.values)
        << c.rows << " rows of " << c.k << ", " << c.heads << " heads";
  }
}

// One head of six rows, written out: transformers keeps Mistral's rows 0 2 4 | 1 3 5.
TEST(TransformersRows, AnExampleByHand) {
  EXPECT_EQ(testing::transformers_row_order(6, 1), (std::vector<std::int64_t>{0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(testing::transformers_row_order(8, 2),
            (std::vector<std::int64_t>{0, 2, 1, 3, 4, 6, 5, 7}));
}

}  // namespace
}  // namespace decibit
