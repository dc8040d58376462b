// SPDX-License-Identifier: Apache-2.0
// Arguments as in torch/_utils.py:
//   _rebuild_tensor(storage, storage_offset, size, stride)
//   _rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks, ...)
//   _rebuild_tensor_v3(the same six, dtype, ...)
//   _rebuild_parameter(data, requires_grad, backward_hooks)
// and a storage is the persistent id ("storage", type, key, device, number of elements), as in
// torch/serialization.py. Offsets and strides count elements.
#include "io/torch_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace decibit {
namespace {

using Kind = PickleValue::Kind;

constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor";
constexpr std::string_view kRebuildTensorV2 = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildTensorV3 = "torch._utils._rebuild_tensor_v3";
constexpr std::string_view kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr std::string_view kUntypedStorage = "torch.storage.UntypedStorage";
constexpr std::int64_t kMaxRepeatedBytes = std::int64_t{64} << 20;
constexpr std::size_t kMaxDimensions = 64;

struct TypeRow {
  std::string_view global;
  DType dtype;
};

constexpr std::array kStorageTypes = {
    TypeRow{"torch.FloatStorage", DType::kF32},        TypeRow{"torch.HalfStorage", DType::kF16},
    TypeRow{"torch.BFloat16Storage", DType::kBF16},    TypeRow{"torch.DoubleStorage", DType::kF64},
    TypeRow{"torch.LongStorage", DType::kI64},         TypeRow{"torch.IntStorage", DType::kI32},
    TypeRow{"torch.ShortStorage", DType::kI16},        TypeRow{"torch.CharStorage", DType::kI8},
    TypeRow{"torch.ByteStorage", DType::kU8},          TypeRow{"torch.BoolStorage", DType::kBool},
    TypeRow{"torch.ComplexFloatStorage", DType::kC64},
};

// _codecs.encode is how protocol 2 spells bytes.
constexpr std::array<std::string_view, 11> kOtherGlobals = {
    kRebuildTensor,         kRebuildTensorV2,
    kRebuildTensorV3,       kRebuildParameter,
    kUntypedStorage,        "torch.storage.TypedStorage",
    "torch.UntypedStorage", "torch.Size",
    "torch.device",         "collections.OrderedDict",
    "_codecs.encode",
};

std::optional<DType> storage_type(std::string_view global) {
  for (const TypeRow& row : kStorageTypes)
    if (row.global == global) return row.dtype;
  return std::nullopt;
}

/// "torch.float16" and its like.
std::optional<DType> element_type(std::string_view global) {
  constexpr std::string_view kModule = "torch.";
  if (!global.starts_with(kModule)) return std::nullopt;
  return dtype_from_torch_name(global.substr(kModule.size()));
}

Unexpected bad(std::string what) { return fail(ErrorCode::kBadInput, std::move(what)); }

/// A tuple of integers that are not negative; torch.Size(...) counts as one.
Result<Shape> integers_of(const PickleValue& value) {
  const PickleValue* tuple = &value;
  if (value.is_call_of("torch.Size") && value.items[1]->items.size() == 1)
    tuple = value.items[1]->items[0];
  if (!tuple->is(Kind::kTuple) || tuple->items.size() > kMaxDimensions)
    return bad("its size or stride is no tuple of dimensions");
  Shape numbers;
  for (const PickleValue* item : tuple->items) {
    if (!item->is(Kind::kInteger) || item->integer < 0)
      return bad("its size or stride holds something that is no dimension");
    numbers.push_back(item->integer);
  }
  return numbers;
}

struct Storage {
  std::optional<DType> dtype;  // none when untyped
  std::string_view key;
};

Result<Storage> storage_of(const PickleValue& value) {
  if (!value.is(Kind::kPersistent) || !value.items[0]->is(Kind::kTuple))
    return bad("its storage is none");
  const auto& id = value.items[0]->items;
  if (id.size() < 5 || !id[0]->is(Kind::kString) || id[0]->text != "storage" ||
      !id[1]->is(Kind::kGlobal) || !id[2]->is(Kind::kString))
    return bad("its storage is none");
  const std::string& type = id[1]->text;
  const auto dtype = storage_type(type);
  if (!dtype && type != kUntypedStorage && type != "torch.UntypedStorage")
    return bad(fmt::format("its storage is of the unknown type {}", type));
  return Storage{dtype, id[2]->text};
}

/// Strides of a row-major tensor without gaps; those of dimensions of size 1 do not matter.
bool is_contiguous(const Shape& shape, const std::vector<std::int64_t>& strides) {
  std::int64_t expected = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] != 1 && strides[d] != expected) return false;
    expected *= shape[d];
  }
  return true;
}

