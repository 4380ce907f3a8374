"""Checks the documents: every link between them leads to an existing file and heading, and README is short enough.

Usage: documents.py
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
LONGEST_README, WIDEST_README = 150, 120

# `[text](target)` and `![text](target)`, even if the text spans lines.
LINK = re.compile(r"\]\(([^()\s]+)\)")
# Code contains no links.
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
            # A page of the repository on GitHub, such as its releases.
            continue
        if not file.exists():
            yield f"{document.relative_to(ROOT)}: there is nothing at `{target}`"
        elif anchor and anchor not in anchors(file):
            yield f"{document.relative_to(ROOT)}: `{target}` names a heading that does not exist"


def anchors(document):
    """The anchors that GitHub gives a document's headings."""
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
        return [f"README.md: {len(lines)} lines, but at most {LONGEST_README} are allowed; move the rest to docs/"]
    return [
        f"README.md:{number}: {len(line)} columns, but at most {WIDEST_README} are allowed"
        for number, line in enumerate(lines, 1)
        if len(line) > WIDEST_README
    ]


main()
