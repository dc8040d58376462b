// SPDX-License-Identifier: Apache-2.0
// Lists: _ALIGNMENT_HEADS in whisper/__init__.py of openai-whisper 20250625 (MIT), which are
// compressed masks there; the rule for other models: Whisper.__init__ in its model.py.
#include "models/whisper/alignment_heads.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "io/byte_source.h"

namespace decibit::whisper {
namespace {

namespace fs = std::filesystem;
using Heads = std::vector<AlignmentHead>;

constexpr AlignmentHead kTinyEn[] = {{1, 0}, {2, 0}, {2, 5}, {3, 0},
                                     {3, 1}, {3, 2}, {3, 3}, {3, 4}};
constexpr AlignmentHead kTiny[] = {{2, 2}, {3, 0}, {3, 2}, {3, 3}, {3, 4}, {3, 5}};
constexpr AlignmentHead kBaseEn[] = {{3, 3}, {4, 7}, {5, 1}, {5, 5}, {5, 7}};
constexpr AlignmentHead kBase[] = {{3, 1}, {4, 2}, {4, 3}, {4, 7}, {5, 1}, {5, 2}, {5, 4}, {5, 6}};
constexpr AlignmentHead kSmallEn[] = {
    {6, 6},  {7, 0},  {7, 3},  {7, 8},  {8, 2},  {8, 5},  {8, 7},   {9, 0},  {9, 4}, {9, 8},
    {9, 10}, {10, 0}, {10, 1}, {10, 2}, {10, 3}, {10, 6}, {10, 11}, {11, 2}, {11, 4}};
constexpr AlignmentHead kSmall[] = {{5, 3}, {5, 9}, {8, 0}, {8, 4}, {8, 7},
                                    {8, 8}, {9, 0}, {9, 7}, {9, 9}, {10, 5}};
constexpr AlignmentHead kMediumEn[] = {{11, 4},  {14, 1}, {14, 12}, {14, 14}, {15, 4},  {16, 0},
                                       {16, 4},  {16, 9}, {17, 12}, {17, 14}, {18, 7},  {18, 10},
                                       {18, 15}, {20, 0}, {20, 3},  {20, 9},  {20, 14}, {21, 12}};
constexpr AlignmentHead kMedium[] = {{13, 15}, {15, 4}, {15, 15}, {16, 1}, {20, 0}, {23, 4}};
constexpr AlignmentHead kLargeV1[] = {{9, 19},  {11, 2},  {11, 4}, {11, 17}, {22, 7},
                                      {22, 11}, {22, 17}, {23, 2}, {23, 15}};
constexpr AlignmentHead kLargeV2[] = {{10, 12}, {13, 17}, {16, 11}, {16, 12}, {16, 13}, {17, 15},
                                      {17, 16}, {18, 4},  {18, 11}, {18, 19}, {19, 11}, {21, 2},
                                      {21, 3},  {22, 3},  {22, 9},  {22, 12}, {23, 5},  {23, 7},
                                      {23, 13}, {25, 5},  {26, 1},  {26, 12}, {27, 15}};
constexpr AlignmentHead kLargeV3[] = {{7, 0},   {10, 17}, {12, 18}, {13, 12}, {16, 1},
                                      {17, 14}, {19, 11}, {21, 4},  {24, 1},  {25, 6}};
constexpr AlignmentHead kTurbo[] = {{2, 4}, {2, 11}, {3, 3}, {3, 6}, {3, 11}, {3, 14}};

/// A published model, told by its dimensions.
struct Published {
  std::int64_t width, audio_layers, text_layers, vocabulary;
  std::span<const AlignmentHead> heads;
};

constexpr Published kPublished[] = {
    {384, 4, 4, 51864, kTinyEn},      {384, 4, 4, 51865, kTiny},
    {512, 6, 6, 51864, kBaseEn},      {512, 6, 6, 51865, kBase},
    {768, 12, 12, 51864, kSmallEn},   {768, 12, 12, 51865, kSmall},
    {1024, 24, 24, 51864, kMediumEn}, {1024, 24, 24, 51865, kMedium},
    {1280, 32, 32, 51865, kLargeV2},  {1280, 32, 32, 51866, kLargeV3},
    {1280, 32, 4, 51866, kTurbo},
};

/// What generation_config.json says; empty when it says nothing, or nothing that is of use.
Heads stated_heads(const fs::path& folder, const Dims& dims, Reporter& reporter) {
  const fs::path file = folder / "generation_config.json";
  std::error_code error;
  if (!fs::exists(file, error)) return {};
  const auto text = read_text(file);
  const auto json = text ? Json::parse(*text) : Result<Json>(Unexpected(text.error()));
  if (!json) {
    reporter.warn(fmt::format("generation_config.json is not used: {}", json.error().message));
    return {};
  }
  const Json* const list = json->find("alignment_heads");
  if (list == nullptr || list->array() == nullptr) return {};
  Heads heads;
  std::string left_out;
  for (const Json& pair : *list->array()) {
    const Json::Array* const both = pair.array();
    const bool is_pair = both != nullptr && both->size() == 2 && both->at(0).is_integer() &&
                         both->at(1).is_integer();
    const AlignmentHead head = is_pair
                                   ? AlignmentHead{*both->at(0).integer(), *both->at(1).integer()}
                                   : AlignmentHead{-1, -1};
    const bool is_ours = head.layer >= 0 && head.layer < dims.text_layers && head.head >= 0 &&
                         head.head < dims.text_heads();
    if (!is_ours)
      left_out += (left_out.empty() ? "" : ", ") + pair.dump(-1);
    else if (std::find(heads.begin(), heads.end(), head) == heads.end())
      heads.push_back(head);
  }
  if (!left_out.empty())
    reporter.note(
        fmt::format("alignment heads that a decoder of {} layers with {} heads does not have are "
                    "left out: {}",
                    dims.text_layers, dims.text_heads(), left_out));
  return heads;
}

/// Hugging Face's openai/whisper-large is the first version.
bool names_v1(const Json& config) {
  const Json* const value = config.find("_name_or_path");
  if (value == nullptr || value->string() == nullptr) return false;
  const std::string& name = *value->string();
  return name.find("large-v1") != name.npos || name.ends_with("whisper-large");
}

Heads published_heads(const Json& config, const Dims& dims, Reporter& reporter) {
  const auto* const found =
      std::find_if(std::begin(kPublished), std::end(kPublished), [&](const Published& p) {
        return p.width == dims.text_width && p.audio_layers == dims.audio_layers &&
               p.text_layers == dims.text_layers && p.vocabulary == dims.vocabulary;
      });
  if (found == std::end(kPublished)) return {};
  std::span<const AlignmentHead> heads = found->heads;
  if (heads.data() == kLargeV2) {
    const bool v1 = names_v1(config);
    if (v1) heads = kLargeV1;
    reporter.note(
        fmt::format("large-v1 and large-v2 have the same dimensions: word times are from "
                    "the alignment heads of {}, as config.json {}",
                    v1 ? "v1" : "v2", v1 ? "names it" : "does not name v1"));
  }
  return {heads.begin(), heads.end()};
}

}  // namespace

std::vector<AlignmentHead> alignment_heads(const fs::path& folder, const Json& config,
                                           const Dims& dims, Reporter& reporter) {
  Heads heads = stated_heads(folder, dims, reporter);
  if (heads.empty()) heads = published_heads(config, dims, reporter);
  if (!heads.empty()) return heads;
  for (std::int64_t layer = dims.text_layers / 2; layer < dims.text_layers; ++layer)
    for (std::int64_t head = 0; head < dims.text_heads(); ++head) heads.push_back({layer, head});
  reporter.note(fmt::format(
      "no alignment heads are known for this model: word times are from all heads of layers {} to "
      "{} of the decoder",
      dims.text_layers / 2, dims.text_layers - 1));
  return heads;
}

}  // namespace decibit::whisper
