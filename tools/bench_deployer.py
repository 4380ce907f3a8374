"""Measures the deployer against its budgets: medians of whole processes on an emulator of their own; and CDK, if it is installed.

Usage: bench_deployer.py [--deployer PROGRAM] [--artifacts DIR] [--rounds N]

The deployer is target/release/deployer by default, the functions those in target/lambda. With `cdk` and `node` in PATH and `aws-cdk-lib` where node
finds global packages, CDK deploys the same rendering with the same zips. Times say something about one machine only; ratios say more.
"""

import argparse
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ACCOUNT = "000000000000"
REGION = "eu-central-1"
STACK = "event-store-bench"
READY_WITHIN_SECONDS = 60
MEGABYTE = 1_000_000

# The budgets: seconds, and megabytes for the last two.
BUDGETS = {
    "render": 0.020,
    "first up": 1.5,
    "no-op up": 0.3,
    "diff": 0.5,
    "down": 1.5,
    "peak memory": 40,
    "installed size": 20,
}

CDK_APP = """
const { App, DefaultStackSynthesizer, Stack } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const env = { account: process.env.CDK_DEFAULT_ACCOUNT || '000000000000', region: process.env.AWS_REGION };
const stack = new Stack(new App(), process.argv[3], { env, synthesizer: new DefaultStackSynthesizer() });
new CfnInclude(stack, 'Template', { templateFile: process.argv[2] });
"""


@dataclass
class Ran:
    """A process that ended."""

    seconds: float
    megabytes: float
    stdout: str
    stderr: str


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--deployer", type=Path, default=TARGET / "release" / "deployer")
    arguments.add_argument("--artifacts", type=Path, default=TARGET / "lambda" / processor())
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    if not options.deployer.is_file():
        sys.exit(f"{options.deployer} is missing: build it with `cargo build --release --workspace --bin deployer`")
    if not list(options.artifacts.glob("*.zip")):
        sys.exit(f"{options.artifacts} has no zips: make them with `./justw bench-deployer`")
    with tempfile.TemporaryDirectory(prefix="bench-deployer-") as folder, Emulator(Path(folder)) as emulator:
        bench = Bench(options, Path(folder), emulator.endpoint)
        measured = bench.deployer()
        compared = bench.cdk(bench.rendering)
    report(options.deployer, measured, compared, bench.calls)


def processor():
    return "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"


class Emulator:
    """An emulator on a free port, for the duration of the `with`."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = folder / "emulator.log"

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [Path(sys.executable).with_name("ministack")],
                env={
                    **without_aws(),
                    "BIND_HOST": "127.0.0.1",
                    "GATEWAY_PORT": str(self.port),
                    "MINISTACK_REGION": REGION,
                    "AWS_ENDPOINT_URL": self.endpoint,
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                sys.exit(f"the emulator did not answer at {self.endpoint}:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def answers(self):
        try:
            return urllib.request.urlopen(f"{self.endpoint}/_ministack/health", timeout=1).status == 200
        except (urllib.error.URLError, OSError):
            return False

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def without_aws():
    """The variables of this process, except those that could direct calls to the real AWS."""
    prefixes = ("AWS_", "DEPLOYER_", "GITHUB_", "CDK_")
    return {name: value for name, value in os.environ.items() if not name.startswith(prefixes)}


def run(command, environment, folder):
    """Runs a process to its end; its peak memory is that of the largest process it waited for."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command], env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        # Linux counts in units of 1,024 bytes, macOS in bytes.
        unit = 1 if sys.platform == "darwin" else 1024
        ran = Ran(seconds, usage.ru_maxrss * unit / MEGABYTE, stdout.read().decode(), stderr.read().decode())
    if process.returncode != 0:
        sys.exit(f"`{' '.join(map(str, command))}` ended with {process.returncode}:\n{ran.stdout[-2000:]}{ran.stderr[-4000:]}")
    return ran


