// SPDX-License-Identifier: Apache-2.0
// Shapes in PyTorch's order, and look-ups in the list of source tensors.
#include "models/schema.h"

#include <algorithm>

#include "core/check.h"

namespace decibit {

Shape torch_shape(const Shape& mlx, Layout layout) {
  switch (layout) {
    case Layout::kSame:
      return mlx;
    case Layout::kConv1d:
      DECIBIT_CHECK(mlx.size() == 3);
      return {mlx[0], mlx[2], mlx[1]};
    case Layout::kConv2d:
      DECIBIT_CHECK(mlx.size() == 4);
      return {mlx[0], mlx[3], mlx[1], mlx[2]};
  }
  DECIBIT_CHECK(false);
  return {};
}

namespace {

auto first_not_less(const SourceView& source, std::string_view name) {
  return std::lower_bound(
      source.tensors.begin(), source.tensors.end(), name,
      [](const SourceView::Item& item, std::string_view n) { return item.name < n; });
}

}  // namespace

const SourceView::Item* SourceView::find(std::string_view name) const {
  const auto it = first_not_less(*this, name);
  return it != tensors.end() && it->name == name ? &*it : nullptr;
}

bool SourceView::has(std::string_view name) const { return find(name) != nullptr; }

bool SourceView::has_prefix(std::string_view prefix) const {
  const auto it = first_not_less(*this, prefix);
  return it != tensors.end() && it->name.substr(0, prefix.size()) == prefix;
}

}  // namespace decibit
