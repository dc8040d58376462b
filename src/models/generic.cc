// SPDX-License-Identifier: Apache-2.0
// Without a module tree, "a 2-D weight" is the best guess at what a Linear or Embedding is.
#include "models/generic.h"

#include "models/schema_builder.h"

namespace decibit {
namespace {

constexpr std::string_view kWeight = ".weight";

bool looks_linear(const SourceView::Item& item) {
  const bool named_weight = item.name.size() > kWeight.size() && item.name.ends_with(kWeight);
  return named_weight && item.shape.size() == 2 && item.shape[1] > 0 && item.shape[1] % 64 == 0;
}

}  // namespace

Result<Schema> generic_schema(const Json& /*config*/, const SourceView& source) {
  SchemaBuilder b("generic");
  b.component("model");
  for (const SourceView::Item& item : source.tensors) {
    TensorSpec& spec =
        b.parameter(std::string(item.name), Shape(item.shape.begin(), item.shape.end()));
    if (looks_linear(item)) {
      spec.role = Role::kLinear;
      spec.quantizable = true;
    }
  }
  b.note("type generic: names and layouts are kept; every 2-D weight counts as a Linear");
  return std::move(b).finish(keep_name);
}

}  // namespace decibit
