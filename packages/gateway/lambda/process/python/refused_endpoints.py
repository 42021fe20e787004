"""Reports calls of boto3 to a local emulator, such as DynamoDB Local, if nothing listens at its address.

boto3 repeats such a call for many seconds, so the function often times out without an error that names the cause. The
text is the same as in worker/refused-endpoints.ts. Needs the standard library of Python 3.6 and up, and nothing else.
"""

import functools
import importlib.machinery
import os
import re
import sys

MODULE = "botocore.httpsession"
SIGNED_FOR = re.compile(r"^AWS4-HMAC-SHA256 Credential=[^,]*/([a-z0-9-]+)/aws4_request")
IS_SERVED = re.compile(r"^(?:dynamodb|kinesis|sqs|sns|events|scheduler|s3|ssm|secretsmanager)$").search
IS_LOCAL = re.compile(r"^https?://(?:127\.0\.0\.1|\[::1\]|host\.docker\.internal|[^.:/[\]]+)(?::\d+)?$", re.IGNORECASE).search
MAX_REPORTED = 20
OF_SDK = "AWS_ENDPOINT_URL"
# The variables of the SDK that the function's own environment sets.
OWN = os.environ.pop("GATEWRIGHT_OWN_ENDPOINTS", "").split(" ")


class SessionFinder:
    """Finds the module with boto3's HTTP client as Python does, and patches its class as soon as it is defined."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name != MODULE:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        load = spec.loader.exec_module

        def load_and_change(module):
            load(module)
            session = getattr(module, "URLLib3Session", None)
            if session is not None:
                watch(session)

        spec.loader.exec_module = load_and_change
        return spec


def watch(session):
    send = session.send

    @functools.wraps(send)
    def reporting_send(self, request, *more, **named):
        try:
            return send(self, request, *more, **named)
        except Exception as error:
            if type(error).__name__ == "EndpointConnectionError":
                REPORTED.report(request)
            raise

    session.send = reporting_send


class Reported:
    """Reports each address once in an invocation."""

    def __init__(self):
        self.addresses = set()

    def begin_invocation(self):
        self.addresses.clear()

    def report(self, request):
        address = origin_of(str(request.url))
        found = SIGNED_FOR.search(text_of(request.headers.get("Authorization")))
        if found is None or not IS_SERVED(found.group(1)) or not IS_LOCAL(address):
            return
        message = describe(found.group(1), address)
        if message is None:
            return
        if address in self.addresses or len(self.addresses) >= MAX_REPORTED:
            return
        self.addresses.add(address)
        print(message, file=sys.stderr)


def origin_of(url):
    """Returns the scheme, host and port of an URL, without the port that the scheme has by default."""
    origin = "/".join(url.split("/", 3)[:3])
    return re.sub(r"^(http:.*):80$|^(https:.*):443$", lambda match: match.group(1) or match.group(2), origin)


REPORTED = Reported()


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def settings_with(address):
    """Returns the names of the variables whose value is an address of the same host and port."""
    return [name for name, value in os.environ.items() if origin_of(value) == address]


def describe(service, address):
    settings = settings_with(address)
    of_sdk = [name for name in settings if name.startswith(OF_SDK)]
    # The addresses of the gateway itself are refused only while it ends.
    if any(name not in OWN for name in of_sdk):
        return None
    if of_sdk:
        return (
            "calls %s at %s (the value of %s), where nothing listens. The environment of the function in the template "
            "sets %s, so the SDK would call this address on AWS as well. Remove this variable: the calls then go to "
            "the gateway here, and to AWS after a deployment"
        ) % (service, address, of_sdk[0], of_sdk[0])
    special = OF_SDK + "_" + service.upper()
    variable = special if service == "dynamodb" and special in os.environ else OF_SDK
    # Without this variable, the address of the gateway is not known.
    if variable in OWN:
        return None
    origin = " (the value of %s)" % settings[0] if settings else ""
    return (
        "calls %s at %s%s, where nothing listens; the gateway serves %s at %s. Create boto3's client without an "
        "endpoint, region and keys of its own: its calls then go to the gateway here, and to AWS after a deployment. "
        "If the client must have an endpoint, give it only os.environ.get('%s'), which is not set on AWS"
    ) % (service, address, origin, service, os.environ.get(variable, ""), variable)


def watch_calls():
    if OF_SDK in os.environ:
        sys.meta_path.insert(0, SessionFinder)
