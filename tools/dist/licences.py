"""The licences of the crates that a program is linked from, whose texts must accompany it."""

import hashlib
import json
import re
from pathlib import Path

from build import ROOT, output

# The names that crates give to their licence files.
FILES = re.compile(r"(licen[cs]e|copying|notice|copyright|unlicense)", re.IGNORECASE)


def third_party(package, target):
    """The crates that a package is linked from for a target, each with its licence; then each text once."""
    metadata = json.loads(output("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    manifests = {(crate["name"], crate["version"]): Path(crate["manifest_path"]) for crate in metadata["packages"]}
    # cargo resolves the features, and leaves out crates that only run during compilation.
    tree = output(
        *("cargo", "tree", "--locked", "--package", package, "--target", target),
        *("--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}|{l}"),
    )
    texts, crates = {}, []
    for line in sorted({line.removesuffix(" (*)") for line in tree.splitlines()}):
        crate, licence = line.split("|", 1)
        name, version, *_ = crate.replace(" v", " ", 1).split()
        folder = manifests[name, version].parent
        if folder.is_relative_to(ROOT):
            continue
        files = sorted(file for file in folder.iterdir() if file.is_file() and FILES.match(file.name))
        for file in files:
            text = file.read_text(errors="replace").strip()
            texts.setdefault(hashlib.sha256(text.encode()).hexdigest(), (text, []))[1].append(f"{name} {version}")
        crates.append(f"{name} {version}: {licence}{'' if files else ' (comes without a text of its own)'}")
    if not crates:
        raise SystemExit(f"dist: cargo names no dependency of {package}")
    parts = ["What this program is linked of:", *crates]
    for text, users in texts.values():
        parts += ["", "-" * 80, f"Of {', '.join(users)}:", "", text]
    return "\n".join(parts) + "\n"
