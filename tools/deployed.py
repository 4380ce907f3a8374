"""Prints what other programs need to know about a deployed environment.

Usage: deployed.py variables NAME    shell exports with which the API's binary serves that environment's tables
       deployed.py curl NAME         three calls of that environment's API to try

It asks `deployer describe`, whose program is named by the environment variable DEPLOYER.
"""

import json
import os
import shlex
import subprocess
import sys
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import yaml

ROOT = Path(__file__).resolve().parent.parent


def main(arguments):
    match arguments:
        case ["variables", name]:
            print(variables(settings(name), outputs(name)))
        case ["curl", name]:
            print(curl(reachable(settings(name), outputs(name)["EsUrl"])))
        case _:
            sys.exit(__doc__)


def settings(name):
    return yaml.safe_load((ROOT / "environments" / f"{name}.yaml").read_text())


def outputs(name):
    described = subprocess.run(
        [os.environ["DEPLOYER"], "describe", "--env", name, "--format", "json"], stdout=subprocess.PIPE, check=False
    )
    if described.returncode != 0:
        # The deployer has printed the reason.
        sys.exit(described.returncode)
    return json.loads(described.stdout)["outputs"]


def variables(environment, deployed):
    values = {
        "EVENTS_TABLE": deployed["EsDynamoDbTable"],
        "CATALOGUE_TABLE": deployed["EsCatalogueTable"],
        "FEED_TABLE": deployed["EsFeedTable"],
        "EVENT_STORE_MODE": deployed["EsMode"],
        "AWS_REGION": environment["region"],
    }
    if "endpoint" in environment:
        values["AWS_ENDPOINT_URL"] = environment["endpoint"]
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def reachable(environment, url):
    """The address of a function URL, which behind an endpoint differs from the one on AWS."""
    host = urlsplit(url).hostname
    if "url" in environment and host.endswith(".on.aws"):
        url = environment["url"].format(endpoint=environment["endpoint"], id=host.split(".")[0])
    return url.rstrip("/")


def curl(url):
    stream = uuid.uuid4()
    json_body = "-H 'content-type: application/json' -d"
    created = json.dumps(
        {"streamId": str(stream), "initialEvent": {"eventType": "order-placed", "payload": {"total": 42}}}
    )
    appended = json.dumps({"event": {"eventType": "order-paid", "payload": {"by": "card"}}})
    return "\n".join(
        [
            f"curl -X POST {url}/streams/order {json_body} '{created}'",
            f"curl -X PUT {url}/streams/order/{stream}/events/2 {json_body} '{appended}'",
            f"curl {url}/streams/order/{stream}/events",
        ]
    )


main(sys.argv[1:])
