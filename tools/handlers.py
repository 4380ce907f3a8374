"""Extracts the actions that CloudFormation needs for each type of resource from the schemas in cfn-lint.

    python tools/handlers.py          writes deployer/tests/handlers.json
    python tools/handlers.py check    fails when that file is not what the installed cfn-lint says

The deployer's tests hold its policies against that file, so that they run without cfn-lint. A new version of cfn-lint brings new schemas: then
write the file again, run the tests, and decide on what they say is new.
"""

import json
import pathlib
import sys

import cfnlint

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXTRACT = ROOT / "deployer" / "tests" / "handlers.json"
SCHEMAS = pathlib.Path(cfnlint.__file__).parent / "data" / "schemas"

# A type has the same schema in every region.
REGION = "us-east-1"

# No deployment lists resources.
HANDLERS = ("create", "read", "update", "delete")

TYPES = (
    "AWS::CloudWatch::Alarm",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Role",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Url",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Parameter",
)


def extract():
    provider = json.loads((SCHEMAS / "providers" / f"{REGION}.json").read_text())
    found = {}
    for kind in TYPES:
        schema = json.loads((SCHEMAS / "resources" / f"{provider[kind]}.json").read_text())
        handlers = schema["handlers"]
        found[kind] = {
            name: sorted(set(handlers[name].get("permissions", ())))
            for name in HANDLERS
            if name in handlers
        }
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def main(arguments):
    if arguments not in ([], ["check"]):
        sys.exit(__doc__)
    text = extract()
    if not arguments:
        EXTRACT.write_text(text)
    elif EXTRACT.read_text() != text:
        sys.exit(
            f"{EXTRACT.relative_to(ROOT)} is not what this cfn-lint says: "
            "run `python tools/handlers.py` and the deployer's tests"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
