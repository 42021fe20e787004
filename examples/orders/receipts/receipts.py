"""Writes a receipt for each order of the queue; only orders without a price are returned to the queue."""

import json


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            print(receipt(json.loads(record["body"])))
        except (KeyError, TypeError, ValueError) as error:
            print(f"no receipt for {record['messageId']}: {error!r}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def receipt(order):
    euros = order["cents"] / 100
    return f"RECEIPT {order['id']}: {order['dish']} for {order['customer']}, {euros:.2f} EUR"
