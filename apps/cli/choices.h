// SPDX-License-Identifier: Apache-2.0
// The values that flags accept, read from the tables of the library and never written twice.
#pragma once

#include <string>
#include <vector>

namespace decibit::cli {

std::vector<std::string> bits_choices();  // "1", "2", ... of every scheme
std::vector<std::string> group_size_choices();
std::vector<std::string> mode_choices();  // "affine", "mxfp4", ...
std::vector<std::string> profile_choices();
std::vector<std::string> model_type_choices();  // with "generic"
std::vector<std::string> model_domain_choices();
std::vector<std::string> isa_choices();  // of this CPU

}  // namespace decibit::cli
