"""Runs a Python handler: gets events from the Runtime API and sends the responses, as Lambda's own runtime does.

Needs only the standard library of Python 3.6 or later and the files next to this one.
"""

import http.client
import importlib
import importlib.machinery
import json
import linecache
import logging
import os
import re
import socket
import ssl
import sys
import time
import traceback
import warnings

# No __pycache__ is written into the gateway's own package.
WRITES_NOTHING, sys.dont_write_bytecode = sys.dont_write_bytecode, True
import older_boto3
import read_only
import refused_endpoints
import result_json
sys.dont_write_bytecode = WRITES_NOTHING

API = "/2018-06-01/runtime/"
# For each module that is missing on this machine: the command that installs it.
REMEDIES = json.loads(os.environ.pop("GATEWRIGHT_REMEDIES", "{}"))
# The times of source files in bytecode have a resolution of one second.
SETTLED_AFTER_S = 2
OWN_MODULES = (sys.modules[__name__], older_boto3, read_only, refused_endpoints, result_json)
OWN_FILES = tuple(os.path.abspath(module.__file__) for module in OWN_MODULES)
# Their frames stand between the function's and the library's.
PATCHES = (read_only.__file__, refused_endpoints.__file__)
WRITER = result_json.ResultWriter()


class RuntimeFault(Exception):
    """An error that the runtime itself detects. It has the name that Lambda gives it."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.trace = list(trace)


class RuntimeApi:
    """One connection to the Runtime API, which is kept open. A call waits for its response without a time limit."""

    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address)

    def call(self, method, path, body=None, headers=None):
        self.connection.request(method, API + path, body, headers or {})
        response = self.connection.getresponse()
        return response.headers, response.read(), response.status

    def post(self, path, value, error_type=None):
        # Bytes are sent as they are. A text that UTF-8 cannot encode ends the process, as in Lambda. So does the type of an
        # init error that is not a valid header.
        is_raw = isinstance(value, bytes)
        headers = {"Content-Type": "application/unknown" if is_raw else "application/json"}
        if error_type is not None:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        self.call("POST", path, value if is_raw else value.encode(), headers)


class Identity:
    def __init__(self):
        self.cognito_identity_id = None
        self.cognito_identity_pool_id = None


class Client:
    FIELDS = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")

    def __init__(self, given):
        for field in self.FIELDS:
            setattr(self, field, given.get(field))


class ClientContext:
    def __init__(self, text):
        given = json.loads(text)
        self.custom = given.get("custom")
        self.env = given.get("env")
        self.client = Client(given["client"]) if given.get("client") else None


class LambdaContext:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = headers.get("Gatewright-Function-Version") or env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        self.tenant_id = None
        text = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(text) if text else None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        fields = ", ".join("%s=%r" % pair for pair in vars(self).items() if not pair[0].startswith("_"))
        return "LambdaContext([%s])" % fields


class LambdaHandler(logging.Handler):
    """The handler that Lambda adds to the root logger, so that `logging` works without any setup."""

    def emit(self, record):
        sys.stdout.write(self.format(record).replace("\n", "\r") + "\n")
        sys.stdout.flush()


class RequestIdFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = self.request_id
        return True


def set_up_logging(request_filter):
    handler = LambdaHandler()
    handler.addFilter(request_filter)
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        handler.setFormatter(JsonFormatter())
    else:
        line = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        formatter = logging.Formatter(line, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
    logging.root.addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "")
    names = {"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}
    if level:
        logging.root.setLevel(names.get(level, level))


class JsonFormatter(logging.Formatter):
    def format(self, record):
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        told = {
            "timestamp": moment,
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info:
            told["errorType"] = record.exc_info[0].__name__
            told["errorMessage"] = str(record.exc_info[1])
            told["stackTrace"] = traceback.format_list(traceback.extract_tb(record.exc_info[2]))
        return json.dumps(told, default=str)


def keep_lines_that_ran():
    """Leaves source lines out of tracebacks if their file was saved later than it ran: they would be other lines."""
    started = time.time()
    read = linecache.updatecache

    def update(filename, module_globals=None):
        try:
            is_newer = os.stat(filename).st_mtime > started
        except OSError:
            is_newer = False
        if not is_newer:
            return read(filename, module_globals)
        linecache.cache.pop(filename, None)
        return []

    linecache.updatecache = update


def load_handler(name):
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise RuntimeFault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error)) from error
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = "Cannot use built-in module %s as a handler module" % module_name
        raise RuntimeFault("Runtime.BuiltInModuleConflict", message)
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        log_cause(error)
        message = "Unable to import module '%s': %s%s" % (module_name, error, remedy_for(error))
        raise RuntimeFault("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        message = "Syntax error in module '%s': %s" % (module_name, error)
        raise RuntimeFault("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        return getattr(module, function_name)
    except AttributeError as error:
        message = "Handler '%s' missing on module '%s'" % (function_name, module_name)
        raise RuntimeFault("Runtime.HandlerNotFound", message) from error


def log_cause(error):
    """Returns the import in the function's own files that failed. Lambda omits it, although it is the useful part."""
    frames = own_frames(error.__traceback__)
    if frames:
        sys.stderr.write("".join(traceback.format_list(frames)).rstrip().replace("\n", "\r") + "\n")
        sys.stderr.flush()


