// SPDX-License-Identifier: Apache-2.0
// The numbers a schema takes from a model's config. Configs come from strangers: every number has a
// range, so that none can make us write down millions of tensors. All faults are collected, and a
// schema asks once, before it builds anything:
//
//   ConfigReader config(json);
//   const auto width = config.width("d_model");
//   const auto layers = config.count("encoder_layers");
//   TRY(config.status());
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "io/json.h"

namespace decibit {

class ConfigReader {
 public:
  static constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20;
  static constexpr std::int64_t kMaxRows = std::int64_t{1} << 24;
  static constexpr std::int64_t kMaxCount = 512;
  static constexpr std::size_t kMaxItems = 64;

  /// `config` must outlive the reader. `where` names it in messages.
  explicit ConfigReader(const Json& config, std::string where = "config.json");

  // Required members. Until status() is asked, a faulty one reads as 1.
  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  /// Features of a layer, channels, kernel taps: 1 to 2^20.
  std::int64_t width(std::string_view key) { return integer(key, 1, kMaxWidth); }
  /// Rows of an embedding or position table: 1 to 2^24.
  std::int64_t rows(std::string_view key) { return integer(key, 1, kMaxRows); }
  /// Repeated modules (layers, experts, heads): 1 to `max`.
  std::int64_t count(std::string_view key, std::int64_t max = kMaxCount) {
    return integer(key, 1, max);
  }
  /// A list of 1 to 64 integers, each from `min` to `max`.
  std::vector<std::int64_t> list(std::string_view key, std::int64_t min, std::int64_t max);

  // Optional members: null means absent.
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t min,
                          std::int64_t max);
  std::int64_t width_or(std::string_view key, std::int64_t fallback) {
    return integer_or(key, fallback, 1, kMaxWidth);
  }
  std::int64_t rows_or(std::string_view key, std::int64_t fallback) {
    return integer_or(key, fallback, 1, kMaxRows);
  }
  std::int64_t count_or(std::string_view key, std::int64_t fallback, std::int64_t max = kMaxCount) {
    return integer_or(key, fallback, 1, max);
  }
  bool flag_or(std::string_view key, bool fallback);
  std::string text_or(std::string_view key, std::string_view fallback);

  /// A nested object; its faults are collected here too, under its own name ("plbert.hidden_size").
  ConfigReader object(std::string_view key);
  /// The same, but an absent object reads as an empty one.
  ConfigReader object_or_empty(std::string_view key);
  /// Whether the member is there and not null.
  bool has(std::string_view key) const;
  /// The member, or null when absent.
  const Json* find(std::string_view key) const;

  /// Notes a fault that the ranges cannot express ("hidden_size is no multiple of num_heads").
  void fault(std::string text);
  /// No fault so far: relations between members can be checked.
  bool ok() const { return faults_->missing.empty() && faults_->wrong.empty(); }
  /// kBadInput that lists every missing or wrong member.
  Status status() const;

 private:
  struct Faults {
    std::string file;
    std::vector<std::string> missing;
    std::vector<std::string> wrong;
  };
  ConfigReader(const Json& config, std::string prefix, std::shared_ptr<Faults> faults);
  std::string full_name(std::string_view key) const;
  std::int64_t checked(const Json& value, std::string_view key, std::int64_t min, std::int64_t max);
  ConfigReader nested(std::string_view key, bool required);

  const Json* config_;
  std::string prefix_;              // "plbert." inside a nested object
  std::shared_ptr<Faults> faults_;  // shared with the readers of nested objects
};

}  // namespace decibit
