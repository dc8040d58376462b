// SPDX-License-Identifier: Apache-2.0
#include "io/torch_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "io/pickle.h"
#include "io/torch_tensor.h"
#include "io/zip.h"

namespace decibit {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kMaxPickleBytes = std::uint64_t{64} << 20;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxLeaves = 1'000'000;

constexpr const char* kResave =
    "save the weights as safetensors, or load and save them again with torch.save of PyTorch 1.6 "
    "or "
    "later";

/// The members of an archive by name, and the folder that all of them are in.
class Archive : public StorageFinder {
 public:
  static Result<Archive> open(std::shared_ptr<const ByteSource> source) {
    Archive archive;
    archive.source_ = std::move(source);
    for (ZipMember& member : TRY(read_zip_directory(*archive.source_)))
      archive.members_.emplace(member.name, member);
    for (const auto& [name, member] : archive.members_) {
      if (name != "data.pkl" && !name.ends_with("/data.pkl")) continue;
      archive.folder_ = name.substr(0, name.size() - std::string_view("data.pkl").size());
      TRY(archive.check_kind());
      return archive;
    }
    return archive.bad("it is a zip archive without data.pkl, so not of torch.save", kResave);
  }

  Result<std::string> pickle() const {
    return read_zip_member(source_, *member("data.pkl"), kMaxPickleBytes);
  }

  Result<std::shared_ptr<const ByteSource>> find(std::string_view key) const override {
    const ZipMember* storage = member(fmt::format("data/{}", key));
    if (storage == nullptr)
      return fail(ErrorCode::kBadInput, fmt::format("its storage data/{} is missing", key),
                  "fetch the file again: it may be damaged or cut off");
    return open_zip_member(source_, *storage);
  }

 private:
  Status check_kind() const {
    for (const auto& [name, unused] : members_)
      if (name.starts_with(folder_ + "code/") || name == folder_ + "constants.pkl")
        return bad("it is a TorchScript program, not a file of weights", kResave);
    if (const ZipMember* order = member("byteorder"))
      if (const std::string text = TRY(read_zip_member(source_, *order, 16)); text != "little")
        return bad(fmt::format("its byte order is \"{}\"; only little is read", text), kResave);
    return {};
  }

  Unexpected bad(std::string_view what, std::string hint) const {
    return fail(ErrorCode::kBadInput, fmt::format("{}: {}", source_->name(), what),
                std::move(hint));
  }

  const ZipMember* member(const std::string& name) const {
    const auto found = members_.find(folder_ + name);
    return found == members_.end() ? nullptr : &found->second;
  }

  std::shared_ptr<const ByteSource> source_;
  std::map<std::string, ZipMember> members_;
  std::string folder_;  // "archive/"
};

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

Result<std::vector<Tensor>> read_torch_file(std::shared_ptr<const ByteSource> source) {
  if (!looks_like_zip(*source))
    return fail(
        ErrorCode::kBadInput,
        fmt::format("{}: it is no zip archive, so cut off, or written before PyTorch 1.6, or "
                    "not by torch.save",
                    source->name()),
        kResave);
  const Archive archive = TRY(Archive::open(source));
  const auto in_file = [&](Error error) {
    return Unexpected(with_context(std::move(error), source->name()));
  };
  const std::string bytes = TRY(archive.pickle());
  auto pickle = parse_pickle(bytes, is_torch_global);
  if (!pickle) return in_file(std::move(pickle).error());
  Collector collector(archive);
  auto status = collector.collect(unwrap(pickle->root()), "", 0);
  if (!status) return in_file(std::move(status).error());
  std::vector<Tensor> tensors;
  for (auto& [name, tensor] : collector.tensors) tensors.push_back(std::move(tensor));
  return tensors;
}

Result<std::vector<Tensor>> open_torch_file(const std::filesystem::path& path) {
  return read_torch_file(TRY(open_file(path)));
}

}  // namespace decibit
