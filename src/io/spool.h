// SPDX-License-Identifier: Apache-2.0
// Bytes that can be read once, kept in a file without a name so that they can be read again.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "core/reporter.h"
#include "core/result.h"
#include "io/byte_source.h"

namespace decibit {

/// All that `descriptor` (a pipe, a terminal, a file) still gives, read to its end; it stays open.
/// The file is in `folder` and is gone with the source, however the process ends. kResources when
/// the disk is full, kInterrupted soon after the reporter asks to stop.
Result<std::shared_ptr<const ByteSource>> spool(int descriptor, const std::string& name,
                                                const std::filesystem::path& folder,
                                                const Reporter& reporter);
/// A file as it is (see open_file); a named pipe or a device through spool().
Result<std::shared_ptr<const ByteSource>> open_or_spool(const std::filesystem::path& path,
                                                        const std::filesystem::path& folder,
                                                        const Reporter& reporter);

}  // namespace decibit
