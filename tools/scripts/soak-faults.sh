#!/usr/bin/env bash
# Repeats the fault tests while an app of its own is under load beside them, and stops at the first failure.
# tools/scripts/soak-faults.sh [minutes], an hour unless given.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tools/scripts/prerequisites.sh

minutes=${1:-60}
export CHATAPP_TEST_ROUNDS=${CHATAPP_TEST_ROUNDS:-20} CHATAPP_TEST_EVERY_BYTE=${CHATAPP_TEST_EVERY_BYTE:-1}
need_build_tools
dotnet build ChatApp.sln -c Release -v quiet --nologo

work=$(mktemp -d)
load() {
  local bench
  trap 'kill "$bench" 2>/dev/null; wait "$bench"; exit' TERM # it stops its servers and removes its data
  while :; do
    bench/ChatApp.Bench/bin/Release/net10.0/ChatApp.Bench send --clients 8 --seconds 30 >"$work/load" 2>&1 &
    bench=$!
    wait "$bench" || { touch "$work/failed"; exit 1; }
  done
}
load &
load=$!
trap 'kill "$load" 2>/dev/null || true; wait "$load" || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

end=$((SECONDS + minutes * 60)) round=0
while [ "$SECONDS" -lt "$end" ]; do
  round=$((round + 1))
  echo "== round $round, after $((SECONDS / 60)) minutes"
  ./test --no-build --filter Faults
  if [ -e "$work/failed" ]; then
    cat "$work/load"
    fail "The load has failed."
  fi
done
echo "$round rounds without a failure"
