// SPDX-License-Identifier: Apache-2.0
// The one file that knows CLI11. CLI11 splits words into flags, values and arguments; what a user
// reads when that fails is ours, because it comes from the table.
#include "cli/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "core/suggest.h"

namespace decibit::cli {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string full_name(const Command& command) {
  return command.name.empty() ? "decibit" : fmt::format("decibit {}", command.name);
}

std::string help_hint(const Command& command) { return full_name(command) + " --help"; }

std::vector<std::string> flag_names(const Command& command) {
  std::vector<std::string> names;
  for (const Flag& flag : command.flags) names.emplace_back(flag.name);
  return names;
}

/// "-5" is a number and "-5 degrees" a text.
bool starts_like_a_flag(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && !is_digit(word[1]);
}

std::string one_of(const std::vector<std::string>& choices) { return "one of " + join(choices); }

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

bool is_choice(const Flag& flag, const std::string& value) {
  return std::ranges::find(flag.choices, lower_case(value)) != flag.choices.end();
}

/// The flags as the table calls them: aliases by their names, and those whose value is optional and
/// has fixed choices with a value, "--words=true". The next word is that value only if it is among
/// the choices; the first of them stands for none.
std::vector<std::string> as_in_table(const Command& command, std::vector<std::string> words) {
  std::vector<std::string> out;
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (*word == "--") {
      out.insert(out.end(), word, words.end());
      break;
    }
    const std::size_t equals = std::min(word->find('='), word->size());
    const bool is_short = word->size() == 2 && word->front() == '-';
    const Flag* flag = is_short ? command.find_flag((*word)[1])
                                : command.find_flag(std::string_view(*word).substr(0, equals));
    if (flag == nullptr) {
      out.push_back(std::move(*word));
    } else if (!flag->value_optional || flag->choices.empty()) {
      out.push_back(is_short ? std::move(*word) : std::string(flag->name) + word->substr(equals));
    } else if (equals < word->size()) {
      out.push_back(fmt::format("{}={}", flag->name, lower_case(word->substr(equals + 1))));
    } else {
      const bool has_value = std::next(word) != words.end() && is_choice(*flag, *std::next(word));
      if (has_value) ++word;
      out.push_back(
          fmt::format("{}={}", flag->name, has_value ? lower_case(*word) : flag->choices.front()));
    }
  }
  return out;
}

/// Looks for flags that the table lacks or that lack their value, before CLI11 says it in its own
/// words.
Status check_flags(const Command& command, const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") break;
    if (!starts_like_a_flag(word)) continue;
    if (word[1] != '-') {
      if (command.find_flag(word[1]) != nullptr) continue;
      return fail(ErrorCode::kUsage,
                  fmt::format("{} has no flag {}", full_name(command), word.substr(0, 2)),
                  help_hint(command));
    }
    const std::string name = word.substr(0, word.find('='));
    if (const Flag* flag = command.find_flag(name)) {
      const bool joined = name.size() < word.size();  // "--flag=value"
      if (flag->value.empty()) {
        if (!joined) continue;
        return fail(ErrorCode::kUsage, fmt::format("{} takes no value", name), name);
      }
      if (joined || flag->value_optional) continue;
      ++i;
      if (i < words.size() && !starts_like_a_flag(words[i])) continue;
      return fail(ErrorCode::kUsage,
                  fmt::format("{} needs a value: {}", name,
                              flag->choices.empty() ? flag->value : one_of(flag->choices)),
                  help_hint(command));
    }
    return fail(ErrorCode::kUsage, fmt::format("{} has no flag {}", full_name(command), name),
                did_you_mean(name, flag_names(command), help_hint(command)));
  }
  return {};
}

Status check_choice(std::string_view name, const std::vector<std::string>& choices,
                    const std::string& value) {
  if (choices.empty() || std::ranges::find(choices, value) != choices.end()) return {};
  std::string hint = one_of(choices);
  const std::vector<std::string> near = nearest(value, choices);
  // A number is near others without being like them.
  if (!near.empty() && !is_digit(near[0][0])) hint += fmt::format("; did you mean {}?", near[0]);
  return fail(ErrorCode::kUsage, fmt::format("{} cannot be \"{}\"", name, value), hint);
}

std::string flag_spelling(const Flag& flag) {
  return flag.short_name == 0 ? std::string(flag.name)
                              : fmt::format("-{},{}", flag.short_name, flag.name);
}

