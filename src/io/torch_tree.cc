// SPDX-License-Identifier: Apache-2.0
#include "io/torch_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace decibit {
namespace {

using Kind = PickleValue::Kind;

// A few bytes of pickle can refer to one value a thousand times, or to itself.
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxLeaves = 1'000'000;
constexpr std::size_t kMaxNameBytes = 4096;

/// A dict's key as a part of a name; numbers become their digits.
std::optional<std::string> key_text(const PickleValue& key) {
  if (key.is(Kind::kInteger)) return std::to_string(key.integer);
  if (!key.is(Kind::kString)) return std::nullopt;
  constexpr std::string_view kModule = "module.";
  return key.text.starts_with(kModule) ? key.text.substr(kModule.size()) : key.text;
}

bool is_container(const PickleValue& value) {
  return value.is(Kind::kDict) || value.is(Kind::kList) || value.is(Kind::kTuple) ||
         value.is_call_of("collections.OrderedDict");
}

/// "optimizer", "lr_schedulers", ...: what training saves beside the weights.
bool is_training_state(std::string_view key) {
  constexpr std::array<std::string_view, 7> kStarts = {"optim", "sched", "lr_", "scaler",
                                                       "amp",   "loss",  "rng"};
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [&](std::string_view start) { return key.starts_with(start); });
}

/// Whether a tensor is in it; also true when that takes too long to find out.
bool holds_tensor(const PickleValue& value, std::size_t& budget, int depth = 0) {
  if (is_torch_tensor(value) || depth > kMaxDepth || budget == 0) return true;
  --budget;
  if (!is_container(value)) return false;
  const auto inside = [&](const PickleValue& v) { return holds_tensor(v, budget, depth + 1); };
  return std::any_of(value.items.begin(), value.items.end(),
                     [&](const PickleValue* item) { return inside(*item); }) ||
         std::any_of(value.members.begin(), value.members.end(),
                     [&](const auto& member) { return inside(*member.second); });
}

/// The weights inside of a wrapper, or the value itself when it is none.
const PickleValue& unwrap(const PickleValue& value) {
  constexpr std::array<std::string_view, 4> kWrappers = {"state_dict", "model_state_dict", "model",
                                                         "module"};
  const PickleValue* inner = nullptr;
  std::size_t budget = kMaxLeaves;
  for (const auto& [key, member] : value.members) {
    if (!holds_tensor(*member, budget) || is_training_state(key->text)) continue;
    const bool wraps = is_container(*member) &&
                       std::find(kWrappers.begin(), kWrappers.end(), key->text) != kWrappers.end();
    if (!wraps || inner != nullptr) return value;
    inner = member;
  }
  return inner == nullptr ? value : *inner;
}

class Collector {
 public:
  explicit Collector(const StorageFinder& storages) : storages_(storages) {}

  Status collect(const PickleValue& value, const std::string& name, int depth) {
    if (name.size() > kMaxNameBytes)
      return fail(ErrorCode::kBadInput,
                  fmt::format("a name of more than {} characters", kMaxNameBytes));
    if (++visited_ > kMaxLeaves || depth > kMaxDepth)
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: it nests deeper than {} levels or holds more than {} values",
                              name, kMaxDepth, kMaxLeaves));
    if (is_torch_tensor(value)) return add(value, name.empty() ? "tensor" : name);
    if (!is_container(value)) return {};
    if (value.is(Kind::kCall)) {
      if (value.items[1]->items.empty()) return collect_members(value, name, depth);
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: an OrderedDict made as Python 2 did", name));
    }
    for (std::size_t i = 0; i < value.items.size(); ++i)
      TRY(collect(*value.items[i], join(name, std::to_string(i)), depth + 1));
    return collect_members(value, name, depth);
  }

  std::map<std::string, Tensor> tensors;

 private:
  static std::string join(const std::string& prefix, const std::string& key) {
    return prefix.empty() ? key : prefix + "." + key;
  }

  Status collect_members(const PickleValue& value, const std::string& name, int depth) {
    for (const auto& [key, member] : value.members) {
      if (!is_container(*member) && !is_torch_tensor(*member)) continue;
      const auto text = key_text(*key);
      if (!text)
        return fail(ErrorCode::kBadInput,
                    fmt::format("{}: a key is neither text nor a number", name));
      TRY(collect(*member, join(name, *text), depth + 1));
    }
    return {};
  }

  Status add(const PickleValue& value, const std::string& name) {
    auto tensor = make_torch_tensor(value, storages_);
    if (!tensor)
      return Unexpected(with_context(std::move(tensor).error(), fmt::format("tensor {}", name)));
    tensor->name = name;
    if (!tensors.emplace(name, std::move(*tensor)).second)
      return fail(ErrorCode::kBadInput, fmt::format("two tensors are called {}", name));
    return {};
  }

  const StorageFinder& storages_;
  std::size_t visited_ = 0;
};

}  // namespace

Result<std::vector<Tensor>> collect_torch_tensors(const Pickle& pickle,
                                                  const StorageFinder& storages) {
  Collector collector(storages);
  TRY(collector.collect(unwrap(pickle.root()), "", 0));
  std::vector<Tensor> tensors;
  for (auto& [name, tensor] : collector.tensors) tensors.push_back(std::move(tensor));
  return tensors;
}

}  // namespace decibit
