// SPDX-License-Identifier: Apache-2.0
// The order of things: understand the source, plan from headers, check what can be checked, then
// write.
#include "convert/convert.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

#include "convert/plan.h"
#include "convert/result_config.h"
#include "convert/shards.h"
#include "convert/stream.h"
#include "convert/summary.h"
#include "convert/support_files.h"
#include "convert/target.h"
#include "convert/verify.h"
#include "io/write.h"
#include "models/source_model.h"
#include "quant/recipe.h"

namespace decibit {
namespace fs = std::filesystem;
namespace {

Result<const KernelTable*> select_kernels(const std::string& isa, Reporter& reporter) {
  if (!isa.empty()) {
    if (const KernelTable* table = find_table(isa)) return table;
    std::vector<std::string_view> names;
    for (const KernelTable* table : supported_tables()) names.push_back(table->name);
    return fail(ErrorCode::kUsage,
                fmt::format("--isa {}: this processor runs {}", isa, fmt::join(names, ", ")));
  }
  std::vector<std::string> warnings;
  const KernelTable& table = choose_table(warnings);
  for (const std::string& warning : warnings) reporter.warn(warning);
  return &table;
}

/// Dropped tensors that carry information after all are worth a warning.
Status check_dropped(const SourceModel& source, const KernelTable& kernels, Reporter& reporter) {
  for (const Weight& weight : source.weights) {
    const Mapped mapped = source.schema.map_name(weight.name);
    if (mapped.op != Mapped::Op::kDrop || !mapped.expected_value) continue;
    if (weight.scheme || !(is_mlx_float(weight.dtype) || weight.dtype == DType::kF64)) continue;
    const RowSourcePtr rows = cast_rows(tensor_rows(*weight.tensor), DType::kF32, false, kernels);
    std::vector<std::byte> values(static_cast<std::size_t>(rows->rows() * rows->row_bytes()));
    TRY(rows->read(0, rows->rows(), values));
    for (std::size_t i = 0; i < values.size(); i += sizeof(float)) {
      float value = 0;
      std::memcpy(&value, values.data() + i, sizeof value);
      if (value == *mapped.expected_value) continue;
      reporter.warn(
          fmt::format("{} is not part of the model and was left out, although it is not "
                      "{} everywhere",
                      weight.name, *mapped.expected_value));
      break;
    }
  }
  return {};
}

Status refuse_if_strict(const ConvertOptions& options, const std::vector<std::string>& lines) {
  if (!options.strict || lines.empty()) return {};
  return fail(ErrorCode::kStrict,
              fmt::format("--strict: not everything can be done as asked:\n    {}",
                          fmt::join(lines, "\n    ")));
}

/// --allow-nonfinite: weights with a NaN or an infinity stay dense.
Status keep_nonfinite_dense(Plan& plan, const StreamContext& context) {
  for (const std::size_t index : TRY(find_nonfinite(plan.pieces, context))) {
    Piece& piece = plan.pieces[index];
    if (!piece.can_stay_dense) continue;  // writing it will say what is wrong
    piece.scheme.reset();
    const std::string path = layer_path(piece.name);
    std::erase_if(plan.layers, [&](const QuantizedLayer& layer) { return layer.path == path; });
    plan.not_as_asked.push_back(
        fmt::format("{} kept dense: it holds NaN or infinite values", piece.name));
  }
  if (std::none_of(plan.pieces.begin(), plan.pieces.end(),
                   [](const Piece& p) { return p.scheme || p.packed; }))
    plan.global.reset();
  return {};
}

/// Files without which the model cannot do its work (a speech tokenizer).
void tell_missing_files(const Schema& schema, const std::vector<SupportFile>& files, Plan& plan) {
  for (const std::string& needed : schema.run_time_files)
    if (std::none_of(files.begin(), files.end(),
                     [&](const SupportFile& file) { return file.relative == needed; }))
      plan.not_as_asked.push_back(fmt::format(
          "{} is missing from the source: a {} cannot run without it", needed, schema.model_type));
}

std::uint64_t support_bytes(const std::vector<SupportFile>& files) {
  std::uint64_t bytes = 0;
  for (const SupportFile& file : files) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file.source, error);
    if (!error) bytes += size;
  }
  return bytes;
}

