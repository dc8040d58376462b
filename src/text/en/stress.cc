// SPDX-License-Identifier: Apache-2.0
#include "text/en/stress.h"

#include <algorithm>

namespace decibit::text::en {
namespace {

Phones without(const Phones& phones, PhonesView marks) {
  Phones result;
  std::copy_if(phones.begin(), phones.end(), std::back_inserter(result),
               [&](char32_t p) { return !is_one_of(p, marks); });
  return result;
}

Phones replaced(Phones phones, char32_t from, char32_t to) {
  std::replace(phones.begin(), phones.end(), from, to);
  return phones;
}

bool has(const Phones& phones, char32_t symbol) { return is_one_of(symbol, phones); }

// A mark stands just before the first vowel; words without one carry none.
Phones marked(char32_t mark, Phones phones) {
  const auto vowel = std::find_if(phones.begin(), phones.end(), is_vowel);
  if (vowel != phones.end()) phones.insert(vowel, mark);
  return phones;
}

}  // namespace

Phones with_stress(Phones phones, Stress stress) {
  if (!stress) return phones;
  const int level = *stress;
  const bool primary = has(phones, kPrimary);
  const bool secondary = has(phones, kSecondary);
  if (level < kDemoted) return without(phones, U"ˈˌ");
  if (level == kDemoted || ((level == 0 || level == kSlightlyLess) && primary)) {
    return replaced(without(phones, U"ˌ"), kPrimary, kSecondary);
  }
  if (level >= 0 && level <= 2 && !primary && !secondary)
    return marked(kSecondary, std::move(phones));
  if (level >= 2 && !primary && secondary) return replaced(std::move(phones), kSecondary, kPrimary);
  if (level > 2 && !primary && !secondary) return marked(kPrimary, std::move(phones));
  return phones;
}

int stress_weight(PhonesView phones) {
  int weight = 0;
  for (char32_t p : phones) weight += is_one_of(p, U"AIOQWYʤʧ") ? 2 : 1;
  return weight;
}

}  // namespace decibit::text::en
