"""Makes writes outside of /tmp fail as in Lambda, where the file system is read-only (worker/read-only-files.ts).

Python reports its own calls to audit hooks (Python 3.8 and later). Native code such as SQLite and child programs report
nothing, so their writes still succeed.
"""

import errno
import json
import os
import sys
import threading
from contextlib import contextmanager

# /mnt contains the file systems of EFS.
WRITABLE = ("/tmp", "/dev", "/proc", "/mnt")
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SUSPENDED = threading.local()


@contextmanager
def suspended():
    """Lets the gateway's own runtime write. Lambda stores no bytecode, but here it saves time."""
    SUSPENDED.value = True
    try:
        yield
    finally:
        SUSPENDED.value = False


def protect_files():
    folders = json.loads(os.environ.pop("GATEWRIGHT_READ_ONLY", "null"))
    if folders is None or not hasattr(sys, "addaudithook"):
        return
    read_only = [os.path.realpath(folder) for folder in folders]
    writable = [os.path.realpath(folder) for folder in WRITABLE + (os.environ.get("TMPDIR", "/tmp"),)]

    def is_read_only(path):
        # The folder nearest to the file decides, because a project may be below /tmp, or contain a temporary folder.
        nearest = longest_around(path, writable)
        return nearest == 0 or longest_around(path, read_only) > nearest

    def hook(event, args):
        judge = JUDGES.get(event)
        if judge is not None and not getattr(SUSPENDED, "value", False):
            judge(args, is_read_only)

    can_access = os.access

    def access(path, mode, **more):
        if mode & os.W_OK and is_path(path) and "dir_fd" not in more and is_read_only(real(path)):
            return False
        return can_access(path, mode, **more)

    os.access = access
    sys.addaudithook(hook)


def longest_around(path, folders):
    return max([len(folder) for folder in folders if path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)] or [0])


def is_path(value):
    return isinstance(value, (str, bytes, os.PathLike)) and os.fspath(value) not in ("", b"")


def real(path):
    return os.path.realpath(os.fsdecode(path))


def entry(path):
    """Returns the place of an entry in its folder. The entry itself may be a link."""
    folder, name = os.path.split(os.path.abspath(os.fsdecode(path)))
    return os.path.join(os.path.realpath(folder), name)


def has_parent(path):
    return os.path.isdir(os.path.dirname(os.path.abspath(os.fsdecode(path))))


def refuse(code, *paths):
    names = [os.fsdecode(path) for path in paths]
    more = names if len(names) < 2 else [names[0], None, names[1]]
    raise OSError(code, os.strerror(code), *more)


def judge_open(args, is_read_only):
    path, _, flags = args
    if not flags & WRITES or not is_path(path) or not is_read_only(real(path)):
        return
    # These errors come before the one of the file system.
    is_exclusive = flags & os.O_CREAT and flags & os.O_EXCL
    decides_itself = is_exclusive or os.path.isdir(path) if os.path.exists(path) else not flags & os.O_CREAT
    if not decides_itself and has_parent(path):
        refuse(errno.EROFS, path)


def judge_new(args, is_read_only):
    path, dir_fd = args[0], args[-1]
    if dir_fd == -1 and is_path(path) and is_read_only(entry(path)) and not os.path.lexists(path) and has_parent(path):
        refuse(errno.EROFS, path)


def judge_removal(args, is_read_only):
    path, dir_fd = args
    if dir_fd == -1 and is_path(path) and is_read_only(entry(path)) and has_parent(path):
        refuse(errno.EROFS, path)


def judge_rename(args, is_read_only):
    source, target, *descriptors = args
    if descriptors != [-1, -1]:
        return
    both = [is_read_only(entry(path)) for path in (source, target)]
    if any(both):
        refuse(errno.EROFS if all(both) else errno.EXDEV, source, target)


def judge_link(args, is_read_only):
    source, target = args[:2]
    if set(args[2:]) == {-1} and is_read_only(entry(target)) and not os.path.lexists(target) and has_parent(target):
        refuse(errno.EROFS, source, target)


def judge_change(args, is_read_only):
    path = args[0]
    if is_path(path) and is_read_only(real(path)) and os.path.exists(path):
        refuse(errno.EROFS, path)


def judge_times(args, is_read_only):
    # Python names no path in this error.
    if is_path(args[0]) and is_read_only(real(args[0])) and os.path.exists(args[0]):
        refuse(errno.EROFS)


def judge_database(args, is_read_only):
    path = args[0]
    is_file = is_path(path) and os.fspath(path) not in (":memory:", b":memory:") and not os.fsdecode(path).startswith("file:")
    if is_file and not os.path.exists(path) and is_read_only(real(path)):
        import sqlite3  # pylint: disable=import-outside-toplevel

        raise sqlite3.OperationalError("unable to open database file")


JUDGES = {
    "open": judge_open,
    "os.mkdir": judge_new,
    "os.remove": judge_removal,
    "os.rmdir": judge_removal,
    "os.rename": judge_rename,
    "os.link": judge_link,
    "os.symlink": judge_link,
    "os.chmod": judge_change,
    "os.chown": judge_change,
    "os.truncate": judge_change,
    "os.utime": judge_times,
    "sqlite3.connect": judge_database,
}
