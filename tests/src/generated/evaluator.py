"""Evaluates CloudFormation templates with the emulator's engine: one JSON object a line in, one a line out.

In: {"template": TEXT, "parameters": {NAME: TEXT}, "names": {LOGICAL_ID: {ATTRIBUTE: TEXT}}}.
Out: {"resources": {LOGICAL_ID: PROPERTIES}, "outputs": {NAME: VALUE}}, or {"refused": TEXT}.
"""

import json
import sys

from ministack.services.cloudformation import engine


def evaluated(template, parameters, names):
    template = engine._parse_template(template)
    given = [{"Key": name, "Value": value} for name, value in parameters.items()]
    template = engine._apply_transforms(template, given)
    values = engine._resolve_parameters(template, given)
    conditions = engine._evaluate_conditions(template, values)
    engine.validate_template_support(template, conditions, values)
    known = {
        name: {"PhysicalResourceId": name + "-physical", "Attributes": attributes}
        for name, attributes in names.items()
    }

    def resolve(value):
        resolved = engine._resolve_refs(
            value, known, values, conditions, template.get("Mappings", {}), "stack", "stack-id")
        return without_no_value(resolved)

    def kept(section):
        return {
            name: body for name, body in template.get(section, {}).items()
            if conditions.get(body.get("Condition"), True)
        }

    return {
        "resources": {name: resolve(body.get("Properties", {})) for name, body in kept("Resources").items()},
        "outputs": {name: resolve(body["Value"]) for name, body in kept("Outputs").items()},
    }


def without_no_value(value):
    if isinstance(value, dict):
        return {key: without_no_value(member) for key, member in value.items() if member is not engine._NO_VALUE}
    if isinstance(value, list):
        return [without_no_value(item) for item in value if item is not engine._NO_VALUE]
    if value is engine._NO_VALUE:
        raise ValueError("a value is AWS::NoValue")
    return value


for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = evaluated(asked["template"], asked["parameters"], asked["names"])
    except Exception as error:  # Whatever it refuses with, that is its answer.
        answer = {"refused": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
