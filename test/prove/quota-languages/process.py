"""A process that asks a few times and prints a line for each outcome; the order is its argument, as for process.ts."""

import json
import os
import sys
import time

from gatewright import Quota, Refused

order = json.loads(sys.argv[1])


def make_client():
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        from tiny_dynamodb import TinyDynamoDb

        return TinyDynamoDb.from_environment(), "the standard library"
    config = Config(
        connect_timeout=10,
        read_timeout=10,
        retries={"total_max_attempts": 3, "mode": "standard"},
    )
    return boto3.client(
        "dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"], config=config
    ), "boto3"


client, by = make_client()
quota = Quota(order["tableName"], client=client)
for _ in range(order["requests"]):
    stamp = int(time.time() * 1000) + order["skewMs"]
    event = {"requestContext": {"timeEpoch": stamp}}
    try:
        quota.charge(event, tenant=order["plan"], key="k", plan=order["plan"])
        outcome = "admitted"
    except Refused as refusal:
        outcome = refusal.reason
    os.write(
        1, (json.dumps({"outcome": outcome, "stamp": stamp, "by": by}) + "\n").encode()
    )
