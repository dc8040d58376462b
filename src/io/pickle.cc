// SPDX-License-Identifier: Apache-2.0
// The stack machine of pickles, one function per group of opcodes (cpython Lib/pickletools.py).
#include "io/pickle.h"

#include <fmt/format.h>

#include <bit>
#include <unordered_map>

#include "io/pickle_opcodes.h"

namespace decibit {
namespace {

/// Of values, and of the places that hold one: each costs memory, but as little as one byte of a
/// pickle, which is compressed besides.
constexpr std::size_t kMaxValues = 2'000'000;

}  // namespace

bool PickleValue::is_call_of(std::string_view name) const {
  return kind == Kind::kCall && items[0]->text == name;
}

/// One run over the bytes. Every helper that can fail leaves the reason in a Result.
class PickleMachine {
 public:
  using Kind = PickleValue::Kind;

  PickleMachine(std::string_view bytes, AllowsGlobal allows) : bytes_(bytes), allows_(allows) {}

  Result<Pickle> run() {
    while (true) {
      opcode_at_ = at_;
      const auto op = static_cast<unsigned char>(TRY(take(1)).front());
      if (op == kStop) break;
      TRY(step(op));
      if (pickle_.values_.size() + stack_.size() + marks_.size() + memo_.size() + kept_ >
          kMaxValues)
        return bad(fmt::format("it makes more than {} values", kMaxValues));
    }
    pickle_.root_ = TRY(pop());
    return std::move(pickle_);
  }

 private:
  Unexpected bad(std::string_view what) const {
    return fail(ErrorCode::kBadInput, fmt::format("pickle, byte {}: {}", opcode_at_, what));
  }

  // --- the input ---

