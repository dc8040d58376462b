// SPDX-License-Identifier: Apache-2.0
// mlx_audio/stt/models/parakeet/{parakeet,rnnt,ctc}.py: from_config() and the four networks.
#include "models/parakeet/schema.h"

#include <optional>
#include <string>

#include "models/config_reader.h"
#include "models/parakeet/conformer.h"
#include "models/schema_builder.h"

namespace decibit::parakeet {
namespace {

constexpr std::string_view kNemo = "nemo.collections.asr.models.";
constexpr std::string_view kRnntTarget = "rnnt_bpe_models.EncDecRNNTBPEModel";
constexpr std::string_view kHybridTarget = "hybrid_rnnt_ctc_bpe_models.EncDecHybridRNNTCTCBPEModel";
constexpr std::string_view kCtcTarget = "ctc_bpe_models.EncDecCTCModelBPE";

/// `target` after "nemo.collections.asr.models."; empty when it is not NeMo's.
std::string_view nemo_target(const Json& config) {
  const Json* target = config.find("target");
  if (target == nullptr || target->string() == nullptr) return {};
  const std::string_view text = *target->string();
  return text.starts_with(kNemo) ? text.substr(kNemo.size()) : std::string_view();
}

bool has_durations(const Json& config) {
  const Json* defaults = config.find("model_defaults");
  const Json* durations = defaults != nullptr ? defaults->find("tdt_durations") : nullptr;
  return durations != nullptr && !durations->is_null();
}

struct Transducer {
  std::int64_t embedding_rows = 0;
  std::int64_t embedding_width = 0;
  std::int64_t lstm_layers = 0;
  std::int64_t lstm_width = 0;
  std::int64_t joint_encoder = 0;  // widths that the joint network takes and works at
  std::int64_t joint_prediction = 0;
  std::int64_t joint_hidden = 0;
  std::int64_t outputs = 0;  // tokens, blank, and in TDT the durations
};

struct CtcDecoder {
  std::string path;
  std::int64_t in = 0;
  std::int64_t outputs = 0;  // tokens and blank
};

Transducer read_transducer(ConfigReader& config) {
  ConfigReader decoder = config.object("decoder");
  ConfigReader prediction = decoder.object("prednet");
  ConfigReader joint = config.object("joint");
  ConfigReader jointnet = joint.object("jointnet");
  Transducer t;
  t.embedding_rows = decoder.rows("vocab_size") + (decoder.flag_or("blank_as_pad", false) ? 1 : 0);
  t.embedding_width = prediction.width("pred_hidden");
  t.lstm_layers = prediction.count("pred_rnn_layers");
  t.lstm_width = prediction.integer_or("rnn_hidden_size", 0, 0, ConfigReader::kMaxWidth);
  if (t.lstm_width == 0) t.lstm_width = t.embedding_width;
  t.joint_encoder = jointnet.width("encoder_hidden");
  t.joint_prediction = jointnet.width("pred_hidden");
  t.joint_hidden = jointnet.width("joint_hidden");
  t.outputs = joint.rows("num_classes") + 1 +
              joint.integer_or("num_extra_outputs", 0, 0, ConfigReader::kMaxCount);
  return t;
}

CtcDecoder read_ctc(std::string path, ConfigReader decoder) {
  CtcDecoder c{.path = std::move(path)};
  c.in = decoder.width("feat_in");
  // -1 stands for the length of the vocabulary.
  std::int64_t classes = decoder.integer("num_classes", -1, ConfigReader::kMaxRows);
  const Json* words = decoder.find("vocabulary");
  if (classes <= 0 && words != nullptr && words->array() != nullptr) {
    classes = static_cast<std::int64_t>(words->array()->size());
  } else if (classes <= 0) {
    decoder.fault("decoder.num_classes is not positive, and there is no list decoder.vocabulary");
  }
  c.outputs = classes + 1;
  return c;
}

void add_transducer(SchemaBuilder& b, const Transducer& t) {
  b.component("decoder");
  b.embedding("decoder.prediction.embed", t.embedding_rows, t.embedding_width);
  for (std::int64_t i = 0; i < t.lstm_layers; ++i) {
    const std::string lstm = "decoder.prediction.dec_rnn.lstm." + std::to_string(i);
    b.parameter(lstm + ".Wx", {4 * t.lstm_width, i == 0 ? t.embedding_width : t.lstm_width});
    b.parameter(lstm + ".Wh", {4 * t.lstm_width, t.lstm_width});
    b.parameter(lstm + ".bias", {4 * t.lstm_width});
  }
  b.component("joint");
  b.linear("joint.pred", t.joint_hidden, t.joint_prediction);
  b.linear("joint.enc", t.joint_hidden, t.joint_encoder);
  // 0 and 1 of the list are the activation and a dropout that mlx-audio leaves out.
  b.linear("joint.joint_net.2", t.outputs, t.joint_hidden).output_head = true;
}

void add_ctc(SchemaBuilder& b, const CtcDecoder& c) {
  b.component(c.path);
  b.conv1d(c.path + ".decoder_layers.0", c.outputs, 1, c.in);
}

Unexpected unknown_target(const Json& config) {
  const Json* target = config.find("target");
  std::string message = "config.json: ";
  if (target == nullptr) {
    message += "lacks target, NeMo's name of the model class";
  } else {
    message += "target is " + target->dump(-1);
  }
  message += "; expected " + std::string(kNemo) + " with " + std::string(kRnntTarget) + ", " +
             std::string(kHybridTarget) + " or " + std::string(kCtcTarget);
  return fail(
      ErrorCode::kBadInput, std::move(message),
      "an mlx-community copy of the model; .nemo files and transformers' layout are not read");
}

}  // namespace

Result<Schema> schema(const Json& config, const SourceView&) {
  const Json* ternary = config.find("ternary_modules");
  if (ternary != nullptr && !ternary->is_null()) {
    return fail(ErrorCode::kBadInput,
                "config.json: ternary_modules: the weights of Parakeet Redux are ternary already");
  }
  const std::string_view target = nemo_target(config);
  const bool hybrid = target == kHybridTarget;
  const bool transducer = hybrid || target == kRnntTarget;
  if (!transducer && target != kCtcTarget) return unknown_target(config);

  if (hybrid && !has_durations(config)) {
    return fail(
        ErrorCode::kBadInput,
        "config.json: lacks model_defaults.tdt_durations: mlx-audio runs CTC beside TDT only");
  }

  ConfigReader reader(config);
  const Conformer conformer = read_conformer(reader.object("encoder"));
  const auto t = transducer ? std::optional(read_transducer(reader)) : std::nullopt;
  std::optional<CtcDecoder> ctc;
  if (hybrid) ctc = read_ctc("ctc_decoder", reader.object("aux_ctc").object("decoder"));
  if (!transducer) ctc = read_ctc("decoder", reader.object("decoder"));
  TRY(reader.status());

  SchemaBuilder b("parakeet");
  add_conformer(b, conformer);
  if (t) add_transducer(b, *t);
  if (ctc) add_ctc(b, *ctc);
  // There is no PyTorch source to read, so no shape may be taken for one.
  for (TensorSpec& spec : b.tensors()) spec.layout = Layout::kSame;
  return std::move(b).finish(keep_name);
}

bool config_matches(const Json& config) {
  const Json* encoder = config.find("encoder");
  return !nemo_target(config).empty() && encoder != nullptr &&
         encoder->find("subsampling_factor") != nullptr;
}

bool tensors_match(const SourceView& source) {
  return source.has_prefix("encoder.pre_encode.") &&
         source.has_prefix("encoder.layers.0.conv.depthwise_conv.");
}

}  // namespace decibit::parakeet
