# SPDX-License-Identifier: Apache-2.0
# cmake -DFILE=… -DOUT=… -P embed_default.cmake: the disclosure policy that comes with the program becomes a string in C.
include(${CMAKE_CURRENT_LIST_DIR}/../../base/embed.cmake)
embed_bytes(${FILE} bytes)
file(WRITE ${OUT} "/* Made from playbooks/policies/disclosure.yaml by embed_default.cmake. */\n#include \"core/disclosure/policy.h\"\n\nconst char cdr_disclosure_default[] =\n    \"${bytes}\";\nconst size_t cdr_disclosure_default_len = sizeof cdr_disclosure_default - 1;\n")
