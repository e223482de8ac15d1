# SPDX-License-Identifier: Apache-2.0
# embed_bytes(FILE RET): the bytes of a file as lines of a string literal in C. Escapes throughout: no character of it can be taken for CMake's or C's.
function(embed_bytes file ret)
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
  string(REPEAT "." 128 line)
  string(REGEX REPLACE "(${line})" "\\1\"\n    \"" bytes "${bytes}")
  set(${ret} "${bytes}" PARENT_SCOPE)
endfunction()