Status check_disk(const ConvertSummary& summary, const fs::path& target) {
  if (summary.free_disk_bytes >= summary.needed_disk_bytes) return {};
  return fail(ErrorCode::kResources,
              fmt::format("{} needs {} bytes, and {} are available", target.string(),
                          summary.needed_disk_bytes, summary.free_disk_bytes),
              "free some space, or choose another --mlx-path");
}

void finish_summary(ConvertSummary& summary, const SourceModel& source, const Plan& plan,
                    const std::vector<PieceOutcome>& outcomes) {
  summary.components = summarize(source.schema, plan.pieces, outcomes);
  summary.total = total_of(summary.components);
}

/// Everything below the target folder, then its new name.
Status write_result(const ConvertOptions& options, const SourceModel& source, const Plan& plan,
                    Shards& shards, const std::vector<SupportFile>& support,
                    const StreamContext& context, ConvertSummary& summary) {
  TargetFolder folder = TRY(
      TargetFolder::open(options.target, source.checkpoint->folder, options.force, summary.files));
  const fs::path& partial = folder.partial();
  TRY(shards.create(partial));
  const std::vector<PieceOutcome> outcomes = TRY(stream_pieces(plan.pieces, shards, context));
  TRY(shards.finish());
  const std::vector<std::string> lines = damage(plan.pieces, outcomes);
  summary.notes.insert(summary.notes.end(), lines.begin(), lines.end());
  TRY(refuse_if_strict(options, lines));
  for (std::string& note : nonfinite_note(plan.pieces, outcomes))
    summary.notes.push_back(std::move(note));

  TRY(copy_support_files(support, partial, context.reporter));
  TRY(write_text(partial / "model.safetensors.index.json", shards.index().dump(4)));
  TRY(write_text(partial / "config.json",
                 result_config(source.config, source.schema.model_type, plan).dump(4)));
  if (options.verify) TRY(verify_result(partial, plan.pieces, outcomes, context));
  TRY(folder.commit(options.sync));
  finish_summary(summary, source, plan, outcomes);
  return {};
}

}  // namespace

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const Recipe& recipe : all_recipes()) names.emplace_back(recipe.name);
  return names;
}

Result<ConvertSummary> convert(const ConvertOptions& options, Reporter& reporter) {
  const KernelTable& kernels = *TRY(select_kernels(options.isa, reporter));
  const SourceModel source = TRY(
      open_source_model(options.source, {options.model_type, options.model_domain, {}}, reporter));
  for (const std::string& note : source.schema.notes) reporter.note(note);
  TRY(check_dropped(source, kernels, reporter));

  Plan plan = TRY(make_plan({source.schema, source.weights, source.config,
                             source.checkpoint->metadata, options, kernels}));
  ThreadPool pool(options.threads);
  const StreamContext context{pool, kernels, options.profile, reporter};
  if (options.allow_nonfinite) TRY(keep_nonfinite_dense(plan, context));
  const std::vector<SupportFile> support = TRY(find_support_files(*source.checkpoint));
  tell_missing_files(source.schema, support, plan);
  TRY(refuse_if_strict(options, plan.not_as_asked));
  Shards shards(plan.pieces, options.max_shard_bytes);
  ConvertSummary summary;
  summary.model_type = source.schema.model_type;
  summary.model_domain = source.detection.type->domain;
  summary.evidence = source.detection.evidence;
  summary.source_bytes = source.weight_bytes();
  summary.needed_disk_bytes = shards.disk_bytes() + support_bytes(support);
  summary.free_disk_bytes = free_disk_bytes(options.target);
  // Code and libraries, then each thread's blocks: read, cast twice, codes, scales.
  summary.needed_memory_bytes = (std::uint64_t{24} << 20) + pool.size() * (std::uint64_t{8} << 20);
  summary.dry_run = options.dry_run;
  summary.notes = plan.not_as_asked;
  summary.files = shards.file_names();
  summary.files.insert(summary.files.end(), {"model.safetensors.index.json", "config.json"});
  for (const SupportFile& file : support) summary.files.push_back(file.relative.string());

  if (options.dry_run) {
    TRY(TargetFolder::check(options.target, source.checkpoint->folder, options.force,
                            summary.files));
    finish_summary(summary, source, plan, TRY(sample_pieces(plan.pieces, context)));
    return summary;
  }
  TRY(check_disk(summary, options.target));
  TRY(write_result(options, source, plan, shards, support, context, summary));
  return summary;
}

}  // namespace decibit
