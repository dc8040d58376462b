// SPDX-License-Identifier: Apache-2.0
// Which model a checkpoint is. Evidence is tried from the strongest kind to the weakest, and the
// first kind that says anything decides. mlx-audio tries folder names first and so takes everything
// below /media/ for "dia" (mlx_audio/convert.py, get_model_type): here a folder name comes last,
// and only whole words of it count.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "models/registry.h"

namespace decibit {
namespace {

constexpr std::array<std::string_view, 5> kDomains = {"tts", "stt", "sts", "lid", "music"};

std::string known_types() {
  std::vector<std::string_view> names;
  for (const ModelType& type : model_types()) {
    if (!type.domain.empty()) names.push_back(type.name);
  }
  return fmt::format("known types: {}", fmt::join(names, ", "));
}

Unexpected unknown_type(ErrorCode code, std::string message) {
  Error error{code, std::move(message)};
  error.why = known_types();
  error.hint = "--model-type TYPE; --model-type generic keeps all names and quantizes 2-D weights";
  return Unexpected(std::move(error));
}

bool in_domain(const ModelType& type, std::string_view domain) {
  return domain.empty() || type.domain.empty() || type.domain == domain;
}

Status check_domain(std::string_view domain) {
  if (domain.empty() || std::find(kDomains.begin(), kDomains.end(), domain) != kDomains.end()) {
    return {};
  }
  return fail(ErrorCode::kUsage, fmt::format("--model-domain {}: the domains are {}", domain,
                                             fmt::join(kDomains, ", ")));
}

/// The type that a name says, unless --model-domain contradicts it.
Result<Detection> named(const ModelType& type, std::string evidence, std::string_view domain) {
  if (!in_domain(type, domain)) {
    return fail(ErrorCode::kUsage,
                fmt::format("--model-domain {} contradicts {}: {} is a {} model", domain, evidence,
                            type.name, type.domain),
                "leave --model-domain out");
  }
  return Detection{&type, std::move(evidence)};
}

/// Candidates of one kind of evidence; no row when there are none.
Result<const ModelType*> only_one(const std::vector<const ModelType*>& found,
                                  std::string_view evidence) {
  if (found.empty()) return nullptr;
  if (found.size() == 1) return found.front();
  std::vector<std::string_view> names;
  names.reserve(found.size());
  for (const ModelType* type : found) names.push_back(type->name);
  return fail(ErrorCode::kBadInput,
              fmt::format("the {} fit several model types: {}", evidence, fmt::join(names, ", ")),
              fmt::format("--model-type {}", names.front()));
}

template <class Matches>
std::vector<const ModelType*> types_where(std::string_view domain, Matches matches) {
  std::vector<const ModelType*> found;
  for (const ModelType& type : model_types()) {
    if (in_domain(type, domain) && matches(type)) found.push_back(&type);
  }
  return found;
}

std::string text_member(const Json& config, std::string_view key) {
  const Json* value = config.find(key);
  const std::string* text = value != nullptr ? value->string() : nullptr;
  return text != nullptr ? *text : std::string();
}

struct ConfigName {
  std::string_view key;
  std::string value;
};

/// Members that may name the type when model_type does not: the reference reads all of them but
/// `architectures`.
std::vector<ConfigName> other_names(const Json& config) {
  std::vector<ConfigName> names;
  names.push_back({"architecture", text_member(config, "architecture")});
  const Json* list = config.find("architectures");
  if (list != nullptr && list->array() != nullptr) {
    for (const Json& item : *list->array()) {
      if (item.string() != nullptr) names.push_back({"architectures", *item.string()});
    }
  }
  names.push_back({"name", text_member(config, "name")});
  names.push_back({"_class_name", text_member(config, "_class_name")});
  return names;
}

/// What the config says in words. No type: it says nothing.
Result<Detection> from_config_names(const Json& config, std::string_view domain) {
  const std::string model_type = text_member(config, "model_type");
  if (const ModelType* type = find_model_type(model_type)) {
    return named(*type, fmt::format("config.json model_type \"{}\"", model_type), domain);
  }
  for (const ConfigName& name : other_names(config)) {
    if (const ModelType* type = find_model_type(name.value)) {
      return named(*type, fmt::format("config.json {} \"{}\"", name.key, name.value), domain);
    }
  }
  if (!model_type.empty()) {
    return unknown_type(
        ErrorCode::kBadInput,
        fmt::format("config.json says model_type \"{}\", which decibit does not know", model_type));
  }
  return Detection{nullptr, {}};
}

/// Lower-case words of letters and digits: "Voxtral-Mini_4B" -> voxtral mini 4b.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> result(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      result.back() += static_cast<char>(std::tolower(byte));
    } else if (!result.back().empty()) {
      result.emplace_back();
    }
  }
  if (result.back().empty()) result.pop_back();
  return result;
}

/// The types whose name stands in the folder's name as whole words; a longer name beats a shorter.
std::vector<const ModelType*> types_in_folder_name(std::string_view folder,
                                                   std::string_view domain) {
  const std::vector<std::string> folder_words = words(folder);
  std::size_t longest = 1;
  std::vector<const ModelType*> found;
  for (const ModelType& type : model_types()) {
    if (type.domain.empty() || !in_domain(type, domain)) continue;
    const std::vector<std::string> name = words(type.name);
    if (name.size() < longest || std::search(folder_words.begin(), folder_words.end(), name.begin(),
                                             name.end()) == folder_words.end()) {
      continue;
    }
    if (name.size() > longest) found.clear();
    longest = name.size();
    found.push_back(&type);
  }
  return found;
}

}  // namespace

std::span<const std::string_view> model_domains() { return kDomains; }

Result<Detection> detect_model(const Json& config, const SourceView& source,
                               const DetectionHints& hints) {
  const std::string_view domain = hints.model_domain;
  TRY(check_domain(domain));
  if (!hints.model_type.empty()) {
    if (const ModelType* type = find_model_type(hints.model_type)) {
      return named(*type, fmt::format("--model-type {}", hints.model_type), domain);
    }
    return unknown_type(ErrorCode::kUsage,
                        fmt::format("--model-type {}: no such type", hints.model_type));
  }

  Detection by_name = TRY(from_config_names(config, domain));
  if (by_name.type != nullptr) return by_name;

  const auto by_config = types_where(domain, [&](const ModelType& type) {
    return type.config_matches != nullptr && type.config_matches(config);
  });
  if (const ModelType* type = TRY(only_one(by_config, "keys of config.json"))) {
    return Detection{type, fmt::format("config.json keys ({})", type->config_signature)};
  }

  const auto by_tensors = types_where(domain, [&](const ModelType& type) {
    return type.tensors_match != nullptr && type.tensors_match(source);
  });
  if (const ModelType* type = TRY(only_one(by_tensors, "tensor names"))) {
    return Detection{type, fmt::format("tensor names ({})", type->tensor_signature)};
  }

  const auto by_folder = types_in_folder_name(hints.folder_name, domain);
  if (const ModelType* type = TRY(only_one(by_folder, "words of the folder name"))) {
    return Detection{type, fmt::format("folder name \"{}\"", hints.folder_name)};
  }
  return unknown_type(ErrorCode::kBadInput,
                      domain.empty()
                          ? "neither config.json nor the tensor names say which model this is"
                          : fmt::format("neither config.json nor the tensor names say which {} "
                                        "model this is",
                                        domain));
}

}  // namespace decibit
