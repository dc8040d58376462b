// SPDX-License-Identifier: Apache-2.0
// The closed classes of English that the tagger looks at. A word is given in lower case.
#pragma once

#include <string_view>

namespace decibit::text::en {

bool is_determiner(std::string_view word);    // the, a, each; with possessives
bool is_possessive(std::string_view word);    // my, your
bool is_subject(std::string_view word);       // I, they, who
bool is_third_person(std::string_view word);  // he, she, it
bool is_object(std::string_view word);        // me, them
bool is_preposition(std::string_view word);
bool is_conjunction(std::string_view word);  // and, but, because
bool is_modal(std::string_view word);        // can, won't; do, did, let
bool is_be(std::string_view word);
bool is_have(std::string_view word);
bool is_adverb(std::string_view word);  // not, never, -ly
bool is_number_word(std::string_view word);
/// Any of the above: a word that is neither a noun, nor an adjective, nor a full verb.
bool is_function_word(std::string_view word);

}  // namespace decibit::text::en
