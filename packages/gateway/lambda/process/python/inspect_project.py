"""Reports packages that functions need and that this Python does not have. Reads their source, but does not run it.

Standard input is a JSON list of questions, standard output the JSON answer.
"""

import ast
import functools
import importlib.machinery
import json
import os
import re
import sys

try:
    import importlib.metadata as metadata
except ImportError:  # Python 3.7 and below.
    metadata = None

try:
    import tomllib
except ImportError:  # Python 3.10 and below.
    tomllib = None

MAX_FILES = 300
# The packages that Boto3 needs. The gateway lends them, but a project's own packages hide the lent ones.
OF_BOTO3 = {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "urllib3", "six"}


def own_modules():
    """Returns the names of Python's own modules. Python 3.9 and below does not list them, so its folders are read."""
    if hasattr(sys, "stdlib_module_names"):
        return set(sys.stdlib_module_names)
    folder = os.path.dirname(os.__file__)
    folders = [each for each in (folder, os.path.join(folder, "lib-dynload")) if os.path.isdir(each)]
    names = {name.split(".")[0] for each in folders for name in os.listdir(each)}
    return {name for name in names if "-" not in name}  # site-packages is not a module.


BUILT_IN = own_modules() | set(sys.builtin_module_names)


class Looker:
    """Follows the imports of one function through its own files, then through the files of its layers."""

    def __init__(self, root, layers):
        self.root = root
        self.roots = [root] + layers
        self.search = self.roots + [entry for entry in sys.path[1:] if entry]
        self.seen = set()
        self.missing = {}
        self.imported = set()
        self.of_layers = []

    def file_of(self, module, root):
        base = os.path.join(root, *module.split("."))
        for path in (base + ".py", os.path.join(base, "__init__.py")):
            if os.path.isfile(path):
                return path
        return None

    def files_of(self, name):
        """Returns the files of a module and of its parent packages, in the first root that contains the module."""
        parts = name.split(".")
        for root in self.roots:
            files = [self.file_of(".".join(parts[:end]), root) for end in range(1, len(parts) + 1)]
            found = [file for file in files if file is not None]
            if found:
                return root, found
        return None, []

    def look(self, path, root):
        """Follows the function's files first. Layers may contain whole libraries, and the number of files is limited."""
        self.follow(path, root, True)
        while self.of_layers:
            self.try_follow(*self.of_layers.pop(0))

    def follow(self, path, root, is_certain):
        if path in self.seen or len(self.seen) >= MAX_FILES:
            return
        self.seen.add(path)
        package = os.path.relpath(os.path.dirname(path), root).replace(os.sep, ".").strip(".")
        for name, line, is_top in imports_of(path, package):
            self.find(name, path, line, is_certain and is_top)

    def try_follow(self, path, root, is_certain):
        try:
            self.follow(path, root, is_certain)
        except (OSError, SyntaxError, ValueError):
            pass  # The error is reported when the module is loaded.

    def find(self, name, path, line, is_certain):
        top = name.split(".")[0]
        root, own = self.files_of(name)
        for file in own:
            if root == self.root:
                self.try_follow(file, root, is_certain)
            else:
                self.of_layers.append((file, root, is_certain))
        if own:
            return
        if top in self.missing:
            self.missing[top]["isCertain"] |= is_certain
            return
        if top in BUILT_IN or any(os.path.isdir(os.path.join(root, top)) for root in self.roots):
            return
        if importlib.machinery.PathFinder.find_spec(top, self.search) is None:
            self.missing[top] = {"module": top, "file": path, "line": line, "isCertain": is_certain}
        else:
            self.imported.add(top)


@functools.lru_cache(maxsize=None)
def imports_of(path, package):
    """
    Returns the imports of a file with their names and lines, and whether they are at the top level. The result is
    cached, because functions share layers.
    """
    tree = parse(path)
    # An import inside a function, condition or "try" may never run.
    top = set(map(id, tree.body))
    inner = [node for node in ast.walk(tree) if id(node) not in top]
    return [
        (name, node.lineno, id(node) in top) for node in tree.body + inner for name in names_of(node, package)
    ]


def parse(path):
    with open(path, "rb") as file:
        return ast.parse(file.read(), path)


def names_of(node, package):
    """Returns the modules that a statement may import: for `from a import b`, both `a` and `a.b`."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    parts = package.split(".") if package else []
    base = parts[: len(parts) - node.level + 1] if node.level > 0 else []
    module = base + ([node.module] if node.module else [])
    return [".".join(module + [alias.name]) for alias in node.names]


def defined_names(tree):
    """Returns the names that the module certainly defines; None if they cannot be determined."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return None
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Name) and node.id == "globals":
            return None
    return names