def remedy_for(error):
    remedy = REMEDIES.get((getattr(error, "name", None) or "").split(".")[0])
    return " (%s)" % remedy if isinstance(error, ImportError) and remedy else ""


def own_frames(trace):
    """Returns the frames of the function, without the frames of this file and of Python's import system."""
    frames = traceback.extract_tb(trace)
    return [frame for frame in frames if os.path.abspath(frame.filename) not in OWN_FILES and "<frozen " not in frame.filename and "/importlib/__init__.py" not in frame.filename]


def format_trace(trace):
    """Returns the trace as Lambda's runtime prints it: without the runtime's frames and without marks below lines."""
    frames = [frame for frame in traceback.extract_tb(trace) if frame.filename not in PATCHES]
    first = next((index for index, frame in enumerate(frames) if os.path.abspath(frame.filename) not in OWN_FILES), 0)
    return traceback.format_list([(frame.filename, frame.lineno, frame.name, frame.line) for frame in frames[first:]])


def describe(error, request_id):
    if isinstance(error, RuntimeFault):
        error_type, trace = error.error_type, error.trace
    else:
        error_type = type(error).__name__
        trace = format_trace(error.__traceback__)
    message = str(error) + remedy_for(error)
    return {"errorMessage": message, "errorType": error_type, "requestId": request_id, "stackTrace": trace}


