// SPDX-License-Identifier: Apache-2.0
// The binary opcodes of pickle protocols 2 to 5 that weights are made of (cpython
// Lib/pickletools.py). Those that are not here are refused.
#pragma once

namespace decibit {

// clang-format off
enum Opcode : unsigned char {
  // stream and stack
  kProto = 0x80, kFrame = 0x95, kStop = '.', kMark = '(', kPop = '0', kPopMark = '1', kDup = '2',
  // constants and numbers
  kNoneOp = 'N', kNewTrue = 0x88, kNewFalse = 0x89,
  kBinInt = 'J', kBinInt1 = 'K', kBinInt2 = 'M', kLong1 = 0x8a, kLong4 = 0x8b, kBinFloat = 'G',
  // text and bytes, by the width of their length
  kShortBinUnicode = 0x8c, kBinUnicode = 'X', kBinUnicode8 = 0x8d,
  kShortBinString = 'U', kBinString = 'T',
  kShortBinBytes = 'C', kBinBytes = 'B', kBinBytes8 = 0x8e, kByteArray8 = 0x96,
  // containers
  kEmptyTuple = ')', kTuple1 = 0x85, kTuple2 = 0x86, kTuple3 = 0x87, kTuple = 't',
  kEmptyList = ']', kAppend = 'a', kAppends = 'e', kList = 'l',
  kEmptyDict = '}', kSetItem = 's', kSetItems = 'u', kDict = 'd',
  // memo
  kBinGet = 'h', kLongBinGet = 'j', kBinPut = 'q', kLongBinPut = 'r', kMemoize = 0x94,
  // functions, objects, storages
  kGlobal = 'c', kStackGlobal = 0x93, kReduce = 'R', kNewObj = 0x81, kBuild = 'b', kBinPersId = 'Q'
};
// clang-format on

}  // namespace decibit
