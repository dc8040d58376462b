// SPDX-License-Identifier: Apache-2.0
// `decibit bench kernels`: which rows a call asks for, and what it says of them. Nothing here
// depends on how fast the machine is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "bench/division.h"
#include "bench/measure.h"
#include "child.h"
#include "io/json.h"

namespace decibit::testing {
namespace {
using ::testing::HasSubstr;

/// The smallest product there is.
constexpr const char* kTiny = "^matvec/4:64/exact/m1/n1280/";

TEST(Bench, OneRowAsJson) {
  const ChildResult run = run_child(
      {"bench", "kernels", "--filter", kTiny, "--threads", "2", "--isa", "reference", "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const auto json = Json::parse(run.out);
  ASSERT_TRUE(json) << run.out;
  EXPECT_EQ(*json->find("schema")->string(), "decibit.bench/1");
  const Json& machine = *json->find("machine");
  EXPECT_EQ(*machine.find("isa")->string(), "reference");
  EXPECT_EQ(*machine.find("threads")->integer(), 2);
  for (const char* limit :
       {"read_gbps", "fma_gmacs", "unpack_gweights", "int8_gmacs", "int16_gmacs"}) {
    ASSERT_NE(machine.find(limit)->real(), nullptr) << limit;
    EXPECT_GT(*machine.find(limit)->real(), 0) << limit;
  }
  ASSERT_EQ(json->find("rows")->array()->size(), 1u) << run.out;
  const Json& row = json->find("rows")->array()->front();
  EXPECT_EQ(*row.find("kernel")->string(), "matvec");
  EXPECT_EQ(*row.find("scheme")->string(), "4:64");
  EXPECT_EQ(*row.find("compute")->string(), "exact");
  for (const auto& [key, value] : {std::pair{"group", 64}, std::pair{"m", 1}, std::pair{"n", 1280},
                                   std::pair{"k", 1280}, std::pair{"threads", 2}})
    EXPECT_EQ(*row.find(key)->integer(), value) << key;
  for (const char* key : {"ms", "gmacs", "gbps", "share"})
    EXPECT_GT(*row.find(key)->real(), 0) << key;
}

TEST(Bench, OneRowAsTable) {
  const ChildResult run = run_child({"bench", "kernels", "--filter", kTiny});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("GMAC/s"));
  EXPECT_THAT(run.out, HasSubstr("matvec  4:64"));
}

TEST(Bench, RefusesWhatItCannotMeasure) {
  const ChildResult regex = run_child({"bench", "kernels", "--filter", "matvec("});
  EXPECT_EQ(regex.exit_code, 2);
  EXPECT_THAT(regex.err, HasSubstr("\"matvec(\" is no regular expression: missing closing"));
  const ChildResult nothing = run_child({"bench", "kernels", "--filter", "matmul"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("--filter \"matmul\" matches no row"));
  const ChildResult isa = run_child({"bench", "kernels", "--isa", "mmx"});
  EXPECT_EQ(isa.exit_code, 2);
  EXPECT_THAT(isa.err, HasSubstr("--isa cannot be \"mmx\""));
  const ChildResult model = run_child({"bench", "./kokoro-82m"});
  EXPECT_EQ(model.exit_code, 2);
  EXPECT_THAT(model.err, HasSubstr("one of kernels"));
  EXPECT_EQ(run_child({"bench"}).exit_code, 2);
}

TEST(Bench, StopsBetweenRowsAndShowsThem) {
  const ChildResult run =
      run_child({"bench", "kernels", "--filter", "^matvec/.*/m1/n1280/", "--isa", "reference"},
                {.on_terminal = true, .signal = SIGINT, .signal_after = "measuring"});
  EXPECT_EQ(run.exit_code, 130);
  EXPECT_THAT(run.out, HasSubstr("GMAC/s"));
  EXPECT_THAT(run.out, HasSubstr("interrupted after "));
}

TEST(BenchRows, HaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const bench::Row& row : bench::default_rows())
    EXPECT_TRUE(names.insert(name(row)).second) << name(row);
}

TEST(BenchDivision, CoversAllOnce) {
  for (const std::int64_t n : {1, 127, 128, 1280, 9216, 51865})
    for (const std::int64_t m : {1, 96, 1500})
      for (const unsigned threads : {1u, 2u, 5u, 64u})
        for (const std::int64_t step : {2, 16, 32}) {
          double area = 0;
          for (const bench::Block& block : bench::blocks_for({0, n}, m, step, 96, threads)) {
            EXPECT_EQ(block.n.begin % step, 0);
            EXPECT_EQ(block.t.begin % 96, 0);
            EXPECT_LE(block.n.end, n);
            EXPECT_LE(block.t.end, m);
            area +=
                static_cast<double>((block.n.end - block.n.begin) * (block.t.end - block.t.begin));
          }
          EXPECT_EQ(area, static_cast<double>(n * m)) << n << " " << m << " " << threads;
        }
}

TEST(BenchDivision, PartsAreEqual) {
  for (const std::int64_t n : {128, 1280, 9216, 51865})
    for (const double macs : {1e6, 1e9, 1e12})
      for (const unsigned threads : {1u, 2u, 100u}) {
        const std::int64_t parts = bench::parts_for(macs, n, threads);
        EXPECT_EQ(n % parts, 0);
        EXPECT_EQ(bench::part_of(n, parts - 1, parts).end, n);
      }
}

}  // namespace
}  // namespace decibit::testing
