// SPDX-License-Identifier: Apache-2.0
// Two laws about a schema's rows beyond their shapes. The golden sources list their tensors in the
// order of the reference's parameter tree, and the reference's config.json lists the layers of a
// mixed recipe in that order, with the bits of each.
#pragma once

#include <string>
#include <string_view>

namespace decibit::testing {

/// The schema of source `id` lists the tensors in the source's order, dropped ones left out.
void expect_source_order(const std::string& id);

/// The recipe on the schema of case `id` gives the layers, bits and order of its config.json.
void expect_recipe_case(const std::string& id, std::string_view recipe);

}  // namespace decibit::testing
