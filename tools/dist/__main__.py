"""Builds the files of a release: an archive of each program for each target, the functions, and `SHA256SUMS` of them all.

Usage: dist FOLDER              static programs for Linux on x86_64 and arm64, and the functions
       dist FOLDER TARGET…      the programs for these Rust targets alone

The same commit, toolchain and tools give the same bytes in any folder. What this machine can run is tried in an empty root.
"""

import hashlib
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import trial
from archive import pack
from build import PACKAGES, ROOT, build, commit_time, is_linux, output
from licences import third_party

TARGETS = ("x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl")
SHELLS = {"bash": "{}.bash", "zsh": "_{}", "fish": "{}.fish"}
# The functions are built for the default architecture of environments.
FUNCTIONS = ("event-store-functions", "arm64", "event-store-function", "aarch64-unknown-linux-gnu")


def main(folder, *targets):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"dist: {folder} is not empty; what lies there would get into SHA256SUMS")
    targets = targets or TARGETS
    here = next((target for target in targets if runs_here(target)), None)
    if here is None:
        raise SystemExit("dist: completions and manual pages are printed by the programs, and this machine runs none of these targets")
    built = {target: build(target) for target in targets}
    for target in filter(is_linux, targets):
        for program in built[target].values():
            trial.require_static(program)
    version = json.loads(output("cargo", "metadata", "--no-deps", "--format-version", "1"))["packages"][0]["version"]
    for program in PACKAGES:
        shared = {**licence_files(), **completions(program, built[here][program]), **manual(built[here][program])}
        if program == "deployer":
            shared |= files_of(ROOT / "templates") | files_of(ROOT / "environments")
        for target in targets:
            files = {
                **shared,
                program: (built[target][program].read_bytes(), 0o755),
                "LICENCES-THIRD-PARTY": text(third_party(PACKAGES[program], target)),
            }
            top = f"{program}-{version}-{target}"
            pack(folder / f"{top}.tar.gz", top, files, commit_time())
    if is_linux(here):
        trial.in_empty_root(sorted(folder.glob(f"*-{here}.tar.gz")))
    if targets == TARGETS:
        functions(folder, version, built[here]["deployer"])
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in sorted(folder.iterdir())]
    (folder / "SHA256SUMS").write_text("".join(sums))
    print("".join(sums), end="")


def runs_here(target):
    processor, system = platform.machine().replace("arm64", "aarch64"), platform.system().lower()
    return target.startswith(processor) and f"-{system.replace('darwin', 'apple')}" in target


def licence_files():
    return {name: ((ROOT / name).read_bytes(), 0o644) for name in ("LICENSE-APACHE", "LICENSE-MIT")}


def completions(name, program):
    return {f"completions/{file.format(name)}": text(output(program, "completions", shell)) for shell, file in SHELLS.items()}


def manual(program):
    with tempfile.TemporaryDirectory() as folder:
        output(program, "man", "--to", folder)
        return {f"man/man1/{page.name}": (page.read_bytes(), 0o644) for page in Path(folder).iterdir()}


def files_of(folder):
    return {f"{folder.name}/{file.name}": (file.read_bytes(), 0o644) for file in folder.iterdir()}


def functions(folder, version, deployer):
    """The compiled functions, in the form that `deployer up --artifacts` takes."""
    name, processor, package, target = FUNCTIONS
    with tempfile.TemporaryDirectory() as built:
        subprocess.run([deployer, "build", "--env", "production", "--to", built], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        files = {zip.name: (zip.read_bytes(), 0o644) for zip in Path(built).iterdir()}
    files |= licence_files() | {"LICENCES-THIRD-PARTY": text(third_party(package, target))}
    top = f"{name}-{version}-{processor}"
    pack(folder / f"{top}.tar.gz", top, files, commit_time())


def text(content):
    return content.encode(), 0o644


if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
    sys.exit(__doc__)
main(*sys.argv[1:])
