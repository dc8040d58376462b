// SPDX-License-Identifier: Apache-2.0
#include "io/torch_file.h"

#include <fmt/format.h>

#include <map>

#include "io/pickle.h"
#include "io/torch_tensor.h"
#include "io/torch_tree.h"
#include "io/zip.h"

namespace decibit {
namespace {

constexpr std::uint64_t kMaxPickleBytes = std::uint64_t{64} << 20;

constexpr const char* kResave =
    "save the weights as safetensors, or load and save them again with torch.save of PyTorch 1.6 "
    "or later";

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
  auto tensors = collect_torch_tensors(*pickle, archive);
  if (!tensors) return in_file(std::move(tensors).error());
  return tensors;
}

Result<std::vector<Tensor>> open_torch_file(const std::filesystem::path& path) {
  return read_torch_file(TRY(open_file(path)));
}

}  // namespace decibit
