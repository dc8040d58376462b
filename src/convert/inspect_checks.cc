// SPDX-License-Identifier: Apache-2.0
// Each check is a faulty folder that another tool has written or swallowed.
#include "convert/inspect_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <system_error>

#include "convert/piece.h"
#include "io/safetensors.h"
#include "models/source_index.h"

namespace decibit {
namespace fs = std::filesystem;
namespace {

/// "3 tensors missing: a, b, ...": a line for many things of one kind.
void report(std::vector<std::string>& problems, const std::vector<std::string>& names,
            std::string_view noun, std::string_view what) {
  if (names.empty()) return;
  constexpr std::size_t kShown = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) {
    list += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kShown) list += ", ...";
  problems.push_back(
      fmt::format("{} {}{} {}: {}", names.size(), noun, names.size() == 1 ? "" : "s", what, list));
}

// --- quantization of config.json ----------------------------------------------------------------

std::string entry_text(const Json& entry) {
  const auto text = [&](std::string_view key) {
    const Json* value = entry.find(key);
    return value == nullptr ? std::string("none") : value->dump(-1);
  };
  return fmt::format("bits {}, group_size {}, mode {}", text("bits"), text("group_size"),
                     text("mode"));
}

bool entry_fits(const Json& entry, const Scheme& scheme) {
  const Json* bits = entry.find("bits");
  const Json* group = entry.find("group_size");
  const bool numbers_fit = bits != nullptr && bits->integer() != nullptr &&
                           *bits->integer() == scheme.bits() && group != nullptr &&
                           group->integer() != nullptr && *group->integer() == scheme.group_size();
  const Json* mode = entry.find("mode");
  if (mode == nullptr || mode->string() == nullptr) return numbers_fit && scheme.has_biases();
  // decibit-rows is affine in another arrangement.
  const bool rows = *mode->string() == "decibit-rows";
  return numbers_fit &&
         (rows ? scheme.has_biases() : mode_from_name(*mode->string()) == scheme.mode());
}

void check_layers(const Subject& subject, const Json& quantization,
                  std::vector<std::string>& problems) {
  std::set<std::string, std::less<>> quantized;
  std::vector<std::string> wrong, phantom;
  for (const Weight& weight : subject.weights) {
    if (!weight.scheme) continue;
    const std::string path = layer_path(weight.name);
    quantized.insert(path);
    const Json* own = quantization.find(path);
    const Json& entry = own != nullptr && own->is_object() ? *own : quantization;
    if (!entry_fits(entry, *weight.scheme)) {
      wrong.push_back(fmt::format("{} ({}; config.json says {})", path, method_text(weight),
                                  entry_text(entry)));
    }
  }
  for (const auto& [path, entry] : *quantization.object()) {
    if (entry.is_object() && !quantized.contains(path)) phantom.push_back(path);
  }
  if (quantized.empty()) {
    problems.emplace_back("config.json has a quantization, but no tensor is quantized");
    return;
  }
  report(problems, wrong, "layer", "quantized otherwise than config.json says");
  report(problems, phantom, "layer", "called quantized by config.json, but dense or absent");
}

// --- index ---------------------------------------------------------------------------------------

using FilesOfTensors = std::map<std::string, std::vector<std::string>, std::less<>>;

/// From the headers of the files: who holds each tensor.
FilesOfTensors files_of_tensors(const Subject& subject) {
  FilesOfTensors files;
  for (const std::string& file : subject.checkpoint.weight_files) {
    const auto opened = open_safetensors(subject.checkpoint.folder / file);
    if (!opened) continue;  // open_checkpoint has read it; gone since
    for (const Tensor& tensor : opened->tensors) files[tensor.name].push_back(file);
  }
  return files;
}

void check_weight_map(const std::string& index_name, const Json::Object& weight_map,
                      const FilesOfTensors& files, std::vector<std::string>& problems) {
  std::vector<std::string> absent, elsewhere, unlisted;
  std::set<std::string, std::less<>> listed;
  for (const auto& [tensor, file] : weight_map) {
    listed.insert(tensor);
    const auto holders = files.find(tensor);
    if (holders == files.end()) {
      absent.push_back(tensor);
    } else if (file.string() == nullptr ||
               std::ranges::find(holders->second, *file.string()) == holders->second.end()) {
      elsewhere.push_back(fmt::format("{} (in {})", tensor, holders->second.front()));
    }
  }
  for (const auto& [tensor, holders] : files) {
    if (!listed.contains(tensor)) unlisted.push_back(tensor);
  }
  report(problems, absent, "tensor", fmt::format("of {} in no file", index_name));
  report(problems, elsewhere, "tensor", fmt::format("in another file than {} says", index_name));
  report(problems, unlisted, "tensor", fmt::format("missing from {}", index_name));
}

void check_total_size(const std::string& index_name, const Json& index, const Subject& subject,
                      std::vector<std::string>& problems) {
  const Json* metadata = index.find("metadata");
  const Json* total = metadata == nullptr ? nullptr : metadata->find("total_size");
  if (total == nullptr || total->integer() == nullptr) return;
  std::int64_t sum = 0;
  for (const Tensor& tensor : subject.checkpoint.tensors) sum += tensor.size_bytes();
  if (*total->integer() == sum) return;
  problems.push_back(fmt::format("{}: total_size is {}, the tensors have {} bytes", index_name,
                                 *total->integer(), sum));
}

/// Index files at the root of the folder, by name.
std::vector<std::string> index_files(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  auto entry = fs::directory_iterator(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (name.ends_with(".safetensors.index.json")) names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

void check_quantization_config(const Subject& subject, std::vector<std::string>& problems) {
  if (!subject.grouped) return;
  const Json* quantization = subject.config.find("quantization");
  const Json* twin = subject.config.find("quantization_config");
  if (quantization != nullptr && quantization->is_object()) {
    check_layers(subject, *quantization, problems);
    if (twin != nullptr && !(*twin == *quantization)) {
      problems.emplace_back("config.json: quantization and quantization_config differ");
    }
    return;
  }
  const auto count = std::ranges::count_if(
      subject.weights, [](const Weight& weight) { return weight.scheme.has_value(); });
  if (count > 0 && subject.is_folder) {
    problems.push_back(fmt::format("{} quantized layer{}, but config.json has no quantization",
                                   count, count == 1 ? "" : "s"));
  }
}

void check_unaccounted_bytes(const Subject& subject, std::vector<std::string>& problems) {
  if (subject.checkpoint.family != "safetensors") return;
  for (const std::string& file : subject.checkpoint.weight_files) {
    const auto opened = open_safetensors(subject.checkpoint.folder / file);
    if (!opened || opened->unaccounted_bytes == 0) continue;
    problems.push_back(fmt::format("{}: {} unaccounted bytes: they belong to no tensor", file,
                                   opened->unaccounted_bytes));
  }
}

void check_index(const Subject& subject, std::vector<std::string>& problems) {
  if (!subject.is_folder || subject.checkpoint.family != "safetensors") return;
  const fs::path& folder = subject.checkpoint.folder;
  const std::vector<std::string> names = index_files(folder);
  if (names.empty()) return;
  const FilesOfTensors files = files_of_tensors(subject);
  for (const std::string& name : names) {
    const auto text = read_text(folder / name);
    const auto index = text ? Json::parse(*text, Json::Duplicates::kError)
                            : Result<Json>(Unexpected(text.error()));
    const Json* weight_map = index ? index->find("weight_map") : nullptr;
    if (!index) {
      problems.push_back(fmt::format("{}: {}", name, index.error().message));
    } else if (weight_map == nullptr || !weight_map->is_object()) {
      problems.push_back(fmt::format("{}: it has no weight_map", name));
    } else {
      check_weight_map(name, *weight_map->object(), files, problems);
      check_total_size(name, *index, subject, problems);
    }
  }
}

void check_stray_files(const Subject& subject, std::vector<std::string>& problems) {
  const auto format = subject.checkpoint.metadata.find("format");
  if (format == subject.checkpoint.metadata.end() || format->second != "mlx") return;
  std::vector<std::string> stray;
  for (const std::string& file : subject.checkpoint.other_weights) {
    if (file.ends_with(".safetensors")) stray.push_back(file);
  }
  report(problems, stray, "weight file",
         "beside the model, which MLX's loaders would merge into it");
}

void check_schema(const Subject& subject, std::vector<std::string>& problems) {
  if (!subject.schema) return;
  const auto index =
      SourceIndex::build(*subject.schema, subject.weights, subject.checkpoint.metadata);
  if (!index) problems.push_back(index.error().message);
}

}  // namespace decibit
