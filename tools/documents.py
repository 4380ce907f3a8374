"""Checks the documents: every link between them leads to a file, and to a heading of it, and README fits on a few screens.

Usage: documents.py
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
LONGEST_README, WIDEST_README = 150, 120

# `[text](target)` and `![text](target)`, also where the text goes over lines.
LINK = re.compile(r"\]\(([^()\s]+)\)")
# What is quoted as code links nowhere.
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$", re.MULTILINE)
ELSEWHERE = ("http://", "https://", "mailto:")


def main():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    documents = [ROOT / name for name in listed.stdout.split("\n") if name and (ROOT / name).exists()]
    faults = [fault for document in documents for fault in broken_links(document)] + overlong(ROOT / "README.md")
    if faults:
        sys.exit("\n".join(faults))


def broken_links(document):
    text = CODE.sub("", document.read_text())
    for target in LINK.findall(text):
        if target.startswith(ELSEWHERE):
            continue
        path, _, anchor = unquote(target).partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.is_relative_to(ROOT):
            # A page of the repository's on GitHub, such as its releases.
            continue
        if not file.exists():
            yield f"{document.relative_to(ROOT)}: nothing is at `{target}`"
        elif anchor and anchor not in anchors(file):
            yield f"{document.relative_to(ROOT)}: `{target}` names a heading that is not there"


def anchors(document):
    """The names of a document's headings as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.DOTALL | re.MULTILINE)
    names = set()
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)|[`*]", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        repeated = sum(known == name or re.fullmatch(re.escape(name) + r"-\d+", known) is not None for known in names)
        names.add(f"{name}-{repeated}" if repeated else name)
    return names


def overlong(readme):
    lines = readme.read_text().splitlines()
    if len(lines) > LONGEST_README:
        return [f"README.md: {len(lines)} lines, where {LONGEST_README} are the most; the rest belongs into docs/"]
    return [
        f"README.md:{number}: {len(line)} columns, where {WIDEST_README} are the most"
        for number, line in enumerate(lines, 1)
        if len(line) > WIDEST_README
    ]


main()
