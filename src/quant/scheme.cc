// SPDX-License-Identifier: Apache-2.0
// The table of weight formats. Checks, defaults and messages all read it, so that a message cannot
// list a combination that does not exist.
#include "quant/scheme.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "core/check.h"

namespace decibit {
namespace {

struct ModeRow {
  Mode mode;
  std::string_view name;
  std::span<const int> bits;         // any of these ...
  std::span<const int> group_sizes;  // ... goes with any of these
  int default_bits;
  int default_group_size;
};

constexpr std::array kAffineBits = {1, 2, 3, 4, 5, 6, 8};
constexpr std::array kAffineGroups = {32, 64, 128};
constexpr std::array kFour = {4};
constexpr std::array kEight = {8};
constexpr std::array kSixteen = {16};
constexpr std::array kThirtyTwo = {32};

constexpr std::array kModes = {
    ModeRow{Mode::kAffine, "affine", kAffineBits, kAffineGroups, 4, 64},
    ModeRow{Mode::kMxfp4, "mxfp4", kFour, kThirtyTwo, 4, 32},
    ModeRow{Mode::kMxfp8, "mxfp8", kEight, kThirtyTwo, 8, 32},
    ModeRow{Mode::kNvfp4, "nvfp4", kFour, kSixteen, 4, 16},
};

constexpr std::array kProfileNames = {std::string_view("cpu"), std::string_view("metal"),
                                      std::string_view("cuda")};

const ModeRow& row(Mode mode) {
  const ModeRow& r = kModes[static_cast<std::size_t>(mode)];
  DECIBIT_CHECK(r.mode == mode);
  return r;
}

bool contains(std::span<const int> values, int value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

Unexpected no_such(const ModeRow& mode, std::string_view what, int value,
                   std::span<const int> valid) {
  return fail(ErrorCode::kUsage, fmt::format("mode {} has no {} {}; it has {}", mode.name, what,
                                             value, fmt::join(valid, ", ")));
}

}  // namespace

std::string_view name(Mode mode) { return row(mode).name; }

std::optional<Mode> mode_from_name(std::string_view name) {
  for (const ModeRow& r : kModes)
    if (r.name == name) return r.mode;
  return std::nullopt;
}

Result<Scheme> Scheme::make(Mode mode, std::optional<int> bits, std::optional<int> group_size) {
  const ModeRow& r = row(mode);
  const int b = bits.value_or(r.default_bits);
  const int g = group_size.value_or(r.default_group_size);
  if (!contains(r.group_sizes, g)) return no_such(r, "group size", g, r.group_sizes);
  if (!contains(r.bits, b)) return no_such(r, "bits", b, r.bits);
  return Scheme(mode, b, g);
}

std::string to_string(const Scheme& scheme) {
  if (scheme.mode() != Mode::kAffine) return std::string(name(scheme.mode()));
  return fmt::format("{}:{}", scheme.bits(), scheme.group_size());
}

const std::vector<Scheme>& all_schemes() {
  static const std::vector<Scheme> schemes = [] {
    std::vector<Scheme> all;
    for (const ModeRow& r : kModes)
      for (const int bits : r.bits)
        for (const int group_size : r.group_sizes)
          all.push_back(Scheme::make(r.mode, bits, group_size).value());
    return all;
  }();
  return schemes;
}

std::string_view name(Profile profile) { return kProfileNames[static_cast<std::size_t>(profile)]; }

std::optional<Profile> profile_from_name(std::string_view text) {
  for (const Profile p : {Profile::kCpu, Profile::kMetal, Profile::kCuda})
    if (name(p) == text) return p;
  return std::nullopt;
}

}  // namespace decibit
