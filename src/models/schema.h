// SPDX-License-Identifier: Apache-2.0
// What a model's tensors are: one table per model, used by convert, inspect and load.
// Canonical names and shapes are those of mlx-audio 0.6.2's parameter tree.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/shape.h"
#include "io/json.h"

namespace decibit {

/// How PyTorch stores a weight whose MLX layout differs.
enum class Layout : std::uint8_t {
  kSame,    // no difference
  kConv1d,  // torch [out, in, k]     -> MLX [out, k, in]
  kConv2d,  // torch [out, in, h, w]  -> MLX [out, h, w, in]
};

/// The torch shape of a tensor whose MLX shape is `mlx`.
Shape torch_shape(const Shape& mlx, Layout layout);

/// What kind of module holds the tensor, as far as quantization cares.
enum class Role : std::uint8_t {
  kLinear,     // [N, K] weight of a Linear
  kEmbedding,  // [V, K] table
  kOther       // everything that mlx.nn cannot quantize: convolutions, LSTMs, norms, biases
};

/// How `--scope all` stores a tensor beyond what MLX quantizes (mode decibit-rows).
struct RowsPlan {
  enum class Kind : std::uint8_t {
    kNone,            // as it is
    kMatrix,          // [N, K] as rows (LSTM matrices)
    kConv,            // X.weight_v [O,K,I] with X.weight_g folded in, as rows [O, K*I]
    kConvTransposed,  // X.weight_v stored [I,K,O] (norm over the input channel), as rows [O, K*I]
    kFoldedAway,      // X.weight_g of kConv and kConvTransposed: not written, unless its weight_v
                      // stays dense because I - dense_tail fits no group
    kKeepDense        // quantizable for MLX, but too sensitive for --scope all
  };
  Kind kind = Kind::kNone;
  bool is_conv() const { return kind == Kind::kConv || kind == Kind::kConvTransposed; }
  int min_bits = 0;             // never fewer bits than this (a Linear of kind kNone too)
  std::int64_t dense_tail = 0;  // the last columns of each tap, kept dense in X.weight_tail
};

/// The tensor's place in a transformer stack, for the mixed recipes.
struct StackPlace {
  int layer = -1;          // -1: in no stack
  int layers = 0;          // of the stack
  bool sensitive = false;  // value projection or the FFN's output projection (v_proj, down_proj)
};

struct TensorSpec {
  std::string name;  // "encoder.blocks.0.attn.query.weight"
  Shape shape;       // in MLX layout
  Layout layout = Layout::kSame;
  Role role = Role::kOther;
  /// Linear or Embedding that the model's own predicate lets mlx-audio quantize. The K % 64 and
  /// group rules are the converter's.
  bool quantizable = false;
  bool optional = false;
  bool output_head = false;  // lm_head: recipes give it the high bits
  /// Never cast (--scope all and --dequantize also leave it): statistics that must stay as they
  /// are.
  bool keep_dtype = false;
  std::uint16_t component = 0;  // index into Schema::components
  StackPlace stack = {};
  RowsPlan rows = {};
};

/// What becomes of a source tensor.
struct Mapped {
  enum class Op : std::uint8_t {
    kNone,
    kDrop,      // known and not part of the MLX model (position ids, tied heads, ...)
    kUnpermute  // q/k rows from Hugging Face's half-split rotary order back to interleaved pairs
  };
  std::string name;  // canonical name
  Op op = Op::kNone;
  int heads = 0;  // kUnpermute: heads of the projection
  /// kDrop: dropping loses nothing only if every element has this value; else the user is warned.
  std::optional<float> expected_value = {};
};

/// Foreign name -> canonical name. A name the rule does not know is returned unchanged (and is then
/// reported as unexpected if the schema has no such tensor).
using NameMap = std::function<Mapped(std::string_view source_name)>;

struct Schema {
  std::string model_type;               // as written to config.json
  std::vector<std::string> components;  // "encoder", "decoder", ... in display order
  std::vector<TensorSpec> tensors;      // in the model's own order
  NameMap map_name;
  /// mlx-audio transposes dense weights again when it loads them, so `--layout auto` must write the
  /// torch order for a dense result (kokoro, qwen2_audio).
  bool loader_expects_torch_when_dense = false;
  /// Every tensor passes through float16 first, whatever dtype is asked (whisper).
  bool through_f16 = false;
  /// Files beside the weights without which the model cannot work ("speech_tokenizer/...").
  std::vector<std::string> run_time_files;
  std::vector<std::string> notes;  // about the config, for the user
  /// The config to write, where the source's own speaks another dialect than mlx-audio's; else
  /// null.
  Json config;
};

/// What a schema may look at besides the config.
struct SourceView {
  struct Item {
    std::string_view name;
    std::span<const std::int64_t> shape;
  };
  std::vector<Item> tensors;  // sorted by name
  bool has(std::string_view name) const;
  const Item* find(std::string_view name) const;
  bool has_prefix(std::string_view prefix) const;
};

}  // namespace decibit
