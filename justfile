# Run these through ./justw, which installs the pinned tools first: `./justw local`, `./justw test`.

set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

target := env("CARGO_TARGET_DIR", justfile_directory() / "target")
export DEPLOYER := target / "debug/deployer"
export PATH := justfile_directory() / ".tools/bin" + ":" + env("PATH")

# Always build the whole workspace and never use `-p`: cargo resolves the features of dependencies for the crates that it
# builds together, and for a single crate it would compile the AWS crates again, which takes minutes.

# `aws_of NAME`: an environment with an `endpoint` is an emulator. It gets test keys, never the user's own.

aws_of_environment := 'aws_of() { if grep -qs "^endpoint:" "environments/$1.yaml"; then export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test; unset AWS_SESSION_TOKEN AWS_PROFILE; fi; }; aws_of'

# `step NAME [FILE]` says what happens next and how long it takes; FILE exists once the step has been done before.

step := quote(justfile_directory() / "tools/step")

# List the recipes
[private]
default:
    @just --justfile {{ quote(justfile()) }} --list --unsorted

# Serve the store in one process: `just run --data store`; or the API on an environment's tables: `just run staging`
[group('the store on this machine')]
[no-exit-message]
run *arguments:
    #!/usr/bin/env bash
    set -euo pipefail
    if [[ $# == 0 || $1 == -* ]]; then
        {{ step }} run {{ quote(target / "debug/event-store") }}
        cargo build --workspace --no-default-features --bin event-store
        exec {{ quote(target / "debug/event-store") }} serve "$@"
    fi
    {{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} _build_deployer
    {{ aws_of_environment }} "$1"
    {{ step }} api {{ quote(target / "debug/event-store-api") }}
    cargo build --workspace --bin event-store-api
    variables=$(python tools/deployed.py variables "$1")
    eval "$variables"
    port=${2:-8080}
    echo "serving the environment \`$1\` at http://127.0.0.1:$port" >&2
    PORT=$port exec {{ quote(target / "debug/event-store-api") }}

# Deploy the store to an emulator on this machine, started if need be, and show how to call it
[group('the store on this machine')]
local: emulator
    #!/usr/bin/env bash
    set -euo pipefail
    {{ step }} local {{ quote(target / "debug/event-store-relay") }}
    cargo build --workspace --bin deployer --bin event-store-api --bin event-store-relay
    {{ aws_of_environment }} local
    {{ step }} up {{ quote(target / "lambda/dev") }}
    "$DEPLOYER" up --env local --yes
    echo >&2
    echo 'The store is serving. Create a stream, append to it, read its events:' >&2
    python tools/deployed.py curl local

# Start the emulator that `local` deploys to
[group('the store on this machine')]
emulator:
    @python tools/emulator.py start

# Stop the emulator that `emulator` or `local` started; what was deployed to it is gone
[group('the store on this machine')]
emulator-stop:
    @python tools/emulator.py stop

# Show what `up` would change in an environment, and change nothing: `just diff staging`
[group('environments')]
diff environment *options: _build_deployer
    @{{ aws_of_environment }} "$1"; "$DEPLOYER" diff --env "$@"

# Deploy an environment: `just up staging`
[group('environments')]
up environment *options: _build_deployer
    @{{ aws_of_environment }} "$1"; "$DEPLOYER" up --env "$@"

# Show an environment's addresses and health
[group('environments')]
describe environment *options: _build_deployer
    @{{ aws_of_environment }} "$1"; "$DEPLOYER" describe --env "$@"

# Test a deployed store claim by claim, and report: `just verify staging --report proved.md`; `--scratch` deploys a temporary instance for it
[group('environments')]
verify environment *options: _build_deployer
    #!/usr/bin/env bash
    set -euo pipefail
    {{ step }} verify {{ quote(target / "debug/event-store-verify") }}
    cargo build --workspace --bin event-store-verify
    {{ aws_of_environment }} "$1"
    exec {{ quote(target / "debug/event-store-verify") }} --env "$@"

# Remove an environment, but keep its events; `--purge` deletes them, too
[group('environments')]
down environment *options: _build_deployer
    @{{ aws_of_environment }} "$1"; "$DEPLOYER" down --env "$@"

# Run every test, including the end-to-end ones, which start their own emulator
[group('development')]
test *options: _build_deployer
    @{{ step }} test {{ quote(target / "lambda" ) }}
    cargo test --workspace "$@"

# Build everything that the tests use
[group('development')]
build:
    @{{ step }} build {{ quote(target / "debug/deployer-under-test") }}
    cargo build --workspace --all-targets

# Measure what the store costs: units and dollars, processor time, allocations, memory, throughput
[group('development')]
bench:
    @{{ step }} bench {{ quote(target / "lambda") }}
    cargo bench --workspace --profile dev --bench costs

# Measure the deployer against its budgets, and beside CDK if that is installed; takes the options of tools/bench_deployer.py
[group('development')]
bench-deployer *options:
    @{{ step }} release {{ quote(target / "release/deployer") }}
    cargo build --release --locked --workspace --bin deployer
    # For this machine's processor, like `local`, but optimised.
    mkdir -p {{ quote(target / "bench") }}
    sed '/^profile:/d' environments/local.yaml >{{ quote(target / "bench/local.yaml") }}
    {{ quote(target / "release/deployer") }} build --env local --environments {{ quote(target / "bench") }}
    python tools/bench_deployer.py "$@"

# Build the functions for an environment, and the deployer, into a folder for `up --artifacts`: `just artifacts staging built`
[group('development')]
artifacts environment folder: (artifacts-deployer folder)
    @{{ step }} artifacts {{ quote(target / "lambda") }}
    "$2/deployer" build --env "$1" --to "$2"

# Build the deployer as it is released
[group('development')]
artifacts-deployer folder:
    @{{ step }} release {{ quote(target / "release/deployer") }}
    cargo build --release --locked --workspace --bin deployer
    mkdir -p "$1"
    cp {{ quote(target / "release/deployer") }} "$1/"

# Build the files of a release into an empty folder, and try them: `just dist built`; for Linux, unless you name Rust targets
[group('development')]
dist folder *targets:
    @{{ step }} dist {{ quote(target / "dist") }}
    python tools/dist "$@"

# Let libFuzzer search for input that breaks a target (needs a C++ compiler): `just fuzz page_key 60`
[group('development')]
fuzz name seconds="60":
    #!/usr/bin/env bash
    set -euo pipefail
    target=$(rustc --print host-tuple)
    cd function/fuzz
    [[ -f fuzz_targets/$1.rs ]] || { echo "no target \`$1\`; there are:" fuzz_targets/*.rs >&2; exit 1; }
    # The workspace's versions of the dependencies.
    cp ../../Cargo.lock .
    # The flags that cargo-fuzz passes without a sanitizer, which needs a nightly compiler.
    passes='-Cpasses=sancov-module'
    for option in level=4 inline-8bit-counters pc-table trace-compares; do
        passes+=" -Cllvm-args=-sanitizer-coverage-$option"
    done
    built={{ quote(target / "fuzz") }}
    # With an explicit target, cargo does not pass the flags to build scripts and macros.
    RUSTFLAGS="$passes --cfg fuzzing" cargo build --target-dir "$built" --target "$target" --bin "$1"
    # New inputs go into the build folder; the seeds stay unchanged.
    mkdir -p "$built/corpus/$1" "$built/artifacts"
    "$built/$target/debug/$1" -max_total_time="$2" -dict=dictionary -artifact_prefix="$built/artifacts/$1-" \
        "$built/corpus/$1" "corpus/$1"

# Check formatting, code, templates, their renderings, the OpenAPI document, links between documents and spelling
[group('development')]
lint: _build_deployer && _lint_renderings features public-api
    cargo fmt --all --check
    @{{ step }} clippy
    cargo clippy --workspace --all-targets -- -D warnings
    @{{ step }} renderings
    cfn-lint templates/*.yaml
    openapi-spec-validator function/openapi.json
    python tools/swagger_ui.py check
    python tools/handlers.py check
    python tools/documents.py
    zizmor --offline --quiet .github/workflows
    check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
    typos
    {{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} deny

# Check the client with each of its features alone and with none, and the documented cost of each
[group('development')]
features:
    #!/usr/bin/env bash
    set -euo pipefail
    {{ step }} features
    python tools/feature_costs.py check
    # With `-p`, as an exception: only then does the crate get no more of a dependency than it enables itself.
    features=$(cargo metadata --no-deps --format-version 1 --locked | python -c 'import json, sys; print(*(
        feature for package in json.load(sys.stdin)["packages"] if package["name"] == "event-store-client"
        for feature in package["features"] if feature != "default"))')
    for feature in '' $features; do
        echo "event-store-client with ${feature:-no feature}" >&2
        cargo clippy --quiet --locked -p event-store-client --lib --no-default-features --features "$feature" -- -D warnings
    done

# Check the public API of the published crates against public-api.txt; `./justw public-api write` rewrites that
[group('development')]
public-api action='check':
    @{{ step }} public-api
    python tools/public_api.py {{ action }}

# Pack the published crates as they would be published, and publish nothing
[group('development')]
publishable:
    cargo publish --dry-run --locked -p event-store-types -p event-store-client

# Check the dependencies' licences, sources and known vulnerabilities, if cargo-deny is installed
[group('development')]
deny:
    #!/usr/bin/env bash
    set -euo pipefail
    if ! cargo deny --version >/dev/null 2>&1; then
        echo 'skipped: `cargo deny` is not installed (cargo install --locked cargo-deny)' >&2
        exit 0
    fi
    cargo deny --locked check licenses bans sources
    # The check needs the database of vulnerabilities, which an offline machine cannot fetch; it says so.
    if ! fetched=$(cargo deny fetch db 2>&1); then
        [[ -z ${REQUIRE_ADVISORIES:-} ]] || { printf '%s\n' "$fetched" >&2; exit 1; }
        echo 'skipped: vulnerabilities, whose database cannot be fetched from here' >&2
        exit 0
    fi
    cargo deny --locked check advisories

# Format the code
[group('development')]
fmt:
    cargo fmt --all

# Build the crates' documentation
[group('development')]
doc:
    @{{ step }} doc {{ quote(target / "doc") }}
    RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps

# Stop the emulator and delete everything that was built, except the tools
[group('development')]
clean: emulator-stop
    cargo clean

[private]
_build_deployer:
    @{{ step }} deployer "$DEPLOYER"
    @cargo build --workspace --bin deployer

# Lint each environment's rendering, too, because that is what is sent; and the stacks with the roles that may deploy, diff and call.
[private]
_lint_renderings:
    #!/usr/bin/env bash
    set -euo pipefail
    rendered={{ quote(target / "rendered") }}
    mkdir -p "$rendered"
    for store in environments/*.yaml; do
        rm -rf "$rendered/consumer"
        mkdir -p "$rendered/consumer/environments"
        cp "$store" "$rendered/consumer/environments/"
        name=$(basename "$store" .yaml)
        echo "cfn-lint on the rendering of a consumer of $name" >&2
        follows=(--environments "$rendered/consumer/environments")
        "$DEPLOYER" init consumer orders --binary orders-consumer --store "$name" "${follows[@]}" >/dev/null 2>&1
        "$DEPLOYER" render --env "orders-$name" "${follows[@]}" >"$rendered/orders-$name.json"
        "$DEPLOYER" policy --env "orders-$name" --for operator --oidc owner/repository --format template "${follows[@]}" \
            >"$rendered/orders-$name-operator.json" 2>/dev/null
        cfn-lint "$rendered/orders-$name.json" "$rendered/orders-$name-operator.json"
    done
    for file in environments/*.yaml; do
        name=$(basename "$file" .yaml)
        echo "cfn-lint on the rendering of $name" >&2
        "$DEPLOYER" render --env "$name" >"$rendered/$name.json"
        cfn-lint "$rendered/$name.json"
        for who in operator diff caller; do
            access="$rendered/$name-$who.json"
            "$DEPLOYER" policy --env "$name" --for "$who" --oidc owner/repository --format template >"$access" 2>/dev/null
            cfn-lint "$access"
        done
    done
