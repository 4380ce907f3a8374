"""Compares the public API of the published crates with public-api.txt, which has one line for each public item.

    python tools/public_api.py          prints how many public items each crate has
    python tools/public_api.py write    writes them down, in <crate>/public-api.txt
    python tools/public_api.py check    fails when a crate's are others

A change that a user has to follow shows as a line that is gone or reads otherwise. The items are those of rustdoc's JSON, with the features that
the workspace asks for, and each reads as it does in the source. What a macro or a derive makes has its trait alone.
"""

import difflib
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CRATES = {"event_store_types": "types", "event_store_client": "client"}
# rustdoc's JSON is unstable, but the compiler is pinned. Only rustdoc gets the variable, so that nothing is compiled again.
RUSTDOC = '#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc "$@"\n'
# Items that every type has, or has because of its kind.
UNTOLD = {"StructuralPartialEq"}


def documented():
    """The JSON files of the crates. It builds the whole workspace, as always: a single crate would get other features."""
    with tempfile.TemporaryDirectory() as folder:
        rustdoc = pathlib.Path(folder) / "rustdoc"
        rustdoc.write_text(RUSTDOC)
        rustdoc.chmod(rustdoc.stat().st_mode | stat.S_IXUSR)
        flags = "-Z unstable-options --output-format json"
        environment = os.environ | {"RUSTDOC": str(rustdoc), "RUSTDOCFLAGS": flags}
        command = ("cargo", "doc", "--quiet", "--locked", "--workspace", "--no-deps", "--lib")
        subprocess.run(command, cwd=ROOT, check=True, env=environment)
    metadata = ("cargo", "metadata", "--no-deps", "--format-version", "1", "--locked")
    target = json.loads(subprocess.run(metadata, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)["target_directory"]
    return {crate: pathlib.Path(target) / "doc" / f"{crate}.json" for crate in CRATES}


class Crate:
    def __init__(self, file):
        document = json.loads(file.read_text())
        self.index = document["index"]
        self.root = document["root"]
        self.sources = {}
        self.lines = []

    def public_items(self):
        self.module(self.item(self.root), self.item(self.root)["name"])
        return sorted(set(self.lines))

    def item(self, id):
        return self.index.get(str(id))

    def add(self, path, text):
        self.lines.append(f"{path}: {text}" if text else path)

    def source(self, item):
        """The source of the item, on one line."""
        span = item["span"]
        if not span:
            return ""
        name = span["filename"]
        if name not in self.sources:
            self.sources[name] = (ROOT / name).read_text().splitlines()
        (first, left), (last, right) = span["begin"], span["end"]
        lines = self.sources[name][first - 1 : last]
        # Columns count from 1, and the last one is included.
        lines[-1] = lines[-1][:right]
        lines[0] = lines[0][left - 1 :]
        return " ".join(line.split("//")[0].strip() if "://" not in line else line.strip() for line in lines)

    def head(self, item, ends):
        """The text before the body: up to one of `ends` outside of parentheses and brackets."""
        depth, text = 0, ""
        for place, character in enumerate(source := self.source(item)):
            if depth == 0 and character in ends:
                break
            depth += (character in "([") - (character in ")]")
            text = source[: place + 1]
        text = re.sub(r"\s+", " ", text).strip()
        return re.sub(r",? ?([)>\]])", r"\1", re.sub(r"\( ", "(", text))

    def module(self, module, path):
        for id in module["inner"]["module"]["items"]:
            item = self.item(id)
            if item is None:
                continue
            if "use" in item["inner"]:
                self.reexport(item["inner"]["use"], path)
            else:
                self.named(item, f"{path}::{item['name']}")

    def reexport(self, use, path):
        item = self.item(use["id"]) if use["id"] is not None else None
        if item is None or (item["crate_id"] != 0 and "module" not in item["inner"]):
            return self.add(f"{path}::{use['name']}", f"pub use {use['source']}")
        if use["is_glob"]:
            return self.module(item, path)
        return self.named(item, f"{path}::{use['name']}")

    def named(self, item, path):
        (kind, inner), = item["inner"].items()
        if kind == "module":
            self.add(path, "mod")
            self.module(item, path)
        elif kind in ("struct", "enum", "union"):
            self.add(path, self.marked(item) + self.head(item, "{(;"))
            self.fields(inner, path)
            for variant in map(self.item, inner.get("variants", [])):
                text = self.source(variant) if "variant" in variant["inner"] else ""
                self.add(f"{path}::{variant['name']}", self.marked(variant) + re.sub(r"#\[[^\]]*\]|///[^\n]*", "", text).strip())
            self.impls(inner["impls"], path)
        elif kind == "trait":
            self.add(path, self.head(item, "{"))
            for member in map(self.item, inner["items"]):
                self.add(f"{path}::{member['name']}", self.head(member, "{;"))
        else:
            self.add(path, self.head(item, "{;" if kind == "function" else ";"))

    def marked(self, item):
        return "#[non_exhaustive] " if any("non_exhaustive" in str(attribute) for attribute in item["attrs"]) else ""

    def fields(self, inner, path):
        kind = inner.get("kind")
        if isinstance(kind, dict):
            ids = kind["plain"]["fields"] if "plain" in kind else [id for id in kind["tuple"] if id is not None]
            for field in filter(None, map(self.item, ids)):
                self.add(f"{path}::{field['name']}", self.source(field))

    def impls(self, ids, path):
        for item in filter(None, map(self.item, ids)):
            inner = item["inner"]["impl"]
            if inner["is_synthetic"] or inner["blanket_impl"] is not None:
                continue
            if inner["trait"] is None:
                for member in filter(None, map(self.item, inner["items"])):
                    if member["visibility"] == "public":
                        self.add(f"{path}::{member['name']}", self.head(member, "{;"))
                continue
            name = inner["trait"]["path"].rsplit("::", 1)[-1]
            head = self.head(item, "{")
            if name not in UNTOLD:
                # The source of an item from a macro is the macro.
                self.add(path, head if head.startswith("impl") else f"impl {name}")


def public_items():
    return {crate: Crate(file).public_items() for crate, file in documented().items()}


def main(arguments):
    items = public_items()
    for crate, lines in items.items():
        written = ROOT / CRATES[crate] / "public-api.txt"
        text = "".join(f"{line}\n" for line in lines)
        if arguments == ["write"]:
            written.write_text(text)
        elif arguments == ["check"]:
            before = written.read_text()
            if before != text:
                difference = difflib.unified_diff(before.splitlines(), lines, str(written.relative_to(ROOT)), "the source", lineterm="", n=0)
                sys.exit("\n".join(difference) + "\nif you want this change: ./justw public-api write")
        else:
            print(f"{crate}: {len(lines)} public items")


if __name__ == "__main__":
    main(sys.argv[1:])
