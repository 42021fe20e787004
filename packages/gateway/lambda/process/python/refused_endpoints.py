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
IS_OF_AWS = re.compile(r"\.amazonaws\.com(?:\.cn)?(?::\d+)?$").search
MAX_REPORTED = 20
OF_SDK = "AWS_ENDPOINT_URL"


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
    reported = Reported()

    @functools.wraps(send)
    def reporting_send(self, request, *more, **named):
        try:
            return send(self, request, *more, **named)
        except Exception as error:
            if type(error).__name__ == "EndpointConnectionError":
                reported.report(request)
            raise

    session.send = reporting_send


class Reported:
    """Reports each address once in an invocation, which its trace identifies."""

    def __init__(self):
        self.invocation = None
        self.addresses = set()

    def report(self, request):
        address = "/".join(str(request.url).split("/", 3)[:3])
        found = SIGNED_FOR.search(text_of(request.headers.get("Authorization")))
        # The addresses of the gateway itself are refused only while it ends.
        if any(name.startswith(OF_SDK) for name in settings_with(address)):
            return
        invocation = os.environ.get("_X_AMZN_TRACE_ID")
        if invocation != self.invocation:
            self.addresses.clear()
        self.invocation = invocation
        if found is None or IS_OF_AWS(address) or address in self.addresses or len(self.addresses) >= MAX_REPORTED:
            return
        self.addresses.add(address)
        print(describe(found.group(1), address), file=sys.stderr)


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def settings_with(address):
    """Returns the names of the variables whose value is the address."""
    return [name for name, value in os.environ.items() if value.startswith(address)]


def describe(service, address):
    own = OF_SDK + "_" + service.upper()
    variable = own if service == "dynamodb" and own in os.environ else OF_SDK
    setting = next(iter(settings_with(address)), None)
    origin = "" if setting is None else " (the value of %s)" % setting
    return (
        "calls %s at %s%s, where nothing listens; the gateway serves %s at %s. Create boto3's client without an "
        "endpoint, region and keys of its own: its calls then go to the gateway here, and to AWS after a deployment. "
        "If the client must have an endpoint, give it only os.environ.get('%s'), which is not set on AWS"
    ) % (service, address, origin, service, os.environ.get(variable, ""), variable)


def watch_calls():
    if OF_SDK in os.environ:
        sys.meta_path.insert(0, SessionFinder)
