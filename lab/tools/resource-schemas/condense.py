"""
Writes packages/gateway/core/deployability/resource-schemas.json: CloudFormation's own resource schemas, reduced to what
can refuse a template, for the types that are named on standard input (one per line).

The schemas, with their corrections, are part of cfn-lint (https://github.com/aws-cloudformation/cfn-lint), which is
under MIT-0. README.md in this folder says how to run this.
"""

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path

import cfnlint
from cfnlint.rules import Rules
from cfnlint.rules.jsonschema.CfnLintJsonSchema import CfnLintJsonSchema
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

REGION = "us-east-1"

# Keywords that can refuse a value. Descriptions, handlers, formats and tags of the schemas are left out. So is
# minProperties, because CloudFormation accepts an empty mapping as if it were absent.
KEPT = {
    "type", "required", "enum", "enumCaseInsensitive", "const", "pattern", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "maxProperties",
    "additionalProperties", "dependentRequired", "dependentExcluded", "requiredXor", "requiredOr", "$ref",
}
SCHEMA = {"items", "not", "if", "then", "else", "contains", "propertyNames", "additionalProperties"}
SCHEMAS = {"oneOf", "anyOf", "allOf"}
NAMED = {"properties", "patternProperties", "definitions", "dependentSchemas"}


def condense(schema):
    """Keeps the keywords of a schema that can refuse a value."""
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for name, value in schema.items():
        if name in NAMED and isinstance(value, dict):
            kept[name] = {key: condense(inner) for key, inner in value.items()}
        elif name in SCHEMAS:
            inner = [condense(one) for one in value]
            if any(one for one in inner):
                kept[name] = inner
        elif name in SCHEMA and isinstance(value, dict):
            kept[name] = condense(value)
        elif name in KEPT and value != []:
            kept[name] = value
        elif name == "uniqueItems" and value is True:
            kept[name] = True
    # A combination is dropped as a whole if one of its parts says nothing after the reduction, because it would then
    # accept everything, or nothing.
    for name in ("anyOf", "oneOf"):
        if name in kept and any(one == {} for one in kept[name]):
            del kept[name]
    return kept


def references(schema):
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "$ref":
                yield value.split("/")[-1]
            else:
                yield from references(value)
    elif isinstance(schema, list):
        for one in schema:
            yield from references(one)


def reachable(schema):
    """Drops definitions that nothing refers to."""
    all_definitions = schema.pop("definitions", {})
    needed, open_names = {}, list(references(schema))
    while open_names:
        name = open_names.pop()
        if name in all_definitions and name not in needed:
            needed[name] = all_definitions[name]
            open_names.extend(references(needed[name]))
    if needed:
        schema["definitions"] = needed
    return schema


def extensions(type_name):
    """cfn-lint's further rules for the members of one resource. Rules that compare resources are left out."""
    start = f"Resources/{type_name}/Properties"
    for text, rules in EXTENSIONS:
        paths = [path[len(start):] for _, paths in rules for path in paths if path.split("/")[1] == type_name]
        condensed = condense(json.loads(corrected(text)))
        if condensed and paths and any(name.startswith("E") for name, _ in rules):
            for path in paths:
                yield placed(condensed, [part for part in path.split("/") if part])


def placed(schema, path):
    """Returns a schema that applies another one to the part at a path, in which * is any item of a list."""
    for part in reversed(path):
        schema = {"items": schema} if part == "*" else {"properties": {part: schema}}
    return schema


def read_extensions():
    """Returns the text of each schema, with the id of each rule that applies it, and the paths to which it does."""
    folder = Path(cfnlint.__file__).parent / "data/schemas/extensions"
    rules = [rule for rule in Rules.create_from_directory(Path(cfnlint.__file__).parent / "rules").data.values()]
    found = []
    for file in sorted(folder.glob("*/*.json")):
        text = file.read_text()
        schema = json.loads(text)
        if any(word in text for word in ("cfnGather", "cfnContext", "$data", "cfnLint", "format")):
            continue
        by = [(rule.id, rule.keywords) for rule in rules if isinstance(rule, CfnLintJsonSchema) and rule.schema == schema]
        found.append((text, by))
    return found


def corrected(text):
    """Period of an alarm may be 20, too (CloudWatch API reference, PutMetricAlarm); cfn-lint knows 10 and 30 only."""
    return re.sub(r"\[\s*10,\s*30,\s*60\s*\]", "[10, 20, 30, 60]", text)


def top_names(pointers):
    names = [pointer.removeprefix("/properties/").split("/")[0] for pointer in pointers]
    return sorted(set(names))


def own_names(full):
    """The properties by which a resource is identified in its account, if the template sets all of them."""
    identifiers = full.get("primaryIdentifier", [])
    made = set(full.get("readOnlyProperties", []))
    return [] if any(one in made for one in identifiers) else top_names(identifiers)


def blocked_runtimes():
    """The day from which Lambda creates no function with a runtime."""
    file = Path(cfnlint.__file__).parent / "data/AdditionalSpecs/LmbdRuntimeLifecycle.json"
    rows = json.loads(file.read_text())
    return {name: row["create-block"] for name, row in sorted(rows.items()) if row.get("create-block")}


def known_types():
    """The names of all types, by service."""
    services = {}
    for name in PROVIDER_SCHEMA_MANAGER.get_resource_types(REGION):
        vendor, service, *rest = name.split("::")
        if vendor == "AWS" and len(rest) == 1:
            services.setdefault(service, []).append(rest[0])
    return {service: " ".join(sorted(names)) for service, names in sorted(services.items())}


EXTENSIONS = read_extensions()

# Lambda's documentation reserves this variable, but no refusal is known (core/stack/environment-limits.ts).
UNCLEAR_VARIABLE = "AWS_EXECUTION_ENV"


def text_of(row):
    return json.dumps(row, separators=(",", ":")).replace(f'"{UNCLEAR_VARIABLE}",', "")


def main():
    types = {}
    for name in sorted(set(sys.stdin.read().split())):
        try:
            full = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, name).schema
        except Exception:  # cfn-lint has no schema of this type
            print(f"no schema: {name}", file=sys.stderr)
            continue
        schema = reachable(condense(full))
        more = list(extensions(name))
        if more:
            schema["allOf"] = [*schema.get("allOf", []), *more]
        found = {
            "schema": schema,
            "replacedBy": top_names(full.get("createOnlyProperties", [])),
            "attributes": sorted(PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, name).get_atts),
            "named": own_names(full),
        }
        types[name] = {key: value for key, value in found.items() if value}
    licence = "CloudFormation's resource schemas as corrected and extended by cfn-lint, MIT-0, reduced"
    head = {
        "source": f"cfn-lint {version('cfn-lint')}",
        "licence": licence,
        "region": REGION,
        "runtimes": blocked_runtimes(),
        "known": known_types(),
    }
    rows = ",\n".join(f"{json.dumps(name)}:{text_of(row)}" for name, row in types.items())
    print(f"{json.dumps(head)[:-1]},\"types\":{{\n{rows}\n}}}}")


if __name__ == "__main__":
    main()
