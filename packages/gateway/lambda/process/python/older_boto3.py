"""Sends calls from boto3 before 1.28 to the gateway: its botocore does not read AWS_ENDPOINT_URL.

Needs the standard library of Python 3.6 and up, and nothing else.
"""

import functools
import importlib.machinery
import os
import re
import sys

FIRST_THAT_READS = (1, 31)
SESSIONS = {"botocore.session": "Session", "aiobotocore.session": "AioSession"}
# `create_client(service_name, region_name, api_version, use_ssl, verify, endpoint_url, …)`
ARGUMENTS_BEFORE_ENDPOINT = 4


class SessionFinder:
    """Finds the session modules as Python does, and patches their class as soon as it is defined."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in SESSIONS:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        load = spec.loader.exec_module

        def load_and_change(module):
            load(module)
            session = getattr(module, SESSIONS[name], None)
            if session is not None and is_older():
                lend_endpoint(session)

        spec.loader.exec_module = load_and_change
        return spec


def is_older():
    numbers = re.findall(r"\d+", getattr(sys.modules.get("botocore"), "__version__", ""))
    return bool(numbers) and tuple(map(int, numbers[:2])) < FIRST_THAT_READS


def lend_endpoint(session):
    create = session.create_client

    @functools.wraps(create)
    def create_client(self, service_name, *given, **named):
        if named.get("endpoint_url") is None and len(given) <= ARGUMENTS_BEFORE_ENDPOINT:
            named["endpoint_url"] = endpoint_of(self, service_name)
        return create(self, service_name, *given, **named)

    session.create_client = create_client


def endpoint_of(session, service_name):
    """
    Returns the endpoint in the variables that later versions read. Loading the model costs no extra time, because the
    client needs it in any case.
    """
    service_id = session.get_service_model(service_name).metadata.get("serviceId", service_name)
    own = os.environ.get("AWS_ENDPOINT_URL_" + service_id.upper().replace(" ", "_"))
    return own or os.environ.get("AWS_ENDPOINT_URL")


def reach_gateway():
    if "AWS_ENDPOINT_URL" in os.environ:
        sys.meta_path.insert(0, SessionFinder)
