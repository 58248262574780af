# Steps with a name, a log and elapsed time, for ./dev.

started=$SECONDS
logs=$root/build/logs

say() { printf '[%4d s] %s\n' $((SECONDS - started)) "$*"; }

# die WHAT [WHAT TO DO]
die() {
  printf '\n[%4d s] FAILED: %s\n' $((SECONDS - started)) "$1" >&2
  [ $# -lt 2 ] || printf '         %s\n' "$2" >&2
  exit 1
}

# step NAME LOG HINT COMMAND… runs quietly, tells every half minute that it is alive, and on failure shows the log's end.
step() {
  local name=$1 log=$logs/$2.log hint=$3 begin=$SECONDS status=0 pid waited=0
  shift 3
  mkdir -p "$logs"
  say "$name …"
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  running=$pid
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
    # ninja and cargo tell how far they are in their last line
    [ $((waited % 150)) -ne 0 ] || printf '         %s\n' "$(tail -c 300 "$log" | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -1 | cut -c1-110)"
  done
  wait "$pid" || status=$?
  running=
  if [ "$status" -ne 0 ]; then
    printf '\n--- the last lines of %s ---\n' "${log#"$root"/}" >&2
    # a compiler's errors rather than the jobs that still finished after them
    grep -nE '(^|[^a-z_])(error|FAILED|fatal error)[: ]' "$log" | head -20 >&2 || true
    tail -30 "$log" >&2
    die "$name (exit $status)" "$hint"
  fi
  say "$name: done in $((SECONDS - begin)) s"
}

running=
# Ctrl-C ends the step that runs
trap '[ -z "$running" ] || kill "$running" 2>/dev/null; exit 130' INT TERM
