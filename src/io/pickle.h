// SPDX-License-Identifier: Apache-2.0
// A pickle as inert data. Unpickling in Python runs whatever the file names; here nothing runs: a
// call stays a node that holds the name of its function and the arguments, and a name that the
// caller does not allow is an error.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace decibit {

struct PickleValue {
  enum class Kind : std::uint8_t {
    kNone,
    kBool,
    kInteger,
    kBigInteger,  // beyond 64 bits; its value is not kept
    kReal,
    kString,
    kBytes,
    kTuple,
    kList,
    kDict,
    kGlobal,     // text: "module.name"
    kCall,       // items: function, arguments; members: set on the result
    kPersistent  // items: the id
  };
  Kind kind = Kind::kNone;
  std::int64_t integer = 0;  // kBool, kInteger
  double real = 0;
  std::string text;  // kString, kBytes, kGlobal
  std::vector<const PickleValue*> items;
  std::vector<std::pair<const PickleValue*, const PickleValue*>> members;  // kDict, kCall

  bool is(Kind k) const { return kind == k; }
  /// A call of the global of this name.
  bool is_call_of(std::string_view name) const;
};

/// Owns all values of one pickle. Values may be shared and may even contain themselves.
class Pickle {
 public:
  const PickleValue& root() const { return *root_; }

 private:
  friend class PickleMachine;
  std::deque<PickleValue> values_;
  const PickleValue* root_ = nullptr;
};

using AllowsGlobal = bool (*)(std::string_view qualified_name);

/// Reads the binary opcodes of protocols 2 to 5 that lists, dicts, tuples, numbers, strings and
/// calls are made of. kBadInput: any other opcode, a global that `allows` refuses (both with the
/// byte position), an unbalanced stack, or more than 2 million values and places that hold one.
Result<Pickle> parse_pickle(std::string_view bytes, AllowsGlobal allows);

}  // namespace decibit
