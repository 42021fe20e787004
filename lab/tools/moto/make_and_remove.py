"""Makes, changes and deletes a packaged stack on moto, and prints what happened as JSON. Environment: as try_stack.py says."""

import json
import sys

from try_stack import STACK, REGION, boto3, change, leave_out_unknown, make, mock_aws, of_stack, read_template


@mock_aws(config={"lambda": {"use_docker": False}})
def main(folder):
    template = read_template(folder)
    unknown, dependent = leave_out_unknown(template)
    cloudformation, made, missing = make(template, folder)
    removed, _ = change(template)
    cloudformation.update_stack(StackName=STACK, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"])
    changed = of_stack(cloudformation)
    replaced = [
        name
        for name, one in changed.items()
        if name in made and one["PhysicalResourceId"] != made[name]["PhysicalResourceId"]
    ]
    cloudformation.delete_stack(StackName=STACK)
    kept = [name for name, one in template["Resources"].items() if one.get("DeletionPolicy", "").startswith("Retain")]
    tables = boto3.client("dynamodb", region_name=REGION).list_tables()["TableNames"]
    functions = boto3.client("lambda", region_name=REGION).list_functions()["Functions"]
    queues = boto3.client("sqs", region_name=REGION).list_queues().get("QueueUrls", [])
    outcome = {
        "made": len(made),
        "unknownToMoto": sum(unknown.values()) + sum(dependent.values()),
        "missing": missing,
        "isChanged": "AddedQueue" in changed and removed not in changed,
        "replaced": replaced,
        "tablesLeft": len(tables),
        "tablesRetained": len(kept),
        "functionsLeft": len(functions),
        "queuesLeft": len(queues),
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(sys.argv[1])
