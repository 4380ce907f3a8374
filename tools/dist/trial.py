"""Tries the archives as they will be used: unpacked into a folder that is the whole file system."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from pathlib import Path

# The type of a segment that names a loader (elf(5)).
PT_INTERP = 3
# Nothing of this machine's environment except the path of its programs.
ENVIRONMENT = {"PATH": os.defpath + ":/usr/sbin:/sbin"}


def require_static(program):
    """Refuses a Linux program that needs a loader, and so libraries, of the machine that runs it."""
    code = program.read_bytes()
    if code[:6] != b"\x7fELF\x02\x01":
        raise SystemExit(f"dist: {program} is not a 64-bit Linux program")
    first, size = int.from_bytes(code[32:40], "little"), int.from_bytes(code[54:56], "little")
    count = int.from_bytes(code[56:58], "little")
    for at in range(first, first + size * count, size):
        if int.from_bytes(code[at : at + 4], "little") == PT_INTERP:
            raise SystemExit(f"dist: {program} is not static")


def in_empty_root(archives):
    """Runs each archived program alone: without loader, libraries, certificates and `/tmp`."""
    # Only root can delete files that were created with `sudo`.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        for archive in archives:
            with tarfile.open(archive) as packed:
                packed.extractall(root, filter="data")
        deployer, event_store = (next(root.glob(f"*/{program}")) for program in ("deployer", "event-store"))
        version(root, deployer)
        version(root, event_store)
        render(root, deployer)
        serve(root, event_store)


def version(root, program):
    shown = run(root, program, "--version").strip()
    if not shown.startswith(f"{program.name} "):
        raise SystemExit(f"dist: {program.name} --version printed {shown!r}")
    say(f"{shown} runs")


def render(root, deployer):
    kit = Path("/") / deployer.parent.relative_to(root)
    places = ("--environments", kit / "environments", "--template", kit / "templates/event-store.yaml")
    rendered = json.loads(run(root, deployer, "render", "--env", "staging", *places))
    say(f"deployer renders staging: {len(rendered['Resources'])} resources")


def serve(root, event_store):
    command = inside(root, event_store, "serve", "--port", "0", "--data", "/store")
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        greeting = process.stdout.readline()
        body = json.dumps({"initialEvent": {"eventType": "order-placed", "payload": {"total": 42}}}).encode()
        address = f"{greeting.split()[-1]}/streams/order"
        request = urllib.request.Request(address, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            say(f"event-store serves: {answer.status} {answer.read().decode()}")
    finally:
        process.terminate()
        process.wait(timeout=30)


def run(root, program, *arguments):
    command = inside(root, program, *arguments)
    return subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True).stdout


def inside(root, program, *arguments):
    """The command that runs a program with `root` as its file system."""
    if shutil.which("chroot") is None:
        raise SystemExit("dist: no `chroot` to try the programs with")
    # Only root may; on GitHub's runners `sudo` needs no password.
    may = [] if os.geteuid() == 0 else ["sudo", "-n"]
    return [*may, "chroot", root, Path("/") / program.relative_to(root), *arguments]


def say(text):
    print(f"dist: in an empty root, {text}", file=sys.stderr)