/// Bytes from the beginning of the storage to the end of the view; nothing on overflow.
std::optional<std::uint64_t> end_of_view(std::int64_t offset, const Shape& shape,
                                         const std::vector<std::int64_t>& strides, int item) {
  std::int64_t last = offset;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    std::int64_t reach = 0;
    if (__builtin_mul_overflow(shape[d] - 1, strides[d], &reach)) return std::nullopt;
    if (__builtin_add_overflow(last, reach, &last)) return std::nullopt;
  }
  std::int64_t end = 0;
  if (__builtin_add_overflow(last, 1, &end)) return std::nullopt;
  if (__builtin_mul_overflow(end, std::int64_t{item}, &end)) return std::nullopt;
  return static_cast<std::uint64_t>(end);
}

/// Places the view in its storage and proves that it stays inside.
Status place(Tensor& tensor, std::int64_t offset, std::vector<std::int64_t> strides) {
  const auto bytes = size_bytes(tensor.shape, tensor.dtype);
  if (!bytes || strides.size() != tensor.shape.size())
    return bad(fmt::format("{} with {} strides is no size that a file can have",
                           to_string(tensor.shape), strides.size()));
  if (*bytes == 0) return {};
  const int item = size_bytes(tensor.dtype);
  const std::uint64_t storage_bytes = tensor.source->size_bytes();
  const auto end = end_of_view(offset, tensor.shape, strides, item);
  if (!end || *end > storage_bytes)
    return bad(fmt::format("{} {} from element {} on leaves its storage of {} bytes",
                           name(tensor.dtype), to_string(tensor.shape), offset, storage_bytes));
  if (*bytes > kMaxRepeatedBytes && static_cast<std::uint64_t>(*bytes) > storage_bytes)
    return bad(fmt::format("{} repeats elements of a storage of {} bytes too often",
                           to_string(tensor.shape), storage_bytes));
  tensor.offset = static_cast<std::uint64_t>(offset) * static_cast<std::uint64_t>(item);
  if (!is_contiguous(tensor.shape, strides)) tensor.strides = std::move(strides);
  return {};
}

}  // namespace

bool is_torch_global(std::string_view qualified_name) {
  return storage_type(qualified_name) || element_type(qualified_name) ||
         std::find(kOtherGlobals.begin(), kOtherGlobals.end(), qualified_name) !=
             kOtherGlobals.end();
}

bool is_torch_tensor(const PickleValue& value) {
  return value.is_call_of(kRebuildTensor) || value.is_call_of(kRebuildTensorV2) ||
         value.is_call_of(kRebuildTensorV3) || value.is_call_of(kRebuildParameter);
}

Result<Tensor> make_torch_tensor(const PickleValue& value, const StorageFinder& storages) {
  const auto& arguments = value.items[1]->items;
  if (value.is_call_of(kRebuildParameter)) {
    // A parameter inside of a parameter does not exist, and could be nested without end.
    if (arguments.empty() || !is_torch_tensor(*arguments[0]) ||
        arguments[0]->is_call_of(kRebuildParameter))
      return bad("its parameter holds no tensor");
    return make_torch_tensor(*arguments[0], storages);
  }
  const bool v3 = value.is_call_of(kRebuildTensorV3);
  if (arguments.size() < (v3 ? 7u : 4u) || !arguments[1]->is(Kind::kInteger) ||
      arguments[1]->integer < 0)
    return bad("it is not made as PyTorch makes tensors");
  const Storage storage = TRY(storage_of(*arguments[0]));
  auto dtype = storage.dtype;
  if (v3 && arguments[6]->is(Kind::kGlobal)) dtype = element_type(arguments[6]->text);
  if (!dtype) return bad("its element type is unknown");
  Tensor tensor;
  tensor.dtype = *dtype;
  tensor.shape = TRY(integers_of(*arguments[2]));
  tensor.source = TRY(storages.find(storage.key));
  auto strides = TRY(integers_of(*arguments[3]));
  TRY(place(tensor, arguments[1]->integer, std::move(strides)));
  return tensor;
}

}  // namespace decibit
