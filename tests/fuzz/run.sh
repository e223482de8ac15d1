#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/fuzz/run.sh SECONDS [TARGET...]: build the fuzz targets with clang and run each for SECONDS from its corpus.
set -uo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
shift || true
mkdir -p build/fuzz
cmake --preset fuzz > build/fuzz/configure.log 2>&1 || { cat build/fuzz/configure.log; exit 1; }
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd tests/fuzz && ls fuzz_*.c | sed 's/\.c$//')
cmake --build build/fuzz --target "${targets[@]}" > build/fuzz/build.log 2>&1 || { grep -E 'error|FAILED' build/fuzz/build.log | head; exit 1; }
status=0
run_one() {
    local target=$1 found
    mkdir -p "build/fuzz/corpus/$target" "build/fuzz/found"
    found=$("build/fuzz/tests/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/found/$target-" "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" 2>&1)
    if [ $? -ne 0 ]; then
        printf '%s\n' "$found" | tail -40
        echo "FAIL $target"
        return 1
    fi
    echo "ok   $target: $(sed -n 's/^stat::number_of_executed_units: *//p' <<<"$found") runs"
}
for ((i = 0; i < ${#targets[@]}; i += 2)); do
    run_one "${targets[i]}" &
    first=$!
    second=
    [ $((i + 1)) -lt ${#targets[@]} ] && { run_one "${targets[i + 1]}" & second=$!; }
    wait $first || status=1
    [ -z "$second" ] || wait $second || status=1
done
exit $status
