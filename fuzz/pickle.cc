// SPDX-License-Identifier: Apache-2.0
// Any bytes as a PyTorch file, and as the pickle inside of one with a storage of 64 bytes: views
// that are accepted can be read.
#include "io/pickle.h"

#include <cstdlib>

#include "io/torch_file.h"
#include "io/torch_tree.h"

namespace {

class OneStorage : public decibit::StorageFinder {
 public:
  decibit::Result<std::shared_ptr<const decibit::ByteSource>> find(
      std::string_view) const override {
    return source_;
  }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(64);
  std::shared_ptr<const decibit::ByteSource> source_ = decibit::memory_source("data/0", bytes_);
};

void read_if_small(const decibit::Tensor& tensor) {
  if (tensor.size_bytes() > (1 << 20)) return;  // repeated elements: right, but slow here
  if (!tensor.read_all()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  if (const auto file = decibit::read_torch_file(decibit::memory_source("fuzz", bytes)))
    for (const decibit::Tensor& tensor : *file) (void)tensor.shape.size();

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pickle = decibit::parse_pickle(text, decibit::is_torch_global);
  if (!pickle) return 0;
  const auto tensors = decibit::collect_torch_tensors(*pickle, OneStorage());
  if (!tensors) return 0;
  for (const decibit::Tensor& tensor : *tensors) read_if_small(tensor);
  return 0;
}
