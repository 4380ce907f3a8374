"""Draws the output of a terminal as an SVG that is readable on light and dark backgrounds.

Usage: terminal_picture.py COMMAND <TRANSCRIPT >PICTURE    the transcript holds the escapes that colour a text

So was `docs/images/up.svg` made, with the middle of both lists cut out of the transcript:

    CLICOLOR_FORCE=1 deployer up --env local --yes >transcript 2>&1
"""

import re
import sys
from html import escape

COLUMN, LINE, MARGIN, BAR = 8.4, 19, 16, 30
ESCAPE = re.compile(r"\x1b\[([0-9;]*)m")
# The SGR (select graphic rendition) codes that the programs use, and those that end them.
CLASSES = {"1": "bold", "2": "dim", "31": "red", "32": "green", "33": "yellow", "34": "blue", "36": "cyan"}
ENDS = {"": "", "0": "", "22": "bold dim", "39": "red green yellow blue cyan"}


def main(command):
    lines = [f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m", *sys.stdin.read().rstrip("\n").split("\n")]
    width = max(len(ESCAPE.sub("", line)) for line in lines) * COLUMN + 2 * MARGIN
    height = len(lines) * LINE + BAR + MARGIN
    print(
        f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-label="{escape(command)} in a terminal">
<style>
  text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2328; white-space: pre }}
  rect {{ fill: #f6f8fa; stroke: #d1d9e0 }} circle {{ fill: #d1d9e0 }}
  .bold {{ font-weight: 700 }} .dim {{ fill: #59636e }}
  .red {{ fill: #d1242f }} .green {{ fill: #1a7f37 }} .yellow {{ fill: #9a6700 }} .blue {{ fill: #0969da }} .cyan {{ fill: #1b7c83 }}
  @media (prefers-color-scheme: dark) {{
    text {{ fill: #f0f6fc }} rect {{ fill: #151b23; stroke: #3d444d }} circle {{ fill: #3d444d }} .dim {{ fill: #9198a1 }}
    .red {{ fill: #f85149 }} .green {{ fill: #3fb950 }} .yellow {{ fill: #d29922 }} .blue {{ fill: #4493f8 }} .cyan {{ fill: #39c5cf }}
  }}
</style>
<rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1}" rx="8"/>"""
    )
    for dot in range(3):
        print(f'<circle cx="{MARGIN + 4 + dot * 16}" cy="15" r="5"/>')
    for number, line in enumerate(lines):
        print(f'<text y="{BAR + (number + 1) * LINE - 6}">{"".join(spans(line))}</text>')
    print("</svg>")


def spans(line):
    """The runs of one style, each at its first column, so that the columns align in any font."""
    column, style = 0, set()
    # Splitting by a pattern with a group alternates texts and codes.
    for at, part in enumerate(ESCAPE.split(line)):
        if at % 2 == 0:
            if part.strip():
                start = column + len(part) - len(part.lstrip())
                named = f' class="{" ".join(sorted(style))}"' if style else ""
                yield f'<tspan x="{MARGIN + start * COLUMN:.1f}"{named}>{escape(part.strip())}</tspan>'
            column += len(part)
            continue
        for code in part.split(";"):
            if code in CLASSES:
                style.add(CLASSES[code])
            elif code in ENDS:
                style = style - set(ENDS[code].split()) if ENDS[code] else set()


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(sys.argv[1])
