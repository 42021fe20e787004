"""Charges requests of three holders through boto3, one for each line, and prints how each ended."""

import json
import logging
import os
import sys

import boto3
from botocore.config import Config
from gatewright import DomainError, Quota, Refused

logging.disable(logging.CRITICAL)
config = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1, "mode": "standard"})
client = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL_DYNAMODB"], config=config)
holders = {}


def charge(tenant, holder, at, cost, refunds):
    quota = holders.setdefault((tenant, holder), Quota("usage", client=client))
    try:
        charged = quota.charge({"requestContext": {"timeEpoch": at}}, tenant=tenant, key="k", plan="exact", cost=cost)
    except Refused as refusal:
        return refusal.reason
    except DomainError as error:
        return error.code
    except Exception as error:  # The promise is that there is none.
        return f"foreign {error!r}"[:300]
    if not refunds:
        return "admitted"
    return "refunded" if charged.refund() else "unavailable"


for line in sys.stdin:
    print(json.dumps(charge(**json.loads(line))), flush=True)