/// The CLI11 view of a command, kept until the results have been read.
class Splitter {
 public:
  explicit Splitter(const Command& command) : command_(command) {
    app_.set_help_flag();
    for (const Flag& flag : command.flags) {
      CLI::Option* option = flag.value.empty() ? app_.add_flag(flag_spelling(flag))
                                               : app_.add_option(flag_spelling(flag), ignored_);
      configure(option, flag);
      options_.push_back(option);
    }
    for (const Argument& argument : command.arguments) {
      CLI::Option* option = app_.add_option(std::string(argument.name), ignored_);
      if (argument.repeatable) {
        option->expected(-1);
      } else {
        option->allow_extra_args(false);
      }
      arguments_.push_back(option);
    }
  }

  /// What CLI11 throws for words that do not fit becomes an Error here.
  Status split(std::vector<std::string> words) {
    std::ranges::reverse(words);  // CLI11 takes them from the back
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ExtrasError&) {
      const std::vector<std::string> extra = app_.remaining();
      return fail(ErrorCode::kUsage,
                  fmt::format("one word too many for {}: \"{}\"", full_name(command_),
                              extra.empty() ? "" : extra.front()),
                  too_many_hint());
    } catch (const CLI::ParseError& error) {
      return fail(ErrorCode::kUsage, error.what(), help_hint(command_));
    }
    return {};
  }

  Values values() const {
    Values values;
    for (std::size_t i = 0; i < options_.size(); ++i) {
      if (options_[i]->count() == 0) continue;
      const Flag& flag = command_.flags[i];
      values.set(flag.name);
      if (flag.value.empty()) continue;
      for (const std::string& value : options_[i]->results()) {
        if (!(flag.value_optional && value.empty())) values.add(flag.name, value);
      }
    }
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      for (const std::string& value : arguments_[i]->results()) {
        values.add(command_.arguments[i].name, value);
      }
    }
    give_back(values);
    return values;
  }

 private:
  std::string too_many_hint() const {
    const bool told = !command_.arguments.empty() && !command_.arguments.back().if_more.empty();
    return told ? std::string(command_.arguments.back().if_more) : help_hint(command_);
  }

  /// In "inspect --tensors DIR" CLI11 takes DIR for the flag's optional value: it is the argument
  /// when there is no other.
  void give_back(Values& values) const {
    for (const Argument& argument : command_.arguments) {
      if (!argument.required || values.given(argument.name)) continue;
      for (const Flag& flag : command_.flags) {
        const std::string value = values.get(flag.name);
        if (!flag.value_optional || !flag.choices.empty() || value.empty()) continue;
        values.clear(flag.name);
        values.add(argument.name, value);
        break;
      }
    }
  }

  static void configure(CLI::Option* option, const Flag& flag) {
    option->multi_option_policy(flag.repeatable ? CLI::MultiOptionPolicy::TakeAll
                                                : CLI::MultiOptionPolicy::TakeLast);
    if (flag.value.empty()) return;
    // Without this a value like "[ab]" would be taken for a list.
    option->allow_extra_args(false);
    if (flag.value_optional) option->expected(0, 1);
  }

  const Command& command_;
  CLI::App app_;
  std::vector<std::string> ignored_;
  std::vector<CLI::Option*> options_, arguments_;
};

Status check_values(const Command& command, const Values& values) {
  for (const Flag& flag : command.flags) {
    for (const std::string& value : values.all(flag.name)) {
      TRY(check_choice(flag.name, flag.choices, value));
    }
    if (flag.required && !values.given(flag.name)) {
      return fail(ErrorCode::kUsage, fmt::format("{} is missing", flag.name),
                  fmt::format("{} {} {}", full_name(command), flag.name, flag.value));
    }
  }
  for (const Argument& argument : command.arguments) {
    for (const std::string& value : values.all(argument.name)) {
      TRY(check_choice(argument.name, argument.choices, value));
    }
    if (argument.required && !values.given(argument.name)) {
      return fail(ErrorCode::kUsage, fmt::format("{} is missing", argument.name),
                  fmt::format("{} {}", full_name(command),
                              argument.choices.empty() ? std::string(argument.name)
                                                       : join(argument.choices, "|")));
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> normalise_flag_names(std::vector<std::string> words) {
  for (std::string& word : words) {
    if (word == "--") break;
    if (!word.starts_with("--")) continue;
    const auto end =
        word.begin() + static_cast<std::ptrdiff_t>(std::min(word.find('='), word.size()));
    std::replace(word.begin(), end, '_', '-');
  }
  return words;
}

Result<Values> parse(const Command& command, std::vector<std::string> words) {
  words = as_in_table(command, normalise_flag_names(std::move(words)));
  TRY(check_flags(command, words));
  Splitter splitter(command);
  TRY(splitter.split(std::move(words)));
  Values values = splitter.values();
  if (!values.given("--help")) TRY(check_values(command, values));
  return values;
}

}  // namespace decibit::cli
