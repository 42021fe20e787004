"""A DynamoDB client that needs only the standard library, with the calls and errors of boto3's client."""

import datetime
import hashlib
import hmac
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict


class CallFailed(Exception):
    """Has a member `response`, like botocore's ClientError."""

    def __init__(self, response: Dict[str, Any]) -> None:
        super().__init__(response["Error"]["Code"])
        self.response = response


class TinyDynamoDb:
    def __init__(self, url: str, access_key: str, secret: str, region: str = "us-east-1", timeout: float = 20) -> None:
        self._url, self._access_key, self._secret, self._region = url, access_key, secret, region
        self._timeout = timeout

    @staticmethod
    def from_environment() -> "TinyDynamoDb":
        url, key = os.environ["AWS_ENDPOINT_URL_DYNAMODB"], os.environ["AWS_ACCESS_KEY_ID"]
        return TinyDynamoDb(url, key, os.environ["AWS_SECRET_ACCESS_KEY"])

    def get_item(self, **parameters: Any) -> Dict[str, Any]:
        return self._call("GetItem", parameters)

    def put_item(self, **parameters: Any) -> Dict[str, Any]:
        return self._call("PutItem", parameters)

    def delete_item(self, **parameters: Any) -> Dict[str, Any]:
        return self._call("DeleteItem", parameters)

    def update_item(self, **parameters: Any) -> Dict[str, Any]:
        return self._call("UpdateItem", parameters)

    def scan(self, **parameters: Any) -> Dict[str, Any]:
        return self._call("Scan", parameters)

    def transact_write_items(self, **parameters: Any) -> Dict[str, Any]:
        return self._call("TransactWriteItems", parameters)

    def _call(self, operation: str, parameters: Dict[str, Any]) -> Dict[str, Any]:
        body = json.dumps(parameters).encode()
        request = urllib.request.Request(self._url, data=body, headers=self._sign(operation, body))
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            failure = json.loads(error.read())
            code = failure.pop("__type", "").rpartition("#")[2]
            raise CallFailed({"Error": {"Code": code}, **failure}) from None

    def _sign(self, operation: str, body: bytes) -> Dict[str, str]:
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp, scope = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}/{self._region}/dynamodb/aws4_request"
        target = f"DynamoDB_20120810.{operation}"
        host = urllib.parse.urlsplit(self._url).netloc
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "host": host,
            "x-amz-date": stamp,
            "x-amz-target": target,
        }
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        signed = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = f"AWS4{self._secret}".encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
        credential = (
            f"AWS4-HMAC-SHA256 Credential={self._access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return {**headers, "authorization": credential}
