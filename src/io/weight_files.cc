// SPDX-License-Identifier: Apache-2.0
#include "io/weight_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "io/byte_source.h"
#include "io/safetensors.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr std::string_view kSafetensorsIndex = ".safetensors.index.json";
constexpr std::string_view kTorchIndex = "pytorch_model.bin.index.json";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// Files beside the weights of training runs.
bool is_training_leftover(std::string_view name) {
  constexpr std::array<std::string_view, 4> kStarts = {"optimizer", "scheduler", "rng_state",
                                                       "training_args"};
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

/// Parts of a model that are read by other code: they are no weights to convert.
bool is_companion(std::string_view name) {
  return (name.ends_with(".safetensors") && contains(name, "tokenizer")) ||
         (name.ends_with(".npz") && contains(name, "voice"));
}

constexpr std::array<std::string_view, 5> kRead = {".safetensors", ".npz", ".pth", ".pt", ".bin"};

struct UnreadFormat {
  std::string_view ending, name, hint;
};
constexpr std::array kUnread = {
    UnreadFormat{".gguf", "GGUF", "use the safetensors repository that it was made from"},
    UnreadFormat{".nemo", "a NeMo archive", "use a safetensors export of the same model"},
    UnreadFormat{".onnx", "an ONNX graph", "use the original weights as safetensors or .pth"},
    UnreadFormat{".ckpt", "a training checkpoint", "save the weights alone as safetensors"},
    UnreadFormat{".h5", "a Keras file", "use the safetensors weights of the same model"},
    UnreadFormat{".msgpack", "a Flax file", "use the safetensors weights of the same model"}};

bool is_weight_file(std::string_view name) {
  const auto ends = [&](std::string_view ending) { return name.ends_with(ending); };
  return !is_companion(name) &&
         (std::any_of(kRead.begin(), kRead.end(), ends) ||
          std::any_of(kUnread.begin(), kUnread.end(),
                      [&](const UnreadFormat& format) { return ends(format.ending); }));
}

/// Regular files at the root, links followed, sorted; with the links that lead nowhere, so that
/// whoever opens one learns of it.
Result<Names> list_files(const fs::path& folder) {
  std::error_code error;
  Names names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_regular_file(ignored) || is_dangling_link(it->path()))
      names.push_back(it->path().filename().string());
  }
  if (error) return Unexpected(system_error(error.value(), "cannot list", folder.string()));
  std::sort(names.begin(), names.end());
  return names;
}

template <class Predicate>
Names select(const Names& names, Predicate predicate) {
  Names selected;
  std::copy_if(names.begin(), names.end(), std::back_inserter(selected), predicate);
  return selected;
}

Names matching(const Names& names, std::string_view start, std::string_view ending) {
  return select(names, [&](const std::string& name) {
    return name.starts_with(start) && name.ends_with(ending) && !is_companion(name) &&
           !is_training_leftover(name);
  });
}

/// One possible set of weight files.
struct Candidate {
  std::string family;
  std::string index;
  Names files;
  std::string title;      // in messages
  bool one_file = false;  // several such files are alternatives, not parts
};

