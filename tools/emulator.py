"""Starts and stops the emulator of the `local` environment, a process that outlives the recipe.

Usage: emulator.py start | stop

What it needs to know is in environments/local.yaml. Its process id and its log lie in target/emulator/.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "emulator"
PROCESS_FILE = FOLDER / "pid"
LOG = FOLDER / "log"
READY_WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 10


def main(arguments):
    if arguments == ["start"]:
        start(yaml.safe_load((ROOT / "environments" / "local.yaml").read_text()))
    elif arguments == ["stop"]:
        stop()
    else:
        sys.exit(__doc__)


def start(environment):
    endpoint = environment["endpoint"]
    if answers(endpoint):
        say(f"already running at {endpoint}")
        return
    address = urlsplit(endpoint)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("ministack")],
            env={
                # It must not see credentials or addresses of the real AWS.
                **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
                "BIND_HOST": "127.0.0.1",
                "GATEWAY_PORT": str(address.port),
                "MINISTACK_REGION": environment["region"],
                "AUTH": "true",
                # The functions inherit it, so that their calls come back to the emulator.
                "AWS_ENDPOINT_URL": endpoint,
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A session of its own, so that Ctrl-C on the recipe does not end it.
            start_new_session=True,
        )
    PROCESS_FILE.write_text(f"{process.pid}\n{started_at(process.pid)}\n")
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while not answers(endpoint):
        if process.poll() is not None:
            PROCESS_FILE.unlink()
            give_up(f"ended at once with code {process.returncode}")
        if time.monotonic() > deadline:
            stop()
            give_up(f"did not answer at {endpoint} within {READY_WITHIN_SECONDS} s")
        time.sleep(0.1)
    say(f"started at {endpoint}, process {process.pid}, log in {LOG}")


def stop():
    try:
        pid, recorded = PROCESS_FILE.read_text().split("\n", 1)
    except FileNotFoundError:
        say("not running, or not started from here")
        return
    pid, recorded = int(pid), recorded.strip()
    # Process ids are reused, so the id alone does not show that the process is ours.
    if recorded and started_at(pid) == recorded:
        # Its session also contains the functions that it started.
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOPPED_WITHIN_SECONDS
        while started_at(pid) == recorded and time.monotonic() < deadline:
            time.sleep(0.05)
        if started_at(pid) == recorded:
            os.killpg(pid, signal.SIGKILL)
        say(f"stopped, process {pid}; what was deployed to it is gone")
    else:
        say("no longer running")
    PROCESS_FILE.unlink()


def started_at(pid):
    """When the process began, as text, or nothing if there is no such process."""
    shown = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    # A zombie has ended; its parent just has not waited for it yet.
    return "" if not shown or shown[0].startswith("Z") else shown[1].strip()


def answers(endpoint):
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as response:
            return response.status == 200
    except urllib.error.HTTPError:
        sys.exit(f"emulator: something else answers at {endpoint}. Stop it, or change `endpoint` in environments/local.yaml")
    except OSError:
        return False


def give_up(reason):
    last_lines = LOG.read_text(errors="replace").splitlines()[-15:]
    sys.exit("\n".join([f"emulator: {reason}. The end of {LOG}:", *last_lines]))


def say(text):
    print(f"emulator: {text}", file=sys.stderr)


main(sys.argv[1:])
