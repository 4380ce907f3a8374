"""Compiles the programs for one target, reproducibly: the result does not depend on the machine or its folders."""

import os
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET_FOLDER = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

# The package of each program of a release.
PACKAGES = {"deployer": "event-store-deployer", "event-store": "event-store-cli"}


def build(target):
    """Builds each program for a Rust target with the release profile of `Cargo.toml`; gives its file, by its name."""
    subprocess.run(["rustup", "target", "add", target], cwd=ROOT, check=True)
    selected = [word for program, package in PACKAGES.items() for word in ("--package", package, "--bin", program)]
    options = ["--release", "--locked", "--target", target, *selected]
    if is_linux(target):
        # Links with the pinned zig, not this machine's linker, and puts each program at `<folder>/<program>/bootstrap`.
        folder = TARGET_FOLDER / "dist" / target
        command = ["cargo", "lambda", "build", "--disable-optimizations", "--lambda-dir", folder, *options]
        built = {program: folder / program / "bootstrap" for program in PACKAGES}
    else:
        command = ["cargo", "build", *options]
        built = {program: TARGET_FOLDER / target / "release" / program for program in PACKAGES}
    subprocess.run(command, cwd=ROOT, env=environment(target), check=True)
    return built


def environment(target):
    """The variables of a build: this machine's, without those that change code, and with flags that hide its folders."""
    variables = {name: value for name, value in os.environ.items() if not changes_code(name)}
    cargo_home = os.environ.get("CARGO_HOME", Path.home() / ".cargo")
    sysroot = output("rustc", "--print", "sysroot")
    commit = next(line for line in output("rustc", "--version", "--verbose").splitlines() if line.startswith("commit-hash"))
    folders = {
        ROOT: "/workspace",
        TARGET_FOLDER: "/target",
        cargo_home: "/cargo",
        f"{sysroot}/lib/rustlib/src/rust": f"/rustc/{commit.split()[1]}",
    }
    c_flags = shlex.join(f"-ffile-prefix-map={folder}={name}" for folder, name in folders.items())
    # Cargo's separator, so that a path may contain a space.
    rust_flags = "\x1f".join(f"--remap-path-prefix={folder}={name}" for folder, name in folders.items())
    return {
        **variables,
        "CARGO_ENCODED_RUSTFLAGS": rust_flags,
        f"CFLAGS_{target.replace('-', '_')}": c_flags,
        "CC_SHELL_ESCAPED_FLAGS": "1",
        "CARGO_INCREMENTAL": "0",
        "CARGO_TARGET_DIR": str(TARGET_FOLDER),
        "SOURCE_DATE_EPOCH": str(commit_time()),
    }


def changes_code(variable):
    return (
        variable in ("RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET", "CARGO_LAMBDA_COMPILER")
        or variable.startswith(("CARGO_PROFILE_", "CFLAGS", "CXXFLAGS", "TARGET_C"))
        or (variable.startswith("CARGO_TARGET_") and variable.endswith("_RUSTFLAGS"))
    )


def commit_time():
    """The time of the commit that is built, in seconds since 1970, or `SOURCE_DATE_EPOCH`."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or output("git", "log", "-1", "--format=%ct"))


def is_linux(target):
    return "-linux-" in target


def output(*command):
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