  Result<std::string_view> take(std::uint64_t count) {
    if (count > bytes_.size() - at_)
      return fail(ErrorCode::kBadInput,
                  fmt::format("pickle, byte {}: {} bytes were expected, but {} are left", at_,
                              count, bytes_.size() - at_));
    const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += part.size();
    return part;
  }
  /// An unsigned little-endian number of 1, 2, 4 or 8 bytes.
  Result<std::uint64_t> take_number(std::size_t width) {
    const std::string_view raw = TRY(take(width));
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | static_cast<unsigned char>(raw[i]);
    return value;
  }
  /// Text that is preceded by its length in `width` bytes.
  Result<std::string> take_text(std::size_t width) {
    const std::uint64_t length = TRY(take_number(width));
    return std::string(TRY(take(length)));
  }
  Result<std::string> take_line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == bytes_.npos) return bad("a line without an end");
    std::string line(bytes_.substr(at_, end - at_));
    at_ = end + 1;
    return line;
  }

  // --- the stack ---

  PickleValue* push(Kind kind) {
    stack_.push_back(&pickle_.values_.emplace_back());
    stack_.back()->kind = kind;
    return stack_.back();
  }
  void push_integer(std::int64_t value) { push(Kind::kInteger)->integer = value; }
  void push_text(Kind kind, std::string text) { push(kind)->text = std::move(text); }

  /// Values above the last mark are all that an opcode may take away.
  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Result<PickleValue*> top() {
    if (available() == 0) return bad("its stack is empty");
    return stack_.back();
  }
  Result<PickleValue*> pop() {
    PickleValue* value = TRY(top());
    stack_.pop_back();
    return value;
  }
  /// The last `count` values, which the caller puts into a container. A container may get the same
  /// value any number of times.
  Result<std::vector<const PickleValue*>> take_last(std::size_t count) {
    if (available() < count) return bad("its stack is empty");
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<const PickleValue*> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    kept_ += count;
    return values;
  }
  /// The values above the last mark, which goes too.
  Result<std::vector<const PickleValue*>> pop_to_mark() {
    if (marks_.empty()) return bad("it lacks a mark");
    auto values = TRY(take_last(available()));
    marks_.pop_back();
    return values;
  }

  // --- opcodes ---

  Status step(unsigned char op) {
    switch (op) {
      case kMark:
        marks_.push_back(stack_.size());
        return {};
      case kPop:
        return pop_or_unmark();
      case kPopMark:
        TRY(pop_to_mark());
        return {};
      case kDup:
        stack_.push_back(TRY(top()));
        return {};
      case kProto:
        return protocol();
      case kFrame:
        TRY(take(8));
        return {};
      case kBinGet:
        return get(1);
      case kLongBinGet:
        return get(4);
      case kBinPut:
        return put(TRY(take_number(1)));
      case kLongBinPut:
        return put(TRY(take_number(4)));
      case kMemoize:
        return put(memo_.size());
      case kGlobal:
      case kStackGlobal:
        return global(op);
      case kReduce:
      case kNewObj:
        return call();
      case kBuild:
        TRY(pop());
        return check_top_is_object();
      case kBinPersId:
        return persistent();
      case kAppend:
      case kAppends:
        return append(op == kAppends);
      case kSetItem:
      case kSetItems:
        return set_items(op == kSetItems);
      default:
        break;
    }
    if (TRY(scalar(op)) || TRY(text(op)) || TRY(container(op))) return {};
    return bad(fmt::format("opcode 0x{:02x} is not one that PyTorch writes", op));
  }

  Status protocol() {
    const std::uint64_t version = TRY(take_number(1));
    if (version < 2 || version > 5)
      return bad(fmt::format("protocol {}; supported: 2 to 5", version));
    return {};
  }

  Status pop_or_unmark() {
    if (available() == 0 && !marks_.empty()) {
      marks_.pop_back();
      return {};
    }
    TRY(pop());
    return {};
  }

  Result<bool> scalar(unsigned char op) {
    switch (op) {
      case kNoneOp:
        push(Kind::kNone);
        return true;
      case kNewTrue:
        push(Kind::kBool)->integer = 1;
        return true;
      case kNewFalse:
        push(Kind::kBool);
        return true;
      case kBinInt:
        push_integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(TRY(take_number(4)))));
        return true;
      case kBinInt1:
        push_integer(static_cast<std::int64_t>(TRY(take_number(1))));
        return true;
      case kBinInt2:
        push_integer(static_cast<std::int64_t>(TRY(take_number(2))));
        return true;
      case kLong1:
        push_long(TRY(take_text(1)));
        return true;
      case kLong4:
        push_long(TRY(take_text(4)));
        return true;
      case kBinFloat: {
        std::uint64_t bits = 0;  // big-endian, alone among the opcodes
        for (char c : TRY(take(8))) bits = bits << 8 | static_cast<unsigned char>(c);
        push(Kind::kReal)->real = std::bit_cast<double>(bits);
        return true;
      }
      default:
        return false;
    }
  }

  /// Two's complement of any length, little-endian.
  void push_long(const std::string& raw) {
    if (raw.size() > 8) {
      push(Kind::kBigInteger);
      return;
    }
    std::uint64_t value = !raw.empty() && (raw.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = raw.size(); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(raw[i]);
    push_integer(static_cast<std::int64_t>(value));
  }

  Result<bool> text(unsigned char op) {
    switch (op) {
      case kShortBinUnicode:
      case kShortBinString:
        push_text(Kind::kString, TRY(take_text(1)));
        return true;
      case kBinUnicode:
      case kBinString:
        push_text(Kind::kString, TRY(take_text(4)));
        return true;
      case kBinUnicode8:
        push_text(Kind::kString, TRY(take_text(8)));
        return true;
      case kShortBinBytes:
        push_text(Kind::kBytes, TRY(take_text(1)));
        return true;
      case kBinBytes:
        push_text(Kind::kBytes, TRY(take_text(4)));
        return true;
      case kBinBytes8:
      case kByteArray8:
        push_text(Kind::kBytes, TRY(take_text(8)));
        return true;
      default:
        return false;
    }
  }

  Result<bool> container(unsigned char op) {
    switch (op) {
      case kEmptyTuple:
        push(Kind::kTuple);
        return true;
      case kEmptyList:
        push(Kind::kList);
        return true;
      case kEmptyDict:
        push(Kind::kDict);
        return true;
      case kTuple1:
      case kTuple2:
      case kTuple3: {
        auto items = TRY(take_last(op - kTuple1 + 1u));
        push(Kind::kTuple)->items = std::move(items);
        return true;
      }
      case kTuple:
      case kList: {
        auto items = TRY(pop_to_mark());
        push(op == kTuple ? Kind::kTuple : Kind::kList)->items = std::move(items);
        return true;
      }
      case kDict: {
        const auto items = TRY(pop_to_mark());
        TRY(add_members(*push(Kind::kDict), items));
        return true;
      }
      default:
        return false;
    }
  }

  Status add_members(PickleValue& target, const std::vector<const PickleValue*>& items) {
    if (items.size() % 2 != 0) return bad("a dict gets a key without a value");
    for (std::size_t i = 0; i < items.size(); i += 2)
      target.members.emplace_back(items[i], items[i + 1]);
    return {};
  }

  Status append(bool to_mark) {
    const auto values = TRY(to_mark ? pop_to_mark() : take_last(1));
    PickleValue* list = TRY(top());
    if (!list->is(Kind::kList)) return bad("it appends to something that is no list");
    list->items.insert(list->items.end(), values.begin(), values.end());
    return {};
  }

  Status set_items(bool to_mark) {
    const auto values = TRY(to_mark ? pop_to_mark() : take_last(2));
    PickleValue* dict = TRY(top());
    if (!dict->is(Kind::kDict) && !dict->is(Kind::kCall))
      return bad("it sets members of something that is no dict");
    return add_members(*dict, values);
  }

  Status get(std::size_t width) {
    const auto found = memo_.find(TRY(take_number(width)));
    if (found == memo_.end()) return bad("it asks for a value that it never stored");
    stack_.push_back(found->second);
    return {};
  }
  Status put(std::uint64_t index) {
    memo_[index] = TRY(top());
    return {};
  }

  Status global(unsigned char op) {
    std::string module, name;
    if (op == kGlobal) {
      module = TRY(take_line());
      name = TRY(take_line());
    } else {
      const PickleValue* name_value = TRY(pop());
      const PickleValue* module_value = TRY(pop());
      if (!name_value->is(Kind::kString) || !module_value->is(Kind::kString))
        return bad("the name of a global is no string");
      module = module_value->text;
      name = name_value->text;
    }
    const std::string qualified = module + "." + name;
    if (!allows_(qualified)) {
      Error error =
          bad(fmt::format("it asks for {}, which weights have no need of", printable(qualified)))
              .error;
      error.why = "a pickle can run any code when Python loads it; nothing was executed here";
      error.hint = "use the weights as safetensors, or save only model.state_dict() again";
      return Unexpected(std::move(error));
    }
    push_text(Kind::kGlobal, qualified);
    return {};
  }

  static std::string printable(std::string_view text) {
    std::string safe;
    for (char c : text.substr(0, 100)) safe += c >= ' ' && c <= '~' ? c : '?';
    return safe;
  }

  /// REDUCE calls with a tuple; NEWOBJ makes an object of a class, which is the same to us.
  Status call() {
    const PickleValue* arguments = TRY(pop());
    const PickleValue* function = TRY(pop());
    if (!function->is(Kind::kGlobal) || !arguments->is(Kind::kTuple))
      return bad("it calls something that is no function");
    push(Kind::kCall)->items = {function, arguments};
    return {};
  }

  /// BUILD sets attributes (an OrderedDict's _metadata): no weights are in them.
  Status check_top_is_object() {
    if (!TRY(top())->is(Kind::kCall)) return bad("it sets attributes of something that has none");
    return {};
  }

  Status persistent() {
    const PickleValue* id = TRY(pop());
    push(Kind::kPersistent)->items = {id};
    return {};
  }

  std::string_view bytes_;
  AllowsGlobal allows_;
  std::size_t at_ = 0, opcode_at_ = 0;
  Pickle pickle_;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;  // stack heights
  std::size_t kept_ = 0;            // items and members of all containers
  std::unordered_map<std::uint64_t, PickleValue*> memo_;
};

Result<Pickle> parse_pickle(std::string_view bytes, AllowsGlobal allows) {
  return PickleMachine(bytes, allows).run();
}

}  // namespace decibit
