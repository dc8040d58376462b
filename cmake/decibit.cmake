# SPDX-License-Identifier: Apache-2.0
# One library per folder under src/; the link arrows are the layers of DESIGN.md.

# Flags of everything that is ours. -ffp-contract=off: the bits of a quantized file may not depend
# on whether a compiler fuses a multiply and an add. Two warnings of GCC 12 go wrong inside std::string
# at -O3 (GCC bug 105329 and its kin); clang and the dev preset keep theirs.
add_library(decibit_flags INTERFACE)
target_compile_options(decibit_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffp-contract=off
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict;-Wno-maybe-uninitialized>"
  $<$<BOOL:${DECIBIT_WERROR}>:-Werror>)

# decibit_library(NAME SOURCES a.cc b.cc LINKS decibit_core ...)
function(decibit_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE decibit_flags ${ARG_PRIVATE_LINKS})
endfunction()

# decibit_test(NAME LINKS decibit_io ... [SOURCES a.cc ...] [SLOW]): NAME.cc of the calling folder unless
# SOURCES says otherwise; SLOW tests run with --all only.
function(decibit_test name)
  cmake_parse_arguments(ARG "SLOW" "" "SOURCES;LINKS" ${ARGN})
  if(NOT ARG_SOURCES)
    set(ARG_SOURCES ${name}.cc)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} decibit_flags GTest::gtest GTest::gmock
                                        GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    DECIBIT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" DECIBIT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(ARG_SLOW)
    set(label slow)
  else()
    set(label fast)
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()
