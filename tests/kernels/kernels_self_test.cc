// SPDX-License-Identifier: Apache-2.0
// The self-test passes what is right and catches tables that are wrong in one function only.
#include <gtest/gtest.h>

#include "kernels/self_test.h"

namespace decibit {
namespace {

const KernelTable& reference() { return *find_table("reference"); }

TEST(KernelsSelfTest, EverySupportedTablePasses) {
  for (const KernelTable* table : supported_tables()) EXPECT_EQ(self_test(*table), "");
}

TEST(KernelsSelfTest, TheBestTableIsChosenWithoutWarnings) {
  std::vector<std::string> warnings;
  EXPECT_EQ(&choose_table(warnings), supported_tables().back());
  EXPECT_TRUE(warnings.empty());
}

TEST(KernelsSelfTest, CatchesOneWrongCode) {
  KernelTable wrong = reference();
  wrong.quantize_row = [](const RowJob& job) {
    const QuantError error = reference().quantize_row(job);
    if (job.scheme.mode() == Mode::kNvfp4) job.codes[5] ^= std::byte{1};
    return error;
  };
  EXPECT_NE(self_test(wrong).find("quantize nvfp4"), std::string::npos);
}

TEST(KernelsSelfTest, CatchesAWrongScaleRule) {
  KernelTable wrong = reference();
  wrong.quantize_row = [](const RowJob& job) {
    RowJob other = job;
    other.profile = Profile::kCpu;  // as if there were no other back end
    return reference().quantize_row(other);
  };
  EXPECT_NE(self_test(wrong), "");
}

TEST(KernelsSelfTest, CatchesATruncatingCast) {
  KernelTable wrong = reference();
  wrong.cast = [](DType from, const std::byte* in, DType to, std::byte* out, std::size_t n) {
    reference().cast(from, in, to, out, n);
    if (from == DType::kF32 && to == DType::kBF16)
      for (std::size_t i = 0; i < n; ++i)  // the upper half of the float
        for (std::size_t b = 0; b < 2; ++b) out[2 * i + b] = in[4 * i + 2 + b];
  };
  EXPECT_EQ(self_test(wrong), "cast F32 to BF16");
}

TEST(KernelsSelfTest, CatchesABlindSearch) {
  KernelTable wrong = reference();
  wrong.first_nonfinite = [](DType, const std::byte*, std::size_t n) { return n; };
  EXPECT_EQ(self_test(wrong), "finding infinity");
}

TEST(KernelsSelfTest, EveryFamilyOfEveryTablePasses) {
  for (const KernelTable* table : supported_tables()) {
    std::vector<std::string> warnings;
    const KernelTable checked = checked_kernels(*table, warnings);
    EXPECT_TRUE(warnings.empty()) << table->name << ": " << warnings.front();
    EXPECT_EQ(checked.matvec, table->matvec);
    EXPECT_EQ(checked.gemm, table->gemm);
    EXPECT_EQ(checked.int_gemm, table->int_gemm);
    EXPECT_EQ(checked.toom_cook, table->toom_cook);
    EXPECT_EQ(checked.attention, table->attention);
    EXPECT_EQ(checked.lstm, table->lstm);
    EXPECT_EQ(checked.pointwise, table->pointwise);
  }
}

TEST(KernelsSelfTest, CatchesWrongFamilies) {
  isa::Matvec matvec = *reference().matvec;
  matvec.multiply = [](const isa::MatvecJob& job, isa::Input input) {
    reference().matvec->multiply(job, input);
    if (job.w->bits == 3) job.y[job.n0] += 10;
  };
  EXPECT_NE(self_test(matvec).find("3:32"), std::string::npos);
  isa::Gemm gemm = *reference().gemm;
  gemm.multiply = [](const isa::GemmJob& job) {
    isa::GemmJob other = job;
    other.prologue.kind = isa::Prologue::Kind::kNone;
    reference().gemm->multiply(other);
  };
  EXPECT_NE(self_test(gemm).find("prologue"), std::string::npos);
  isa::IntGemm int_gemm = *reference().int_gemm;
  int_gemm.multiply = [](const isa::GemmJob& job, isa::Input input, const void* prepared) {
    reference().int_gemm->multiply(job, input, prepared);
    if (job.w->kind == isa::WeightKind::kNvfp4 && input == isa::Input::kI8) job.y[job.n0] += 1;
  };
  EXPECT_EQ(self_test(int_gemm), "nvfp4 times int8");
  isa::ToomCook toom_cook = *reference().toom_cook;
  toom_cook.multiply = [](const isa::GemmJob& job) {
    isa::GemmJob other = job;
    other.add = false;
    reference().toom_cook->multiply(other);
  };
  EXPECT_NE(self_test(toom_cook), "");
  isa::Attention attention = *reference().attention;
  attention.run = [](const isa::AttentionJob& job) {
    isa::AttentionJob other = job;
    other.window = 0;
    reference().attention->run(other);
  };
  EXPECT_NE(self_test(attention).find("window"), std::string::npos);
  isa::Lstm lstm = *reference().lstm;
  lstm.run = [](const isa::LstmJob& job) {
    isa::LstmJob other = job;
    other.reverse = false;
    reference().lstm->run(other);
  };
  EXPECT_NE(self_test(lstm), "");
  isa::Pointwise pointwise = *reference().pointwise;
  pointwise.scale = [](float, const float* x, std::size_t n, float* out) {
    reference().pointwise->scale(1, x, n, out);
  };
  EXPECT_NE(self_test(pointwise), "");
}

TEST(KernelsSelfTest, UnknownNamesFindNothing) {
  EXPECT_EQ(find_table("sse9"), nullptr);
  EXPECT_EQ(find_table("reference"), supported_tables().front());
}

}  // namespace
}  // namespace decibit
