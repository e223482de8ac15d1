# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=… -DOUT=… -P embed_policies.cmake: the policies that come with the program become one table of strings in C.
include(${CMAKE_CURRENT_LIST_DIR}/../../base/embed.cmake)
file(GLOB files ${FOLDER}/*.yaml)
list(FILTER files EXCLUDE REGEX "/disclosure\\.yaml$")   # who may be told what: src/core/disclosure
list(SORT files)
set(text "/* Made from playbooks/policies by embed_policies.cmake. */\n#include \"core/policy/policy.h\"\n\n")
set(table "static const cdr_policy_template templates[] = {\n")
set(n 0)
foreach(file ${files})
  get_filename_component(key ${file} NAME_WE)
  file(STRINGS ${file} name REGEX "^name: " LIMIT_COUNT 1)
  string(REGEX REPLACE "^name: *" "" name "${name}")
  embed_bytes(${file} bytes)
  string(APPEND text "static const char text_${n}[] =\n    \"${bytes}\";\n")
  string(APPEND table "    {\"${key}\", \"${name}\", text_${n}, sizeof text_${n} - 1},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "${text}\n${table}};\n\nconst cdr_policy_template *cdr_policy_templates(size_t *ret_count)\n{\n    *ret_count = sizeof templates / sizeof templates[0];\n    return templates;\n}\n")
