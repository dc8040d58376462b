// SPDX-License-Identifier: Apache-2.0
#include "convert/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

#include "io/checkpoint.h"
#include "io/json.h"

namespace decibit {
namespace {

Unexpected differs(const std::string& name, const std::string& what) {
  return fail(ErrorCode::kInternal, fmt::format("verification failed: {}: {}", name, what),
              "check the disk, convert again, and report it if it repeats");
}

Status check_index(const std::filesystem::path& folder, const Checkpoint& written) {
  const std::string text = TRY(read_text(folder / "model.safetensors.index.json"));
  const Json index = TRY(Json::parse(text, Json::Duplicates::kError));
  const Json* map = index.find("weight_map");
  if (map == nullptr || !map->is_object() || map->object()->size() != written.tensors.size())
    return differs("model.safetensors.index.json", "does not list every tensor once");
  for (const auto& [name, file] : *map->object())
    if (written.find(name) == nullptr) return differs(name, "listed in the index, in no file");
  return {};
}

/// The rows of one block as floats: as they came from the source, and as they were stored.
struct Compared {
  std::vector<std::byte> source, stored;
};

Status check_dense(const Piece& piece, const Tensor& stored) {
  const RowSourcePtr rows = tensor_rows(stored);
  const std::int64_t step = rows_per_block(piece);
  Compared block;
  for (std::int64_t first = 0; first < piece.rows->rows(); first += step) {
    const std::int64_t count = std::min(step, piece.rows->rows() - first);
    const auto bytes = static_cast<std::size_t>(count * piece.rows->row_bytes());
    block.source.resize(bytes);
    block.stored.resize(bytes);
    TRY(piece.rows->read(first, count, block.source));
    TRY(stored.read(first * piece.rows->k(), block.stored));
    if (block.source != block.stored)
      return differs(piece.name, fmt::format("rows from {} differ from the source", first));
  }
  return {};
}

double sum_of_squared_differences(const std::vector<std::byte>& a,
                                  const std::vector<std::byte>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); i += sizeof(float)) {
    float x = 0, y = 0;
    std::memcpy(&x, a.data() + i, sizeof x);
    std::memcpy(&y, b.data() + i, sizeof y);
    const double d = static_cast<double>(x) - static_cast<double>(y);
    sum += d * d;
  }
  return sum;
}

Status check_quantized(const Piece& piece, const Checkpoint& written, const PieceOutcome& outcome,
                       const StreamContext& context) {
  const std::string path = layer_path(piece.name);
  Weight weight;
  weight.tensor = written.find(path + ".weight");
  weight.scales = written.find(path + ".scales");
  weight.biases = written.find(path + ".biases");
  if (weight.tensor == nullptr || weight.scales == nullptr ||
      (weight.biases != nullptr) != piece.scheme->has_biases())
    return differs(path, "codes, scales or biases are missing");
  weight.scheme = piece.scheme;
  weight.shape = piece.shape;
  // In F32, so that what is compared is the error of the codes and not of a half type.
  const RowSourcePtr stored = dequantized_f32_rows(weight, context.kernels);
  const RowSourcePtr source = cast_rows(piece.rows, DType::kF32, false, context.kernels);
  const std::int64_t step = rows_per_block(piece);
  double noise = 0;
  Compared block;
  for (std::int64_t first = 0; first < source->rows(); first += step) {
    const std::int64_t count = std::min(step, source->rows() - first);
    block.source.resize(static_cast<std::size_t>(count * source->row_bytes()));
    block.stored.resize(block.source.size());
    TRY(source->read(first, count, block.source));
    TRY(stored->read(first, count, block.stored));
    noise += sum_of_squared_differences(block.source, block.stored);
  }
  const double expected = outcome.error.noise;
  if (!(std::abs(noise - expected) <= 1e-6 * std::max(expected, 1e-30 * outcome.error.signal)))
    return differs(
        path, fmt::format("squared error {:.9g}, measured while writing {:.9g}", noise, expected));
  return {};
}

}  // namespace

Status verify_result(const std::filesystem::path& folder, const std::vector<Piece>& pieces,
                     const std::vector<PieceOutcome>& outcomes, const StreamContext& context) {
  Reporter silent;
  const auto opened = open_checkpoint(folder, silent);
  if (!opened) return differs("the result", opened.error().message);
  const Checkpoint& written = *opened;
  TRY(check_index(folder, written));
  std::vector<Status> results(pieces.size());
  context.pool.parallel_for(pieces.size(), [&](std::size_t i) {
    const Piece& piece = pieces[i];
    if (context.reporter.cancelled()) {
      results[i] = fail(ErrorCode::kInterrupted, "interrupted");
    } else if (piece.scheme) {
      results[i] = check_quantized(piece, written, outcomes[i], context);
    } else if (const Tensor* stored = written.find(piece.name)) {
      results[i] = check_dense(piece, *stored);
    } else {
      results[i] = differs(piece.name, "missing");
    }
  });
  for (Status& result : results) TRY(std::move(result));
  return {};
}

}  // namespace decibit
