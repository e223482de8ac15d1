#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone, as C17 and as C++17, with all warnings as errors.
set -eu
cd "$(dirname "$0")/../.."
n=0
for header in include/candor/*.h; do
    name=$(basename "$header")
    printf '#include "candor/%s"\n' "$name" | ${CC:-cc} -std=c17 -x c -Iinclude -Wall -Wextra -Wpedantic -Werror -fsyntax-only -
    printf '#include "candor/%s"\n' "$name" | ${CXX:-c++} -std=c++17 -x c++ -Iinclude -Wall -Wextra -Wpedantic -Werror -fsyntax-only -
    n=$((n + 1))
done
echo "public headers: $n compile alone as C17 and C++17"