class Bench:
    """What is measured, all on one emulator."""

    def __init__(self, options, folder, endpoint):
        self.program = options.deployer.resolve()
        self.artifacts = options.artifacts.resolve()
        self.rounds = options.rounds
        self.folder = folder
        self.calls = None
        self.rendering = None
        self.variables = {
            **without_aws(),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint,
        }
        (folder / "bench.yaml").write_text(
            f'account: "{ACCOUNT}"\nregion: {REGION}\narchitecture: host\nendpoint: {endpoint}\n'
            'url: "{endpoint}/_aws/lambda-url/{id}/"\nparameters: { Access: public, RequireTls: "false" }\n'
        )

    def run(self, command, *arguments):
        about = ["--env", "bench", "--environments", self.folder]
        return run([self.program, command, *about, *arguments], self.variables, ROOT)

    def deployer(self):
        code = ["--artifacts", self.artifacts]
        runs = {"render": [self.run("render", *code) for _ in range(self.rounds)]}
        self.rendering = self.folder / "rendering.json"
        self.rendering.write_text(runs["render"][0].stdout)
        # The first upload creates the account's bucket, which is no part of the stack: warm it up like the emulator itself.
        self.run("up", "--yes", *code)
        self.down()
        for name in ("first up", "no-op up", "diff", "down"):
            runs[name] = []
        for _ in range(self.rounds):
            runs["first up"].append(self.run("up", "--yes", *code))
            runs["no-op up"].append(self.run("up", "--yes", *code))
            runs["diff"].append(self.run("diff", *code))
            if self.calls is None:
                told = self.run("up", "--yes", "--verbose", *code).stderr
                self.calls = next(int(line.split()[0]) for line in told.splitlines() if line.endswith(" to AWS:"))
            runs["down"].append(self.down())
        measured = {name: statistics.median(one.seconds for one in some) for name, some in runs.items()}
        measured["peak memory"] = max(one.megabytes for some in runs.values() for one in some)
        measured["installed size"] = self.program.stat().st_size / MEGABYTE
        return measured

    def down(self):
        return self.run("down", "--purge", "--confirm", STACK)

    def cdk(self, rendering):
        """The same with CDK, or nothing if it is not installed."""
        if not (shutil.which("cdk") and shutil.which("node") and shutil.which("npm")):
            return None
        modules = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=True).stdout.strip()
        variables = {**self.variables, "NODE_PATH": modules, "CDK_DEFAULT_ACCOUNT": ACCOUNT, "CDK_DISABLE_CLI_TELEMETRY": "true"}
        if subprocess.run(["node", "-e", "require('aws-cdk-lib')"], env=variables, capture_output=True).returncode != 0:
            print("`cdk` is installed, but `aws-cdk-lib` is not: run `npm install --global aws-cdk-lib` to compare", file=sys.stderr)
            return None
        folder = self.folder / "cdk"
        folder.mkdir()
        (folder / "app.js").write_text(CDK_APP)
        app = ["--app", f"node app.js {rendering} {STACK}"]
        quiet = ["--no-notices", "--no-version-reporting"]

        def cdk(*arguments):
            return run(["cdk", *arguments, *quiet], variables, folder)

        # It uses the deployer's zips, which are already in the bucket.
        cdk("bootstrap", f"aws://{ACCOUNT}/{REGION}")
        runs = {name: [] for name in ("render", "first up", "no-op up", "diff", "down")}
        for _ in range(max(1, self.rounds // 3)):
            runs["render"].append(cdk("synth", *app, "--quiet"))
            runs["first up"].append(cdk("deploy", *app, "--require-approval", "never"))
            runs["no-op up"].append(cdk("deploy", *app, "--require-approval", "never"))
            runs["diff"].append(cdk("diff", *app))
            runs["down"].append(cdk("destroy", *app, "--force"))
            self.down()
        measured = {name: statistics.median(one.seconds for one in some) for name, some in runs.items()}
        measured["peak memory"] = max(one.megabytes for some in runs.values() for one in some)
        packages = [Path(modules) / name for name in ("aws-cdk", "aws-cdk-lib")]
        files = (file for package in packages for file in package.rglob("*") if file.is_file())
        measured["installed size"] = sum(file.stat().st_size for file in files) / MEGABYTE
        return measured


def report(program, measured, compared, calls):
    development = "/debug/" in str(program)
    print(f"deployer: {program}" + (" (a development build: time and size are not those of a release)" if development else ""))
    print(f"a no-op `up` made {calls} calls of at most 6")
    print()
    print("| what | measured | budget | | CDK | CDK / deployer |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, budget in BUDGETS.items():
        value = measured[name]
        verdict = "within" if value <= budget else "**over**"
        other = compared and compared[name]
        cdk, ratio = (shown(name, other), f"{other / value:.0f} ×") if other else ("", "")
        print(f"| {name} | {shown(name, value)} | ≤ {shown(name, budget)} | {verdict} | {cdk} | {ratio} |")
    if compared is None:
        print("\nCDK is not installed here: nothing to compare with.")


def shown(name, value):
    if name in ("peak memory", "installed size"):
        return f"{value:.1f} MB"
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


if __name__ == "__main__":
    main()