/// All that the folder offers, best first.
std::vector<Candidate> candidates_of(const Names& names) {
  std::vector<Candidate> all;
  const auto offer = [&](std::string family, std::string title, Names files, bool one = false) {
    if (!files.empty())
      all.push_back({std::move(family), {}, std::move(files), std::move(title), one});
  };
  const auto offer_index = [&](std::string family, const std::string& name) {
    all.push_back({std::move(family), name, {}, name, false});
  };
  Names indexes = matching(names, "", kSafetensorsIndex);
  // "model.safetensors.index.json" before others, "consolidated..." before everything.
  const auto rank = [](const std::string& name) {
    return name.starts_with("consolidated") ? 0 : name.starts_with("model.") ? 1 : 2;
  };
  std::stable_sort(indexes.begin(), indexes.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (const std::string& name : indexes)
    if (rank(name) == 0) offer_index("safetensors", name);
  offer("safetensors", "consolidated*.safetensors",
        matching(names, "consolidated", ".safetensors"));
  for (const std::string& name : indexes)
    if (rank(name) != 0) offer_index("safetensors", name);
  offer("safetensors", "model*.safetensors", matching(names, "model", ".safetensors"));
  offer("safetensors", "*.safetensors", matching(names, "", ".safetensors"));
  offer("npz", "*.npz", matching(names, "", ".npz"), true);
  if (std::binary_search(names.begin(), names.end(), kTorchIndex))
    offer_index("pytorch", std::string(kTorchIndex));
  offer("pytorch", "pytorch_model*.bin", matching(names, "pytorch_model", ".bin"));
  for (const char* ending : {".pth", ".pt", ".bin"})
    offer("pytorch", fmt::format("*{}", ending), matching(names, "", ending), true);
  return all;
}

Result<ShardIndex> read_index(const fs::path& folder, const std::string& name) {
  const std::string text = TRY(read_text(folder / name));
  auto index = parse_shard_index(text);
  if (!index) return Unexpected(with_context(std::move(index).error(), name));
  return index;
}

/// The first file of a candidate says in its metadata who wrote it.
bool is_mlx_output(const fs::path& folder, const Candidate& candidate) {
  Names files = candidate.files;
  if (!candidate.index.empty()) {
    const auto index = read_index(folder, candidate.index);
    if (index) files = index->files();
  }
  if (files.empty()) return false;
  const auto file = open_safetensors(folder / files.front());
  if (!file) return false;
  const auto format = file->metadata.find("format");
  return format != file->metadata.end() && format->second == "mlx";
}

struct Choice {
  const Candidate* candidate = nullptr;
  std::string_view reason;
};

Choice choose(const fs::path& folder, const std::vector<Candidate>& all) {
  const auto consolidated = [](const Candidate& c) { return c.title.starts_with("consolidated"); };
  const auto other = std::find_if_not(all.begin(), all.end(), consolidated);
  if (!consolidated(all.front()) || other == all.end() || other->family != "safetensors")
    return {&all.front(), "safetensors come first, then npz, then PyTorch; they are never mixed"};
  if (other->title != "*.safetensors" && is_mlx_output(folder, *other))
    return {&*other, "they are MLX weights, beside which their source was copied"};
  return {&all.front(), "a folder with both holds the network twice, in two namings"};
}

/// What a folder without readable weights holds instead.
Unexpected nothing_to_read(const fs::path& folder, const Names& names) {
  for (const UnreadFormat& format : kUnread)
    if (const Names found = matching(names, "", format.ending); !found.empty())
      return fail(ErrorCode::kBadInput,
                  fmt::format("{}: {} is {}, which is not read", folder.string(), found.front(),
                              format.name),
                  std::string(format.hint));
  return fail(ErrorCode::kBadInput,
              fmt::format("{} holds no weights: none of its {} files is one of *{}",
                          folder.string(), names.size(), fmt::join(kRead, ", *")),
              "give the folder that holds the weight files themselves");
}

/// A path to one file: its ending decides.
Result<WeightFiles> choose_one(const fs::path& path) {
  const std::string file = path.filename().string();
  const auto found = std::find_if(kRead.begin(), kRead.end(),
                                  [&](std::string_view ending) { return file.ends_with(ending); });
  if (found == kRead.end()) return nothing_to_read(path, {file});
  WeightFiles one;
  one.family = *found == ".safetensors" ? "safetensors" : *found == ".npz" ? "npz" : "pytorch";
  one.files = {file};
  return one;
}

}  // namespace

Result<WeightFiles> choose_weight_files(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (error && error != std::errc::no_such_file_or_directory)
    return Unexpected(system_error(error.value(), "cannot open", folder.string()));
  if (!fs::exists(status) && !is_dangling_link(folder))
    return fail(ErrorCode::kNotFound, fmt::format("there is no folder {}", folder.string()));
  if (!fs::is_directory(status)) return choose_one(folder);

  const Names names = TRY(list_files(folder));
  const std::vector<Candidate> all = candidates_of(names);
  if (all.empty()) return nothing_to_read(folder, names);
  const auto [chosen, reason] = choose(folder, all);
  if (chosen->one_file && chosen->files.size() > 1)
    return fail(ErrorCode::kBadInput,
                fmt::format("{} holds {} files that could each be the model: {}", folder.string(),
                            chosen->files.size(), fmt::join(chosen->files, ", ")),
                "give the path of one of them instead of the folder");
  WeightFiles result;
  result.family = chosen->family;
  result.files = chosen->files;
  result.index_name = chosen->index;
  if (!chosen->index.empty()) {
    result.index = TRY(read_index(folder, chosen->index));
    result.files = result.index.files();
  }
  result.others = select(names, [&](const std::string& name) {
    return is_weight_file(name) &&
           !std::binary_search(result.files.begin(), result.files.end(), name);
  });
  if (!result.others.empty())
    result.choice = fmt::format("weights are read from {}, not from {}: {}", chosen->title,
                                fmt::join(result.others, ", "), reason);
  return result;
}

}  // namespace decibit
