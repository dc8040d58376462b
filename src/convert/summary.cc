// SPDX-License-Identifier: Apache-2.0
#include "convert/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace decibit {
namespace {

std::uint64_t stored_bytes(const Piece& piece) {
  std::uint64_t bytes = 0;
  for (const TensorHeader& header : outputs_of(piece))
    bytes += static_cast<std::uint64_t>(size_bytes(header.shape, header.dtype).value_or(0));
  return bytes;
}

/// "affine 4:64, F32": what most weights (numbers, not tensors) have comes first.
std::string join_methods(const std::map<std::string, std::int64_t>& weights_by_method) {
  std::vector<std::pair<std::int64_t, std::string>> order;
  order.reserve(weights_by_method.size());
  for (const auto& [method, weights] : weights_by_method) order.emplace_back(-weights, method);
  std::sort(order.begin(), order.end());
  std::string joined;
  for (const auto& [weights, method] : order) joined += (joined.empty() ? "" : ", ") + method;
  return joined;
}

}  // namespace

double bits_per_weight(std::uint64_t bytes, std::int64_t weights) {
  return weights == 0 ? 0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(weights);
}

double ComponentSummary::bits_per_weight() const {
  return decibit::bits_per_weight(bytes, weights);
}

std::vector<ComponentSummary> summarize(const Schema& schema, const std::vector<Piece>& pieces,
                                        const std::vector<PieceOutcome>& outcomes) {
  std::vector<ComponentSummary> rows(schema.components.size());
  std::vector<std::map<std::string, std::int64_t>> methods(rows.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    ComponentSummary& row = rows[piece.component];
    row.bytes += stored_bytes(piece);
    if (piece.is_companion) continue;
    ++row.tensors;
    row.weights += piece.elements();
    methods[piece.component][piece.method()] += piece.elements();
    if (!piece.scheme) continue;
    row.error.add(outcomes[i].error);
    const double sqnr = outcomes[i].error.sqnr_db();
    if (row.worst_tensor.empty() || sqnr < row.worst_sqnr_db) {
      row.worst_tensor = layer_path(piece.name);
      row.worst_sqnr_db = sqnr;
    }
  }
  std::vector<ComponentSummary> present;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (rows[c].tensors == 0) continue;
    rows[c].name = schema.components[c];
    rows[c].method = join_methods(methods[c]);
    present.push_back(std::move(rows[c]));
  }
  return present;
}

ComponentSummary total_of(const std::vector<ComponentSummary>& components) {
  ComponentSummary total;
  total.name = "total";
  for (const ComponentSummary& c : components) {
    total.tensors += c.tensors;
    total.weights += c.weights;
    total.bytes += c.bytes;
    total.error.add(c.error);
    if (!c.worst_tensor.empty() &&
        (total.worst_tensor.empty() || c.worst_sqnr_db < total.worst_sqnr_db)) {
      total.worst_tensor = c.worst_tensor;
      total.worst_sqnr_db = c.worst_sqnr_db;
    }
  }
  return total;
}

std::vector<std::string> damage(const std::vector<Piece>& pieces,
                                const std::vector<PieceOutcome>& outcomes) {
  std::vector<std::string> lines;
  std::int64_t zeroed_tensors = 0, zeroed_groups = 0, groups = 0;
  std::size_t worst = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const QuantError& error = outcomes[i].error;
    if (error.zeroed_groups > 0) {
      ++zeroed_tensors;
      zeroed_groups += error.zeroed_groups;
      groups += error.groups;
      if (error.zeroed_groups > outcomes[worst].error.zeroed_groups) worst = i;
    }
    if (outcomes[i].overflowed)
      lines.push_back(fmt::format("{}: weights became infinite in the cast from {} to {}",
                                  pieces[i].name, name(pieces[i].uncast->dtype()),
                                  pieces[i].method()));
  }
  if (zeroed_tensors == 0) return lines;
  const QuantError& error = outcomes[worst].error;
  lines.push_back(
      fmt::format("{} of {} groups in {} tensor{} became all zero, most in {} ({} of {}, SQNR "
                  "{:.1f} dB): their "
                  "weights are too small for {}; affine or mxfp4 keeps them",
                  zeroed_groups, groups, zeroed_tensors, zeroed_tensors == 1 ? "" : "s",
                  layer_path(pieces[worst].name), error.zeroed_groups, error.groups,
                  error.sqnr_db(), pieces[worst].method()));
  return lines;
}

std::vector<std::string> nonfinite_note(const std::vector<Piece>& pieces,
                                        const std::vector<PieceOutcome>& outcomes) {
  std::size_t count = 0, first = 0;
  for (std::size_t i = pieces.size(); i-- > 0;)
    if (outcomes[i].nonfinite) {
      ++count;
      first = i;
    }
  if (count == 0) return {};
  return {fmt::format("{} dense tensor{} of the source hold{} NaN or infinite values ({}{})", count,
                      count == 1 ? "" : "s", count == 1 ? "s" : "", pieces[first].name,
                      count > 1 ? ", ..." : "")};
}

}  // namespace decibit
