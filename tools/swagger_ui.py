"""Vendors Swagger UI, which the API's interactive page uses, in function/page/vendor/.

Usage: swagger_ui.py check             holds the files against the checksums beside them
       swagger_ui.py vendor VERSION    puts that version in their place (needs npm); of the present one, changes nothing

The checksums are those of the files as they are published, before they are compressed: two compressors may differ.
"""

import gzip
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "function" / "page" / "vendor"
SUMS = VENDOR / "SHA256SUMS"
PACKAGE = "swagger-ui-dist"


def main(arguments):
    match arguments:
        case ["check"]:
            check()
        case ["vendor", version]:
            vendor(version)
        case _:
            sys.exit(__doc__)


def check():
    expected = {name: checksum for checksum, name in map(str.split, SUMS.read_text().splitlines())}
    found = {published_name(file): checksum_of(content(file)) for file in vendored()}
    wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    if wrong:
        sys.exit(f"swagger_ui: not as in {SUMS.name}: {', '.join(wrong)}. Vendor the version again, or correct {SUMS}")


def vendor(version):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, stdout=subprocess.DEVNULL, check=True
        )
        with tarfile.open(Path(folder) / f"{PACKAGE}-{version}.tgz") as package:
            taken = {
                name: package.extractfile(f"package/{source}").read()
                for source, name in {
                    "swagger-ui-bundle.js": f"swagger-ui-{version}.js.gz",
                    "swagger-ui.css": f"swagger-ui-{version}.css.gz",
                    "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
                    "LICENSE": "LICENSE",
                    "NOTICE": "NOTICE",
                }.items()
            }
    for file in vendored():
        file.unlink()
    for name, text in taken.items():
        # Without a time, so that the same text gives the same bytes.
        (VENDOR / name).write_bytes(gzip.compress(text, 9, mtime=0) if name.endswith(".gz") else text)
    SUMS.write_text("".join(f"{checksum_of(content(file))}  {published_name(file)}\n" for file in vendored()))
    print(f"swagger_ui: {version} is in {VENDOR}; update its name in index.html and in function/src/http/page.rs")


def vendored():
    return sorted(file for file in VENDOR.iterdir() if file not in (SUMS, VENDOR / "README.md"))


def published_name(file):
    return file.name.removesuffix(".gz")


def content(file):
    return gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()


def checksum_of(text):
    return hashlib.sha256(text).hexdigest()


main(sys.argv[1:])
