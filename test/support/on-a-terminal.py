"""Runs a program on a pseudo-terminal as a shell with job control would, and says on stdout, as JSON, what came of it.

First argument: JSON of the steps, [what, value] each. wait: until this pattern is printed; send: these keys;
signal: to the program; stopped: until the job is stopped, and the terminal is the shell's; fg, bg: the job goes on,
with SIGCONT only where it had been stopped, as in bash; uncanonical: until the terminal gives each key at once;
modes: notes whether echo, lines and signals are on; get: a request for this path to the first API of a start;
file: until this file has text. Then the program must end.
"""

import json
import os
import re
import select
import signal
import sys
import termios
import time
import urllib.error
import urllib.request

STEP_SECONDS = 60

steps, program = json.loads(sys.argv[1]), sys.argv[2:]
os.setsid()
master, slave = os.openpty()
# The first terminal that a session opens is its own.
os.close(os.open(os.ttyname(slave), os.O_RDWR))
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
pid = os.fork()
if pid == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(slave, os.getpgrp())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.execvp(program[0], program)

printed, seen, status, notes = "", 0, None, []


def read(seconds):
    global printed, status
    if select.select([master], [], [], seconds)[0]:
        printed += os.read(master, 65536).decode(errors="replace")
    if status is None or os.WIFSTOPPED(status):
        found, now = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
        status = now if found else status


def until(done, what):
    last = time.time() + STEP_SECONDS
    while not done():
        if time.time() > last or (is_over() and not select.select([master], [], [], 0)[0]):
            fail(what)
        read(0.05)


def fail(what):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    sys.exit("never came: %s; status %s; printed:\n%s" % (what, status, printed))


def is_over():
    return status is not None and not os.WIFSTOPPED(status)


def is_printed(pattern):
    global seen
    found = re.search(pattern, printed[seen:])
    if found:
        seen += found.end()
    return found is not None


def modes():
    flags = termios.tcgetattr(slave)[3]
    names = {"echo": termios.ECHO, "lines": termios.ICANON, "signals": termios.ISIG}
    return [name for name, bit in names.items() if flags & bit]


for step, value in steps:
    if step == "wait":
        until(lambda: is_printed(value), value)
    elif step == "file":
        until(lambda: os.path.exists(value) and os.path.getsize(value) > 0, value)
    elif step == "send":
        os.write(master, value.encode())
    elif step == "signal":
        os.kill(pid, getattr(signal, value))
    elif step == "stopped":
        until(lambda: status is not None and os.WIFSTOPPED(status), step)
        os.tcsetpgrp(slave, os.getpgrp())
    elif step in ("fg", "bg"):
        if step == "fg":
            os.tcsetpgrp(slave, pid)
        if status is not None and os.WIFSTOPPED(status):
            status = None
            os.killpg(pid, signal.SIGCONT)
    elif step == "uncanonical":
        until(lambda: "lines" not in modes(), step)
    elif step == "get":
        try:
            urllib.request.urlopen(re.search(r"API, stage \S+ +(http://\S+)", printed).group(1) + value).read()
        except urllib.error.HTTPError:
            pass
    elif step == "modes":
        notes.append(modes())
until(is_over, "end")
notes.append(modes())
ended = os.WEXITSTATUS(status) if os.WIFEXITED(status) else signal.Signals(os.WTERMSIG(status)).name
print(json.dumps({"printed": printed, "ended": ended, "modes": notes}))
