// SPDX-License-Identifier: Apache-2.0
// The calls of torch._utils that a pickled tensor consists of, turned into a Tensor.
#pragma once

#include <memory>
#include <string_view>

#include "core/result.h"
#include "io/pickle.h"
#include "io/tensor.h"

namespace decibit {

/// Finds the bytes of a storage by its key; an error when there is none.
class StorageFinder {
 public:
  virtual ~StorageFinder() = default;
  virtual Result<std::shared_ptr<const ByteSource>> find(std::string_view key) const = 0;
};

/// The globals that pickled weights use: rebuild functions, storage types, dtypes, OrderedDict.
bool is_torch_global(std::string_view qualified_name);

/// True for a call that makes a tensor or a parameter.
bool is_torch_tensor(const PickleValue& value);

/// kBadInput when the call is not as torch._utils has it, or the view leaves its storage.
Result<Tensor> make_torch_tensor(const PickleValue& value, const StorageFinder& storages);

}  // namespace decibit
