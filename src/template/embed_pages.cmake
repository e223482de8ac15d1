# SPDX-License-Identifier: Apache-2.0
# cmake -DFOLDER=… -DNOTICES=… -DOUT=… -P embed_pages.cmake: templates and style sheet become one table of strings in C.
file(GLOB files ${FOLDER}/*.html ${FOLDER}/*.css ${FOLDER}/*.txt ${FOLDER}/*.md ${NOTICES}/*.html ${NOTICES}/*.md)
list(FILTER files EXCLUDE REGEX "README")
list(SORT files)
set(text "/* Made from src/template/pages by embed_pages.cmake. */\n#include \"template/pages.h\"\n\n")
set(table "const cdr_template_source cdr_pages[] = {\n")
set(n 0)
foreach(file ${files})
  get_filename_component(name ${file} NAME)
  # Escapes throughout: no character of a page can be taken for CMake's or C's.
  file(READ ${file} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
  string(REGEX REPLACE "(................................................................................................................................)" "\\1\"\n    \"" bytes "${bytes}")
  string(APPEND text "static const char page_${n}[] =\n    \"${bytes}\";\n")
  string(APPEND table "    {\"${name}\", page_${n}, sizeof page_${n} - 1},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT} "${text}\n${table}};\nconst size_t cdr_page_count = ${n};\n")
