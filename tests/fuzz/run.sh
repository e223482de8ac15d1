#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/fuzz/run.sh SECONDS [TARGET...]       build the fuzz targets with clang and run each for SECONDS from its corpus
# tests/fuzz/run.sh --total SECONDS [TARGET...]   share SECONDS of wall clock among them
# New inputs go to build/fuzz/corpus, crashes to build/fuzz/found. The last line is "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/../.."
total=
if [ "${1:-}" = --total ]; then
    total=${2:?seconds}
    shift 2
else
    seconds=${1:-10}
    shift || true
fi
jobs=$(nproc)
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:detect_stack_use_after_return=0 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for source in tests/fuzz/fuzz_*.c; do
        [ -f "$source" ] && targets+=("$(basename "$source" .c)")
    done
fi
if [ ${#targets[@]} -eq 0 ]; then
    echo "There are no fuzz targets in tests/fuzz."
    echo "0 passed, 1 failed"
    exit 1
fi
if ! command -v clang >/dev/null; then
    echo "clang is missing; ./setup test installs it."
    echo "0 passed, 1 failed"
    exit 1
fi

mkdir -p build/fuzz/found
if ! cmake --preset fuzz > build/fuzz/configure.log 2>&1; then
    cat build/fuzz/configure.log
    echo "0 passed, 1 failed"
    exit 1
fi
if ! cmake --build build/fuzz --target "${targets[@]}" > build/fuzz/build.log 2>&1; then
    grep -E -A3 'error|FAILED|unknown target' build/fuzz/build.log | head -60
    echo "0 passed, 1 failed"
    exit 1
fi
if [ -n "$total" ]; then
    seconds=$((total * jobs / ${#targets[@]}))
    [ "$seconds" -ge 2 ] || seconds=2
fi
echo "${#targets[@]} targets, $seconds seconds each, $jobs at a time"

# Runs one target; its outcome goes to build/fuzz/found/TARGET.result.
run_one() {
    local target=$1 folders=("build/fuzz/corpus/$1") output status
    mkdir -p "build/fuzz/corpus/$target"
    [ -d "tests/fuzz/corpus/$target" ] && folders+=("tests/fuzz/corpus/$target")
    output=$(timeout -k 5 $((seconds + 60)) "build/fuzz/tests/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
        -max_len=65536 -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-" "${folders[@]}" 2>&1 < /dev/null)
    status=$?
    if [ $status -ne 0 ]; then
        printf '%s\n' "$output" | tail -40
        echo "FAIL $target (exit $status)"
        echo fail > "build/fuzz/found/$target.result"
        return
    fi
    echo "ok   $target: $(sed -n 's/^stat::number_of_executed_units: *//p' <<<"$output") runs"
    echo ok > "build/fuzz/found/$target.result"
}

rm -f build/fuzz/found/*.result
for target in "${targets[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    run_one "$target" &
done
wait
passed=0 failed=0
for target in "${targets[@]}"; do
    if [ "$(cat "build/fuzz/found/$target.result" 2>/dev/null)" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
