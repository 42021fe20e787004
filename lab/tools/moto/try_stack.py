"""Makes, changes and deletes a packaged stack on moto, and says what moto could not do.

Needs Python 3.11 and moto of PyPI, in an environment of its own: pip install 'moto[all]'. Run by hand; no part of the suite.

    npm run package -- --stage prod
    python lab/tools/moto/try_stack.py .build/package/prod
"""

import json
import os
import sys
from collections import Counter

for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ[name] = "moto"  # Real ones must not be there if something gets past moto.
os.environ["AWS_DEFAULT_REGION"] = "us-east-1"

import boto3  # noqa: E402
from moto import mock_aws  # noqa: E402
from moto.cloudformation.parsing import resource_class_from_type  # noqa: E402

STACK = "tried"
REGION = "us-east-1"


def read_template(folder):
    with open(os.path.join(folder, "cloudformation-template-update-stack.json"), encoding="utf-8") as file:
        return json.load(file)


def upload_code(template, folder):
    """The archives, where the template has them."""
    bucket = "code-of-the-try"
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket=bucket)
    archives = [name for name in os.listdir(folder) if name.endswith(".zip")]
    for resource in template["Resources"].values():
        for code in (resource.get("Properties", {}).get(key) for key in ("Code", "Content")):
            if not isinstance(code, dict) or "S3Key" not in code:
                continue
            name = code["S3Key"].split("/")[-1]
            if name in archives:
                with open(os.path.join(folder, name), "rb") as file:
                    s3.put_object(Bucket=bucket, Key=code["S3Key"], Body=file.read())
            code["S3Bucket"] = bucket


def refers(value, names):
    """Whether Ref, GetAtt, Sub or DependsOn leads to one of the names."""
    text = json.dumps(value)
    return any(f'"{name}"' in text or "${" + name + "}" in text or "${" + name + "." in text for name in names)


def leave_out_unknown(template):
    """Types that moto does not make, what refers to these, and outputs of either: it fails at all of them."""
    resources, outputs = template["Resources"], template.get("Outputs", {})
    unknown = {name for name, one in resources.items() if resource_class_from_type(one["Type"]) is None}
    dependent = set()
    while True:
        more = {
            name
            for name, one in resources.items()
            if name not in unknown | dependent and refers(one, unknown | dependent)
        }
        if not more:
            break
        dependent |= more
    counts = count_types(template, unknown), count_types(template, dependent)
    for name in unknown | dependent:
        del resources[name]
    for output in [name for name, one in outputs.items() if refers(one["Value"], unknown | dependent)]:
        del outputs[output]
    return counts


def of_stack(cloudformation):
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
    return {one["LogicalResourceId"]: one for page in pages for one in page["StackResourceSummaries"]}


def change(template):
    """One resource more, one property other, one resource less."""
    resources = template["Resources"]
    resources["AddedQueue"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "added"}}
    # A stack with only a web ACL has no log group.
    groups = [one for one in resources.values() if one["Type"] == "AWS::Logs::LogGroup"]
    for group in groups[:1]:
        group["Properties"]["RetentionInDays"] = 30
    # A small stack has no permission, to which nothing refers in any stack.
    others = {name: [template.get("Outputs", {}), *(one for other, one in resources.items() if other != name)] for name in resources}
    unused = [name for name in resources if name != "AddedQueue" and not refers(others[name], {name})]
    permissions = [name for name in unused if resources[name]["Type"] == "AWS::Lambda::Permission"]
    without = [name for name in unused if "DeletionPolicy" not in resources[name] and resources[name] not in groups[:1]]
    removed = (permissions or without or [None])[-1]
    resources.pop(removed, None)
    return removed, groups[0]["Properties"]["LogGroupName"] if groups else None


def count_types(template, names):
    return dict(Counter(template["Resources"][name]["Type"] for name in sorted(names)))


def make(template, folder):
    """Makes the stack. Returns the client, what was made, and the names of what was not though no condition says so."""
    cloudformation = boto3.client("cloudformation", region_name=REGION)
    upload_code(template, folder)
    cloudformation.create_stack(
        StackName=STACK, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
    )
    made = of_stack(cloudformation)
    missing = [
        name for name, one in template["Resources"].items() if name not in made and "Condition" not in one
    ]
    return cloudformation, made, missing


@mock_aws(config={"lambda": {"use_docker": False}})
def main(folder):
    template = read_template(folder)
    print(f"in the template: {len(template['Resources'])} resources")
    unknown, dependent = leave_out_unknown(template)
    print(f"types that moto does not make: {json.dumps(unknown)}")
    print(f"what refers to these: {json.dumps(dependent)}")
    cloudformation, made, missing = make(template, folder)
    print(f"made: {len(made)} of {len(template['Resources'])} resources")
    print(f"known, and not made: {json.dumps(count_types(template, missing))}")

    removed, group = change(template)
    try:
        cloudformation.update_stack(
            StackName=STACK, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"]
        )
        logs = boto3.client("logs", region_name=REGION).describe_log_groups(logGroupNamePrefix=group or "none")
        print(
            "changed: queue added",
            "AddedQueue" in of_stack(cloudformation),
            "- permission removed",
            removed not in of_stack(cloudformation),
            "- retention",
            [one.get("retentionInDays") for one in logs["logGroups"]],
        )
    except Exception as error:  # noqa: BLE001: what moto cannot do is the result
        print(f"change: moto fails with {type(error).__name__}: {error}")

    try:
        cloudformation.delete_stack(StackName=STACK)
    except Exception as error:  # noqa: BLE001
        print(f"deletion: moto fails with {type(error).__name__}: {error}")
    tables = boto3.client("dynamodb", region_name=REGION).list_tables()["TableNames"]
    functions = boto3.client("lambda", region_name=REGION).list_functions()["Functions"]
    queues = boto3.client("sqs", region_name=REGION).list_queues().get("QueueUrls", [])
    print(f"left after deletion: {len(tables)} tables {tables}, {len(functions)} functions, {len(queues)} queues")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python lab/tools/moto/try_stack.py FOLDER, as npm run package has written it")
    main(sys.argv[1])
