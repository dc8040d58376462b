// SPDX-License-Identifier: Apache-2.0
#include "cli/help_json.h"

#include <string>

#include "cli/help.h"
#include "cli/report_values.h"

namespace decibit::cli {
namespace {

Json argument_json(const Argument& argument) {
  Json json;
  json.set("name", argument.name);
  json.set("help", argument.help);
  json.set("choices", json_strings(argument.choices));
  json.set("required", argument.required);
  json.set("repeatable", argument.repeatable);
  return json;
}

Json flag_json(const Flag& flag) {
  Json json;
  json.set("name", flag.name);
  json.set("short", flag.short_name == 0 ? Json() : Json(std::string{'-', flag.short_name}));
  json.set("alias", flag.alias.empty() ? Json() : Json(flag.alias));
  json.set("value", flag.value.empty() ? Json() : Json(flag.value));
  json.set("help", flag.help);
  json.set("group", flag.group);
  json.set("default", flag.default_value.empty() ? Json() : Json(flag.default_value));
  json.set("choices", json_strings(flag.choices));
  json.set("required", flag.required);
  json.set("repeatable", flag.repeatable);
  return json;
}

}  // namespace

Json help_json(const Command& command) {
  const bool whole = command.name.empty();
  Json json;
  json.set("summary", command.summary);
  json.set("usage", whole ? "decibit COMMAND [FLAGS]" : usage_line(command));
  json.set("description", command.description);
  Json::Array arguments, flags;
  for (const Argument& argument : command.arguments) arguments.push_back(argument_json(argument));
  for (const Flag& flag : command.flags) flags.push_back(flag_json(flag));
  json.set("arguments", std::move(arguments));
  json.set("flags", std::move(flags));
  if (whole) json.set("commands", json_strings(command_names()));
  return json;
}

}  // namespace decibit::cli