def inspect(question):
    root = question["root"]
    looker = Looker(root, question["paths"])
    module, _, function = question["handler"].rpartition(".")
    answer = {"missing": [], "imported": [], "fault": None, "versions": {}}
    answer["uninstalled"] = uninstalled(question, looker.search)
    # Lambda also finds a handler in a layer, because the folders of layers are on the path.
    name = module.replace("/", ".")
    found = [(place, looker.file_of(name, place)) for place in looker.roots]
    home, path = next((each for each in found if each[1] is not None), (root, None))
    if module == "" or path is None:
        return dict(answer, fault={"kind": "no-file", "module": name})
    try:
        looker.look(path, home)
        tree = parse(path)
    except SyntaxError as error:
        told = {"kind": "syntax", "file": error.filename or path, "line": error.lineno or 1, "message": error.msg}
        return dict(answer, fault=told)
    except (OSError, ValueError) as error:
        return dict(answer, fault={"kind": "syntax", "file": path, "line": 1, "message": str(error)})
    names = defined_names(tree)
    if names is not None and function not in names and not hasattr_getattr(names):
        answer["fault"] = {"kind": "no-function", "file": path, "function": function}
    answer["missing"] = list(looker.missing.values())
    answer["imported"] = sorted(looker.imported)
    # Only a function that lacks one of the modules can get the lent ones.
    if "boto3" in looker.missing or "botocore" in looker.missing:
        answer["versions"] = versions_of_boto3(looker.search)
    return answer


def versions_of_boto3(search):
    found = {}
    for name, version in installed(search) if metadata is None else distributions(search):
        if normalise(name) in OF_BOTO3:
            found.setdefault(normalise(name), version)
    return found


def hasattr_getattr(names):
    return "__getattr__" in names


def uninstalled(question, search):
    wanted = []
    if question.get("requirements"):
        wanted += read_requirements(question["requirements"])
    if question.get("pyproject"):
        wanted += [(name, None) for name in read_pyproject(question["pyproject"])]
    if not wanted:
        return []
    there = {}
    for name, version in installed(search) if metadata is None else distributions(search):
        # If a package is installed several times, Python imports the first one on the path.
        there.setdefault(normalise(name), version)
    told = [describe(name, pinned, there.get(normalise(name))) for name, pinned in wanted]
    return [text for text in told if text]


def distributions(search):
    for distribution in metadata.distributions(path=search):
        name = distribution.metadata["Name"] if distribution.metadata else None
        if name:
            yield name, distribution.version


def installed(search):
    """Returns the installed packages, by the folders that installers write next to them: `name-1.0.dist-info`."""
    for folder in filter(os.path.isdir, search):
        for entry in os.listdir(folder):
            found = re.match(r"(.+?)-([^-]+)(-py[\d.]+)?\.(dist|egg)-info$", entry)
            if found:
                yield found.group(1), found.group(2)


def describe(name, pinned, found):
    """Returns the message about a package; None if it is installed as required."""
    if found is None:
        return name
    if pinned is None or without_zeros(pinned) == without_zeros(found):
        return None
    return "%s==%s (%s is)" % (name, pinned, found)


def without_zeros(version):
    """Normalises a version: 2.1 equals 2.1.0, and a local label is ignored."""
    return re.sub(r"(\.0+)+$", "", version.split("+")[0].lower())


def normalise(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirements(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return []
    lines = text.replace("\\\n", " ").splitlines()
    return [(name, pin_of(line)) for name, line in zip(map(name_of, lines), lines) if name]


def pin_of(text):
    """Returns the only version that a requirement accepts; None if it accepts several."""
    found = re.match(r"[^=<>!~#]*===?\s*([0-9][^\s,*#]*)\s*(\s#.*)?(\s--hash.*)?$", text.strip())
    return found.group(1) if found else None


def name_of(text):
    """Returns the package that a requirement names; None if it is an option or a URL, or applies only to some machines."""
    text = re.sub(r"(^|\s)#.*$", "", text).strip()
    if text.startswith("-") or ";" in text or "://" in text.split("@")[0]:
        return None
    found = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^]]*\])?\s*([=<>!~@ ,(].*)?$", text)
    return found.group(1) if found else None


def read_pyproject(path):
    if tomllib is None:
        return []
    try:
        with open(path, "rb") as file:
            project = tomllib.load(file)
    except (OSError, ValueError):
        return []
    listed = project.get("project", {}).get("dependencies", [])
    poetry = project.get("tool", {}).get("poetry", {}).get("dependencies", {})
    certain = [name for name, wish in poetry.items() if name.lower() != "python" and is_certain(wish)]
    return [name for name in map(name_of, map(str, listed)) if name] + certain


def is_certain(wish):
    return not (isinstance(wish, dict) and (wish.get("optional") or "markers" in wish or "python" in wish))


def has(module):
    return importlib.machinery.PathFinder.find_spec(module, sys.path[1:]) is not None


def main():
    questions = json.load(sys.stdin)
    told = {
        "version": "%d.%d.%d" % sys.version_info[:3],
        "executable": sys.executable,
        "hasDebugger": has("debugpy"),
        "hasPip": has("pip"),
        "answers": [inspect(question) for question in questions],
    }
    json.dump(told, sys.stdout)


main()
