// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "io/byte_source.h"
#include "io/npz.h"
#include "io/safetensors.h"
#include "io/torch_file.h"
#include "io/weight_files.h"

namespace decibit {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kListed = 5;  // names in one message; the rest is counted

std::string list(const std::vector<std::string>& names) {
  const std::vector<std::string> first(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kListed)));
  const std::size_t more = names.size() - first.size();
  return fmt::format("{}{}", fmt::join(first, ", "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

/// PyTorch's newer name of a weight norm pair to its older one, which all the schemas know:
/// X.parametrizations.weight.original0 is X.weight_g, original1 is X.weight_v
/// (torch/nn/utils/parametrizations.py, _WeightNorm).
std::string weight_norm_name(const std::string& name) {
  constexpr std::string_view kMagnitude = ".parametrizations.weight.original0";
  constexpr std::string_view kDirection = ".parametrizations.weight.original1";
  if (name.ends_with(kMagnitude))
    return name.substr(0, name.size() - kMagnitude.size()) + ".weight_g";
  if (name.ends_with(kDirection))
    return name.substr(0, name.size() - kDirection.size()) + ".weight_v";
  return name;
}

/// "model-00002-of-00005.safetensors": without an index, the names themselves say how many belong
/// together.
std::vector<std::string> missing_by_name(const std::vector<std::string>& files) {
  std::vector<std::string> missing;
  for (const std::string& file : files) {
    const std::size_t of = file.find("-of-");
    const std::size_t dash = of == file.npos || of == 0 ? file.npos : file.rfind('-', of - 1);
    if (dash == file.npos) continue;
    const std::size_t width = of - dash - 1;
    unsigned total = 0;
    std::from_chars(file.data() + of + 4, file.data() + file.size(), total);
    for (unsigned i = 1; i <= std::min(total, 100'000u); ++i) {
      std::string wanted =
          fmt::format("{}{:0{}}{}", file.substr(0, dash + 1), i, width, file.substr(of));
      if (std::find(files.begin(), files.end(), wanted) == files.end()) missing.push_back(wanted);
    }
    break;
  }
  return missing;
}

Status check_all_there(const fs::path& folder, const WeightFiles& chosen) {
  std::vector<std::string> missing;
  for (const std::string& file : chosen.files) {
    std::error_code ignored;
    if (!fs::is_regular_file(folder / file, ignored) && !is_dangling_link(folder / file))
      missing.push_back(file);
  }
  if (!missing.empty())
    return fail(ErrorCode::kBadInput,
                fmt::format("missing shards: {} names {} not there: {}", chosen.index_name,
                            missing.size() == 1 ? std::string("a file that is")
                                                : fmt::format("{} files that are", missing.size()),
                            list(missing)),
                "fetch the missing files; or remove the index, if it belongs to other files");
  if (chosen.index_name.empty()) missing = missing_by_name(chosen.files);
  if (!missing.empty())
    return fail(ErrorCode::kBadInput, fmt::format("missing shards: {}", list(missing)),
                "fetch the missing files");
  return {};
}

class Reader {
 public:
  Reader(fs::path folder, WeightFiles chosen) : chosen_(std::move(chosen)) {
    checkpoint_.folder = std::move(folder);
  }

  Result<Checkpoint> read(Reporter& reporter) {
    TRY(check_all_there(checkpoint_.folder, chosen_));
    for (const std::string& file : chosen_.files) TRY(read_file(file));
    TRY(check_index());
    TRY(sort_by_name());
    if (checkpoint_.tensors.empty())
      return fail(ErrorCode::kBadInput,
                  fmt::format("{} holds 0 tensors in {}", checkpoint_.folder.string(),
                              list(chosen_.files)));
    if (not_in_index_ > 0)
      reporter.note(
          fmt::format("{} in the shards {} not in {} and {} left out",
                      not_in_index_ == 1 ? "1 tensor" : fmt::format("{} tensors", not_in_index_),
                      not_in_index_ == 1 ? "is" : "are", chosen_.index_name,
                      not_in_index_ == 1 ? "was" : "were"));
    if (!chosen_.choice.empty()) reporter.note(chosen_.choice);
    checkpoint_.weight_files = std::move(chosen_.files);
    checkpoint_.other_weights = std::move(chosen_.others);
    checkpoint_.family = std::move(chosen_.family);
    checkpoint_.choice = std::move(chosen_.choice);
    return std::move(checkpoint_);
  }

 private:
  Status read_file(const std::string& file) {
    const fs::path path = checkpoint_.folder / file;
    auto tensors = read_tensors(path);
    if (!tensors) {
      tensors.error().where = path.string();
      return Unexpected(std::move(tensors).error());
    }
    for (Tensor& tensor : *tensors) {
      if (!chosen_.index_name.empty() && !is_indexed(tensor.name, file)) {
        ++not_in_index_;
        continue;
      }
      indexed_.insert(tensor.name);
      tensor.name = weight_norm_name(tensor.name);
      checkpoint_.tensors.push_back(std::move(tensor));
    }
    return {};
  }

  Result<std::vector<Tensor>> read_tensors(const fs::path& path) {
    if (chosen_.family == "npz") return open_npz(path);
    if (chosen_.family == "pytorch") return open_torch_file(path);
    SafetensorsFile file = TRY(open_safetensors(path));
    checkpoint_.metadata.merge(file.metadata);
    return std::move(file.tensors);
  }

  bool is_indexed(const std::string& tensor, const std::string& file) const {
    const auto found = chosen_.index.file_of.find(tensor);
    return found != chosen_.index.file_of.end() && found->second == file;
  }

  /// Every tensor of the index was found in the file that it names.
  Status check_index() const {
    std::vector<std::string> missing;
    for (const auto& [tensor, file] : chosen_.index.file_of)
      if (indexed_.count(tensor) == 0) missing.push_back(fmt::format("{} (in {})", tensor, file));
    if (missing.empty()) return {};
    return fail(ErrorCode::kBadInput,
                fmt::format("{} names {} tensors that are not in their shards: {}",
                            chosen_.index_name, missing.size(), list(missing)),
                "fetch the index and the shards again: they do not belong together");
  }

  Status sort_by_name() {
    auto& tensors = checkpoint_.tensors;
    std::sort(tensors.begin(), tensors.end(),
              [](const Tensor& a, const Tensor& b) { return a.name < b.name; });
    const auto twice =
        std::adjacent_find(tensors.begin(), tensors.end(),
                           [](const Tensor& a, const Tensor& b) { return a.name == b.name; });
    if (twice == tensors.end()) return {};
    return fail(ErrorCode::kBadInput,
                fmt::format("tensor {} is both in {} and in {}", twice->name, twice->source->name(),
                            std::next(twice)->source->name()),
                "remove the file that does not belong to the model");
  }

  WeightFiles chosen_;
  Checkpoint checkpoint_;
  std::set<std::string> indexed_;
  std::size_t not_in_index_ = 0;
};

}  // namespace

const Tensor* Checkpoint::find(std::string_view name) const {
  const auto found =
      std::lower_bound(tensors.begin(), tensors.end(), name,
                       [](const Tensor& tensor, std::string_view n) { return tensor.name < n; });
  return found != tensors.end() && found->name == name ? &*found : nullptr;
}

Result<Checkpoint> open_checkpoint(const std::filesystem::path& path, Reporter& reporter) {
  WeightFiles chosen = TRY(choose_weight_files(path));
  std::error_code ignored;
  fs::path folder = fs::is_directory(path, ignored) ? path : path.parent_path();
  if (folder.empty()) folder = ".";
  return Reader(std::move(folder), std::move(chosen)).read(reporter);
}

}  // namespace decibit
