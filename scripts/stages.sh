# shellcheck shell=bash
# Runs a list of stages and prints how long each took; sourced by scripts/test and scripts/verify.
#   stage NAME COMMAND…   runs the command. A failure ends the script; the table is printed all the same.
stage_names=()
stage_seconds=()
stage_results=()

stage() {
  local name=$1 began=$SECONDS
  shift
  say "$name"
  # Not in an `if` or `||`: that would switch off `set -e` inside functions.
  stage_names+=("$name")
  stage_results+=(failed)
  stage_began=$began
  "$@"
  stage_results[-1]=ok
  stage_seconds+=($((SECONDS - began)))
}

stage_report() {
  local status=$? index total=0 seconds
  printf '\n%-44s %8s  %s\n' stage minutes result
  for index in "${!stage_names[@]}"; do
    seconds=${stage_seconds[index]:-$((SECONDS - stage_began))}
    total=$((total + seconds))
    printf '%-44s %8s  %s\n' "${stage_names[index]}" "$(minutes "$seconds")" "${stage_results[index]}"
  done
  printf '%-44s %8s  load %s\n' total "$(minutes "$total")" "$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"
  return "$status"
}

minutes() { awk -v seconds="$1" 'BEGIN { printf "%.1f", seconds / 60 }'; }

trap stage_report EXIT
