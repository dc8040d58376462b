// SPDX-License-Identifier: Apache-2.0
// Which word an inflected form comes from, by spelling: misaki's stem_s, stem_ed, stem_ing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace decibit::text::en {

/// Each returns the stem only if `known` says that it is a word.
using Known = bool (*)(std::string_view);
[[nodiscard]] std::optional<std::string> stem_of_plural(std::string_view word, Known known);
[[nodiscard]] std::optional<std::string> stem_of_past(std::string_view word, Known known);
[[nodiscard]] std::optional<std::string> stem_of_progressive(std::string_view word, Known known);

}  // namespace decibit::text::en
