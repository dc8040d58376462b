// SPDX-License-Identifier: Apache-2.0
// Reads config members within their ranges and words what is wrong with them.
#include "models/config_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace decibit {
namespace {

const Json& empty_object() {
  static const Json object{Json::Object{}};
  return object;
}

std::string excerpt(const Json& value) {
  constexpr std::size_t kLongest = 40;
  std::string text = value.dump(-1);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

}  // namespace

ConfigReader::ConfigReader(const Json& config, std::string where)
    : config_(&config), faults_(std::make_shared<Faults>()) {
  faults_->file = std::move(where);
  if (!config.is_object()) {
    fault("it holds no JSON object");
    config_ = &empty_object();
  }
}

ConfigReader::ConfigReader(const Json& config, std::string prefix, std::shared_ptr<Faults> faults)
    : config_(&config), prefix_(std::move(prefix)), faults_(std::move(faults)) {}

std::string ConfigReader::full_name(std::string_view key) const {
  return prefix_ + std::string(key);
}

const Json* ConfigReader::find(std::string_view key) const {
  const Json* value = config_->find(key);
  return value != nullptr && !value->is_null() ? value : nullptr;
}

bool ConfigReader::has(std::string_view key) const { return find(key) != nullptr; }

void ConfigReader::fault(std::string text) { faults_->wrong.push_back(std::move(text)); }

std::int64_t ConfigReader::checked(const Json& value, std::string_view key, std::int64_t min,
                                   std::int64_t max) {
  const std::int64_t* number = value.integer();
  if (number != nullptr && *number >= min && *number <= max) return *number;
  fault(fmt::format("{} is {}, expected an integer from {} to {}", full_name(key), excerpt(value),
                    min, max));
  return 1;
}

std::int64_t ConfigReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  if (const Json* value = find(key)) return checked(*value, key, min, max);
  faults_->missing.push_back(full_name(key));
  return 1;
}

std::int64_t ConfigReader::integer_or(std::string_view key, std::int64_t fallback, std::int64_t min,
                                      std::int64_t max) {
  const Json* value = find(key);
  return value != nullptr ? checked(*value, key, min, max) : fallback;
}

std::vector<std::int64_t> ConfigReader::list(std::string_view key, std::int64_t min,
                                             std::int64_t max) {
  const Json* value = find(key);
  if (value == nullptr) {
    faults_->missing.push_back(full_name(key));
    return {1};
  }
  const Json::Array* items = value->array();
  if (items == nullptr || items->empty() || items->size() > kMaxItems) {
    fault(fmt::format("{} is {}, expected a list of 1 to {} integers", full_name(key),
                      excerpt(*value), kMaxItems));
    return {1};
  }
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < items->size(); ++i) {
    numbers.push_back(checked((*items)[i], fmt::format("{}[{}]", key, i), min, max));
  }
  return numbers;
}

bool ConfigReader::flag_or(std::string_view key, bool fallback) {
  const Json* value = find(key);
  if (value == nullptr) return fallback;
  if (const bool* flag = value->boolean()) return *flag;
  fault(fmt::format("{} is {}, expected true or false", full_name(key), excerpt(*value)));
  return fallback;
}

std::string ConfigReader::text_or(std::string_view key, std::string_view fallback) {
  const Json* value = find(key);
  if (value == nullptr) return std::string(fallback);
  if (const std::string* text = value->string()) return *text;
  fault(fmt::format("{} is {}, expected a string", full_name(key), excerpt(*value)));
  return std::string(fallback);
}

ConfigReader ConfigReader::nested(std::string_view key, bool required) {
  const Json* value = find(key);
  if (value == nullptr && required) {
    // Once is enough: the members of an absent object go to a list that nobody reads.
    faults_->missing.push_back(full_name(key));
    return {empty_object(), full_name(key) + ".", std::make_shared<Faults>()};
  }
  if (value != nullptr && !value->is_object()) {
    fault(fmt::format("{} is {}, expected an object", full_name(key), excerpt(*value)));
    return {empty_object(), full_name(key) + ".", std::make_shared<Faults>()};
  }
  return {value != nullptr ? *value : empty_object(), full_name(key) + ".", faults_};
}

ConfigReader ConfigReader::object(std::string_view key) { return nested(key, true); }
ConfigReader ConfigReader::object_or_empty(std::string_view key) { return nested(key, false); }

Status ConfigReader::status() const {
  if (ok()) return {};
  std::string message = faults_->file + ": ";
  if (!faults_->missing.empty()) {
    message += fmt::format("lacks {}", fmt::join(faults_->missing, ", "));
    if (!faults_->wrong.empty()) message += "; ";
  }
  message += fmt::format("{}", fmt::join(faults_->wrong, "; "));
  return fail(ErrorCode::kBadInput, std::move(message));
}

}  // namespace decibit
