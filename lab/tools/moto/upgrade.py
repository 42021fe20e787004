"""Makes a packaged stack on moto, updates it to another package of it, and prints what was replaced or removed. Environment: as try_stack.py says.

    python lab/tools/moto/upgrade.py FOLDER_OF_THE_OLD_PACKAGE FOLDER_OF_THE_NEW_PACKAGE
"""

import json
import sys

from try_stack import STACK, REGION, boto3, leave_out_unknown, make, mock_aws, of_stack, read_template, refers, upload_code

DATA = ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::Events::EventBus")


def ids_of(resources):
    return {name: one["PhysicalResourceId"] for name, one in resources.items()}


def leave_out_layers(template):
    """moto cannot update a function that has a layer: it passes no ARN of the layer's version."""
    resources = template["Resources"]
    for name in [name for name, one in resources.items() if one["Type"] == "AWS::Lambda::LayerVersion"]:
        del resources[name]
        template["Outputs"] = {key: one for key, one in template.get("Outputs", {}).items() if not refers(one["Value"], {name})}
    for one in resources.values():
        one.get("Properties", {}).pop("Layers", None)


def leave_out_conditional(template, made):
    """What a condition leaves out of the stack: moto tries to update it, although it was not made."""
    resources = template["Resources"]
    for name in [name for name, one in resources.items() if "Condition" in one and name not in made]:
        del resources[name]


@mock_aws(config={"lambda": {"use_docker": False}})
def main(old_folder, new_folder):
    old, new = read_template(old_folder), read_template(new_folder)
    for template in (old, new):
        leave_out_layers(template)
        leave_out_unknown(template)
    cloudformation, made, missing = make(old, old_folder)
    leave_out_conditional(new, made)
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    tables = {name: one["PhysicalResourceId"] for name, one in made.items() if one["ResourceType"] == "AWS::DynamoDB::Table"}
    keys = {}
    for name, table in tables.items():
        schema = dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
        keys[name] = {part["AttributeName"]: {"S": "kept"} for part in schema}
        dynamodb.put_item(TableName=table, Item=keys[name])
    upload_code(new, new_folder)
    cloudformation.update_stack(StackName=STACK, TemplateBody=json.dumps(new), Capabilities=["CAPABILITY_IAM"])
    after = of_stack(cloudformation)
    before, now = ids_of(made), ids_of(after)
    lost = [name for name, table in tables.items() if "Item" not in dynamodb.get_item(TableName=table, Key=keys[name])]
    outcome = {
        "made": len(made),
        "missing": missing,
        "afterUpdate": len(after),
        "added": sorted(set(now) - set(before)),
        "removed": sorted(set(before) - set(now)),
        "replaced": sorted(name for name, value in before.items() if name in now and now[name] != value),
        "dataKept": sorted(name for name, one in made.items() if one["ResourceType"] in DATA and now.get(name) == before[name]),
        "tablesThatLostAnItem": lost,
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:3])
