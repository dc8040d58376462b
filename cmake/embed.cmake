# SPDX-License-Identifier: Apache-2.0
# Makes a file a C++ array: cmake -DINPUT=FILE -DOUTPUT=FILE.cc -DNAME=array -P embed.cmake. One string literal, which
# compilers take a hundred times faster than a list of numbers; needs no program of the host in a cross build.
file(READ ${INPUT} digits HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${digits}")
file(WRITE ${OUTPUT} "extern const char ${NAME}[];\nconst char ${NAME}[] = \"${escaped}\";\n")
