#!/usr/bin/env bash
# Long runs: every fuzz target for SOAK_SECONDS (default 120), then SOAK_ROUNDS
# kills (default 1000) of a loaded chain. What is done is noted in bin/soak.done,
# so that an interrupted run goes on where it stopped; remove the file to start
# again.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
done_file=bin/soak.done
touch "$done_file"
seconds=${SOAK_SECONDS:-120}

finished() { grep -qxF "$1" "$done_file"; }
finish() { printf '%s\n' "$1" >>"$done_file"; }

for package in $(go list ./...); do
	for target in $(go test -list '^Fuzz' "$package" 2>/dev/null | grep '^Fuzz' || true); do
		name="fuzz $package $target $seconds"
		if finished "$name"; then
			continue
		fi
		printf '\n== %s\n' "$name"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package"
		finish "$name"
	done
done

rounds=${SOAK_ROUNDS:-1000}
for ((slice = 0; slice < rounds / 200; slice++)); do
	name="kill slice $slice of $rounds"
	if finished "$name"; then
		continue
	fi
	printf '\n== %s\n' "$name"
	CREDIBLE_TEST_FULL=1 go test -count=1 -v ./cmd/credible
	finish "$name"
done
printf '\nsoak finished: %s steps\n' "$(wc -l <"$done_file")"
