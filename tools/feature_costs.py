"""Compares the cost of each feature in the client's documentation with the crates that cargo resolves.

    python tools/feature_costs.py          prints how many crates of others each feature brings
    python tools/feature_costs.py check    fails when client/src/lib.rs says otherwise

Counted are the crates that `cargo tree -e normal` lists for Linux: procedural macros included, what only build scripts use left out. The numbers
change with Cargo.lock; then write the new ones into client/src/lib.rs, having looked at what came in.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FRONT_PAGE = ROOT / "client" / "src" / "lib.rs"
CLIENT = "event-store-client"
# One target, so that the numbers are the same on every machine.
TARGET = "x86_64-unknown-linux-gnu"
NONE, ALL = "none", "all"

ROW = re.compile(r"^//! \| `(\w+)`.* \| (\d+) \|$", re.MULTILINE)
SENTENCE = re.compile(r"with none it is\s+(?://! )?(\d+), and with all (\d+)")


def cargo(*arguments):
    return subprocess.run(
        ("cargo", *arguments), cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE
    ).stdout


def features():
    workspace = json.loads(cargo("metadata", "--no-deps", "--format-version", "1", "--locked"))
    client = next(package for package in workspace["packages"] if package["name"] == CLIENT)
    return [feature for feature in client["features"] if feature != "default"]


def crates(chosen):
    """How many third-party crates the client needs with the `chosen` features; a crate in two versions counts twice."""
    tree = cargo(
        "tree", "--locked", "--package", CLIENT, "--no-default-features", "--features", ",".join(chosen),
        "--target", TARGET, "--edges", "normal", "--prefix", "none", "--format", "{p}",
    )  # fmt: skip
    found = {" ".join(line.split()[:2]) for line in tree.splitlines() if line}
    return sum(not crate.startswith("event-store-") for crate in found)


def counted():
    names = features()
    costs = {name: crates([name]) for name in names}
    return costs | {NONE: crates([]), ALL: crates(names)}


def documented():
    text = FRONT_PAGE.read_text()
    costs = {feature: int(count) for feature, count in ROW.findall(text)}
    sentence = SENTENCE.search(text)
    if sentence:
        costs |= {NONE: int(sentence[1]), ALL: int(sentence[2])}
    return costs


def main():
    costs = counted()
    if sys.argv[1:] != ["check"]:
        for feature, count in costs.items():
            print(f"{feature:12}{count:4}")
        return
    told = documented()
    wrong = [
        f"`{feature}` brings {costs.get(feature, 'no')} crates; told are {told.get(feature, 'none')}"
        for feature in {**costs, **told}
        if costs.get(feature) != told.get(feature)
    ]
    if wrong:
        sys.exit("\n".join([f"{FRONT_PAGE.relative_to(ROOT)} is wrong about what features cost:", *wrong]))


main()
