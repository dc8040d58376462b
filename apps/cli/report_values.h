// SPDX-License-Identifier: Apache-2.0
// Numbers as the reports show them, in text and in JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal.h"
#include "core/result.h"
#include "core/shape.h"
#include "io/json.h"

namespace decibit::cli {

/// An unsigned size; none of ours reaches 2^63.
Json json_size(std::uint64_t bytes);
/// Null for infinity and NaN, which JSON lacks.
Json json_number(double number);
Json json_strings(const std::vector<std::string>& texts);
Json json_shape(const Shape& shape);
Json json_error(const Error& error);

/// "tts/kokoro"; "generic" alone has no domain.
std::string model_name(const std::string& domain, const std::string& type);
/// Text of several lines, made harmless line by line (terminal.h, printable).
std::string printable_lines(const std::string& text);
/// `mark` ("note  ", may hold colours, takes `mark_width` columns), then `text`: wrapped beside it
/// on a terminal, left alone for a log.
std::string marked_text(const std::string& mark, std::size_t mark_width, const std::string& text,
                        const Terminal& terminal);

/// "4.50"; "-" for none.
std::string bits_text(double bits_per_weight);
/// "21.6"; "exact" for infinity.
std::string decibel_text(double db);

}  // namespace decibit::cli
