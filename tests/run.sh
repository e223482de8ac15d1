#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Everything that proves Candor right, in one run: sanitized build, units, oracles, faults, fuzz corpora, command-line cases,
# end-to-end scripts. Prints the totals as its last line and exits 1 when anything failed.
set -uo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }
passed=0 failed=0 skipped=0

say "Building with sanitizers"
mkdir -p build/asan
if ! cmake --preset asan > build/asan/configure.log 2>&1; then
    cat build/asan/configure.log
    echo "0 passed, 1 failed"
    exit 1
fi
if ! cmake --build build/asan > build/asan/build.log 2>&1; then
    grep -E -A6 '(error|undefined reference|FAILED|Error)' build/asan/build.log | head -80
    echo "0 passed, 1 failed"
    exit 1
fi

say "Units, oracles, faults, fuzz corpora"
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:detect_stack_use_after_return=0 UBSAN_OPTIONS=print_stacktrace=1
ctest --test-dir build/asan -j"$(nproc)" --output-on-failure > build/asan/ctest.log 2>&1
grep -E '^ *[0-9]+/[0-9]+ Test.*(Failed|Timeout|Exception|Skipped)' build/asan/ctest.log
ctest_failed=$(grep -cE '^ *[0-9]+/[0-9]+ Test.*\*\*\*(Failed|Timeout|Exception|Not Run)' build/asan/ctest.log || true)
ctest_passed=$(grep -cE '^ *[0-9]+/[0-9]+ Test.* Passed ' build/asan/ctest.log || true)
ctest_skipped=$(grep -cE '^ *[0-9]+/[0-9]+ Test.*\*\*\*Skipped' build/asan/ctest.log || true)
cases=$(grep -ohE '\[  PASSED  \] [0-9]+ test' build/asan/Testing/Temporary/LastTest.log | awk '{n += $4} END {print n + 0}')
if [ "$ctest_failed" -gt 0 ]; then
    grep -vE '^ *(Start|[0-9]+/[0-9]+ Test.* Passed )' build/asan/ctest.log | tail -150
fi
echo "$ctest_passed programs passed ($cases cases in them), $ctest_failed failed, $ctest_skipped skipped"
passed=$((passed + cases)) failed=$((failed + ctest_failed)) skipped=$((skipped + ctest_skipped))

say "Command-line cases"
python3 tests/cli/run.py build/asan/bin > build/asan/cli.log 2>&1
cat build/asan/cli.log
line=$(tail -1 build/asan/cli.log)
passed=$((passed + $(sed -nE 's/^([0-9]+) passed.*/\1/p' <<<"$line" | head -1 | grep . || echo 0)))
failed=$((failed + $(sed -nE 's/.*, ([0-9]+) failed.*/\1/p' <<<"$line" | head -1 | grep . || echo 1)))
skipped=$((skipped + $(sed -nE 's/.*, ([0-9]+) skipped.*/\1/p' <<<"$line" | head -1 | grep . || echo 0)))

say "End to end"
# Each script has folders of its own, so as many run at once as there are processors; what they said is shown in the order of their names.
run_script() {
    local script=$1 name start=$SECONDS status
    name=$(basename "$script")
    timeout -k 10 900 "$script" build/asan/bin > "build/asan/e2e-$name.log" 2>&1 < /dev/null
    status=$?
    echo "$status $((SECONDS - start))" > "build/asan/e2e-$name.status"
}
export -f run_script
rm -f build/asan/e2e-*.status
ls -S tests/e2e/*.py tests/e2e/*.sh 2>/dev/null | xargs -P "$(nproc)" -I{} bash -c 'run_script {}'
for script in tests/e2e/*.py tests/e2e/*.sh; do
    [ -f "$script" ] || continue
    name=$(basename "$script")
    read -r status seconds < "build/asan/e2e-$name.status" || { status=1; seconds=0; }
    case $status in
    0) passed=$((passed + 1)); echo "ok   $name ($seconds s)" ;;
    77) skipped=$((skipped + 1)); echo "skip $name: $(tail -1 "build/asan/e2e-$name.log")" ;;
    *) failed=$((failed + 1)); echo "FAIL $name (exit $status)"; tail -40 "build/asan/e2e-$name.log" ;;
    esac
done

printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
