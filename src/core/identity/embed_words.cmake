# SPDX-License-Identifier: Apache-2.0
# cmake -DFILE=… -DOUT=… -P embed_words.cmake: the word list becomes a string in C. Lines that begin with "#" are skipped when it is read.
include(${CMAKE_CURRENT_LIST_DIR}/../../base/embed.cmake)
embed_bytes(${FILE} bytes)
file(WRITE ${OUT} "/* Made from playbooks/words by embed_words.cmake. */\n#include \"core/identity/words.h\"\n\nconst char cdr_words_list[] =\n    \"${bytes}\";\n")
