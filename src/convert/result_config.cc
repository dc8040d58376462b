// SPDX-License-Identifier: Apache-2.0
#include "convert/result_config.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace decibit {
namespace {

Json::Object scheme_entry(const Scheme& scheme, std::string mode) {
  return {{"group_size", scheme.group_size()}, {"bits", scheme.bits()}, {"mode", std::move(mode)}};
}

std::string_view torch_name(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return "float16";
    case DType::kBF16:
      return "bfloat16";
    default:
      return "float32";
  }
}

}  // namespace

Json result_config(const Json& source_config, const std::string& model_type, const Plan& plan) {
  Json config = source_config;
  config.erase("_name_or_path");
  config.erase("vision_config");
  config.erase("quantization");
  config.erase("quantization_config");
  config.set("model_type", model_type);
  if (plan.dtype)
    for (const std::string_view key : {"torch_dtype", "dtype"})
      if (config.find(key) != nullptr) config.set(key, torch_name(*plan.dtype));
  if (plan.global) {
    const auto mode = [&](const Scheme& scheme) {
      return plan.rows_format ? std::string("decibit-rows") : std::string(name(scheme.mode()));
    };
    Json::Object quantization = scheme_entry(*plan.global, mode(*plan.global));
    for (const QuantizedLayer& layer : plan.layers)
      quantization.emplace_back(layer.path, scheme_entry(layer.scheme, mode(layer.scheme)));
    config.set("quantization", quantization);
    config.set("quantization_config", std::move(quantization));
  }
  config.sort_members();
  return config;
}

Status write_text(const std::filesystem::path& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) return Unexpected(system_error(errno, "cannot write", path.string()));
  int error = 0;
  for (std::size_t done = 0; done < text.size() && error == 0;) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0)
      error = errno;
    else
      done += static_cast<std::size_t>(n);
  }
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error != 0) return Unexpected(system_error(error, "cannot write", path.string()));
  return {};
}

}  // namespace decibit
