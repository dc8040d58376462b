// SPDX-License-Identifier: Apache-2.0
// libsndfile drops the buffers of Vorbis when the very first write fails.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:libogg\nleak:libvorbis\n"; }
