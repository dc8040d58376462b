// SPDX-License-Identifier: Apache-2.0
// PyTorch checkpoints (.pth, .pt, .bin) as torch.save has written them since version 1.6: a zip
// with one pickle (data.pkl) and one member per storage (data/0, data/1, ...). The pickle is read
// as inert data (pickle.h): nothing in it is ever executed.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/result.h"
#include "io/tensor.h"

namespace decibit {

/// All tensors, sorted by name. Nested dicts and lists join their keys with "."; a leading
/// "module." is dropped at every level, as Kokoro's loader does (hexgrad/kokoro: kokoro/model.py).
/// A wrapper ("state_dict", "model_state_dict", "model", "module") is looked into when nothing
/// beside it holds tensors but training state. A file that is one bare tensor yields one with the
/// name "tensor". Values that hold no tensor are ignored. Views may be strided and share storages.
/// kBadInput: files of before 1.6, TorchScript, big-endian files, any global that weights have no
/// need of, a view outside of its storage. Limits: 64 MiB of pickle, 64 levels, 1 million tensors
/// and other leaves, and 64 MiB for a view that repeats elements of a smaller storage.
Result<std::vector<Tensor>> open_torch_file(const std::filesystem::path& path);
Result<std::vector<Tensor>> read_torch_file(std::shared_ptr<const ByteSource> source);

}  // namespace decibit
