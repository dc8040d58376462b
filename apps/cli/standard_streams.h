// SPDX-License-Identifier: Apache-2.0
// Standard streams that a parent has closed: `decibit ... <&-`.
#pragma once

namespace decibit::cli {

/// Makes descriptors 0 to 2 stand for nothing where they are closed, so that no file that is opened
/// later gets one of them: weights would be heard as sound, or messages written into them. Reading
/// and writing such a stream fails as before.
void occupy_standard_streams();

}  // namespace decibit::cli