def log_failure(failure):
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        line = {"timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "level": "ERROR"}
        line.update(failure)
        sys.stdout.write(WRITER.write(line) + "\n")
        sys.stdout.flush()
        return
    lines = ["[ERROR] %s: %s" % (failure["errorType"], failure["errorMessage"])]
    if failure["stackTrace"]:
        lines.append("Traceback (most recent call last):")
        lines.extend(part.rstrip("\n") for part in failure["stackTrace"])
    sys.stdout.write("\n".join(lines).replace("\n", "\r") + "\n")
    sys.stdout.flush()


def explain_missing_path(error):
    """Explains a relative path that could not be opened, as the runtime of Node.js does (worker/failure.ts)."""
    path = getattr(error, "filename", None)
    if not isinstance(error, FileNotFoundError) or not isinstance(path, str) or not path or os.path.isabs(path):
        return
    root = os.environ.get("LAMBDA_TASK_ROOT", "")
    sys.stdout.write(
        "[WARNING] %s is a relative path, resolved from the folder of the function's code (/var/task on AWS, here %s), and this file does not exist: check the path, and check that the function's package contains the file\n"
        % (path, root)
    )
    sys.stdout.flush()


def to_json(value):
    if isinstance(value, bytes):
        return value
    try:
        return WRITER.write(value)
    except Exception as error:
        raise RuntimeFault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from error


def from_json(body):
    try:
        return json.loads(body.decode())
    except Exception as error:
        raise RuntimeFault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from error


def reach_prefixed_hosts():
    """Resolves the gateway's address even if boto3 puts the prefix of an operation before it: `data-127.0.0.1`."""
    find_addresses = socket.getaddrinfo

    def find_prefixed_addresses(host, *more, **named):
        name = host.decode() if isinstance(host, bytes) else str(host)
        prefix, _, address = name.partition("-")
        return find_addresses(address if address == "127.0.0.1" and prefix.isalpha() else host, *more, **named)

    socket.getaddrinfo = find_prefixed_addresses


def reach_own_apis():
    """Redirects TLS connections to APIs of this gateway and to AWS, for any client that uses Python's sockets."""
    text = os.environ.pop("GATEWRIGHT_OWN_APIS", None)
    if text is None:
        return
    own = json.loads(text)
    hosts = set(own["hosts"])
    is_of_aws = re.compile(own["aws"]["hosts"]).search
    find_addresses = socket.getaddrinfo

    def own_port(host):
        name = host.decode() if isinstance(host, bytes) else str(host)
        name = name.lower()
        if name in hosts or "*" + name[name.find("."):] in hosts:
            return own["port"]
        return own["aws"]["port"] if is_of_aws(name) else None

    def find_own_addresses(host, port, *more, **named):
        local = own_port(host) if host is not None and str(port) in ("443", "https") else None
        if local is not None:
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", local))]
        return find_addresses(host, port, *more, **named)

    def trusting(wrap):
        def wrap_own(context, *given, **named):
            host = named.get("server_hostname")
            if host is not None and own_port(host) is not None:
                context.load_verify_locations(cadata=own["authority"])
            return wrap(context, *given, **named)

        return wrap_own

    socket.getaddrinfo = find_own_addresses
    for name in ("wrap_socket", "wrap_bio"):
        setattr(ssl.SSLContext, name, trusting(getattr(ssl.SSLContext, name)))


class Debugger:
    """Reports debuggers to the gateway, so that deadlines stop while a debugger is attached to a running event."""

    def __init__(self, api):
        self.api = api
        self.debugpy = None
        self.is_held = False

    def hold(self):
        if self.debugpy is not None and self.debugpy.is_client_connected():
            self.say(True)

    def release(self):
        if self.is_held:
            self.say(False)

    def say(self, is_held):
        self.is_held = is_held
        self.api.post("gatewright/" + ("held" if is_held else "released"), "")


def wait_for_debugger(debugger):
    """Allows a debugger to attach if the gateway runs with --inspect."""
    port = os.environ.pop("GATEWRIGHT_DEBUGPY_PORT", None)
    breaks = os.environ.pop("GATEWRIGHT_DEBUGPY_BREAKS", None)
    if port is None:
        return
    debugger.say(True)
    import debugpy  # pylint: disable=import-error,import-outside-toplevel

    try:
        host, found = debugpy.listen(("127.0.0.1", int(port)))
    except Exception:  # Another instance uses the port.
        host, found = debugpy.listen(("127.0.0.1", 0))
    sys.stderr.write("debugpy listens on %s:%s\n" % (host, found))
    sys.stderr.flush()
    debugger.debugpy = debugpy
    if breaks is not None:
        debugpy.wait_for_client()
        debugpy.breakpoint()


class LoadedFiles:
    """Reports the files of the function's modules, so that the gateway watches files outside of the function's folder."""

    def __init__(self, api):
        self.api = api
        self.seen = set()
        here = [os.path.dirname(os.__file__), os.path.dirname(os.path.abspath(__file__))]
        self.installed = tuple(os.path.realpath(folder) + os.sep for folder in here)

    def report(self):
        fresh = [name for name in list(sys.modules) if name not in self.seen]
        if not fresh:
            return
        self.seen.update(fresh)
        files = [getattr(sys.modules.get(name), "__file__", None) for name in fresh]
        paths = [os.path.realpath(file) for file in files if isinstance(file, str) and file.endswith(".py")]
        own = [path for path in paths if "-packages" + os.sep not in path and not path.startswith(self.installed)]
        if own:
            self.api.post("gatewright/loaded", json.dumps({"files": own}))


def serve(api, handler, request_filter, debugger, loaded):
    loaded.report()
    while True:
        headers, body, _ = api.call("GET", "invocation/next")
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        request_filter.request_id = request_id
        refused_endpoints.REPORTED.begin_invocation()
        trace_id = headers.get("Lambda-Runtime-Trace-Id")
        if trace_id is None:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        else:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        try:
            context = LambdaContext(headers)
            debugger.hold()
            answer = to_json(handler(from_json(body), context))
        except Exception as error:  # pylint: disable=broad-except
            failure = describe(error, request_id)
            log_failure(failure)
            explain_missing_path(error)
            sys.stderr.flush()
            debugger.release()
            loaded.report()
            # The type is in the body only, as with Lambda's client, because a header cannot carry every name of a class.
            api.post("invocation/%s/error" % request_id, WRITER.write(failure))
        else:
            sys.stdout.flush()
            sys.stderr.flush()
            debugger.release()
            loaded.report()
            api.post("invocation/%s/response" % request_id, answer)


def keep_settled_bytecode_only():
    """
    Stores no bytecode of a file that was just saved, because Python would use it for a later version of the same second
    and size.
    """
    keep = importlib.machinery.SourceFileLoader.set_data

    def keep_if_settled(loader, path, data, **more):
        if time.time() - os.stat(loader.path).st_mtime >= SETTLED_AFTER_S:
            with read_only.suspended():
                keep(loader, path, data, **more)

    importlib.machinery.SourceFileLoader.set_data = keep_if_settled


def main():
    keep_settled_bytecode_only()
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    # The first entry is the folder of this file. The function's folder must be the first entry instead.
    sys.path[0] = task_root
    # Lambda's own packages come last, so packages of the project take precedence.
    lent = os.environ.pop("GATEWRIGHT_LENT", None)
    if lent:
        sys.path.append(lent)
        # The lent Boto3 is newer than the one that Lambda's runtime for an old Python keeps, and warns of its last
        # version. A Boto3 of the project itself warns on AWS, too.
        warnings.filterwarnings("ignore", message="Boto3 will no longer support Python", module=r"boto3\.compat")
    sys.argv = [os.path.join(task_root, "bootstrap.py")]
    request_filter = RequestIdFilter()
    set_up_logging(request_filter)
    reach_prefixed_hosts()
    reach_own_apis()
    older_boto3.reach_gateway()
    refused_endpoints.watch_calls()
    debugger = Debugger(api)
    loaded = LoadedFiles(api)
    keep_lines_that_ran()
    try:
        wait_for_debugger(debugger)
        read_only.protect_files()
        handler = load_handler(os.environ["_HANDLER"])
        debugger.release()
    except Exception as error:  # pylint: disable=broad-except
        failure = describe(error, "")
        log_failure(failure)
        explain_missing_path(error)
        loaded.report()
        api.post("init/error", WRITER.write(failure), failure["errorType"])
        sys.exit(1)
    serve(api, handler, request_filter, debugger, loaded)


main()
