"""What a process that runs strangers' queries gives up, before it reads the first one.

No network and no other programs, by a seccomp filter; where the system has none, by a network
namespace of its own; else by Python's ``socket`` alone, which the engine's own dialling does not
ask: then only the refusal of SERVICE stands between a query and the network, and
``isolation`` says so to whoever runs the node.

Memory is bounded by the address space, time by an alarm whose default action ends the process even
where it is deep in native code. On Linux the kernel ends it with its parent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

__all__ = ["bounded", "die_with_parent", "isolate"]

_PR_SET_PDEATHSIG = 1
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_CLONE_NEWUSER = 0x1000_0000
_CLONE_NEWNET = 0x4000_0000

# For each machine: what the kernel calls its architecture, and the numbers of socket, connect,
# execve, ptrace, execveat and io_uring_setup.
_CALLS = {
    "x86_64": (0xC000_003E, (41, 42, 59, 101, 322, 425)),
    "aarch64": (0xC000_00B7, (198, 203, 221, 117, 281, 425)),
}
_ALLOW = 0x7FFF_0000
_DENY = 0x0005_0000 | 1  # Answer EPERM.
_KILL = 0x8000_0000


def isolate() -> str:
    """Cut this process off the network for good, and say in words what does it."""
    if sys.platform == "linux" and _filtered():
        return "a seccomp filter: a query's worker cannot open a socket or start a program"
    if sys.platform == "linux" and _unshared():
        return "a network namespace of its own, with nothing in it"
    _forget_sockets()
    return (
        "only the refusal of SERVICE (this system offers a query's worker neither seccomp nor a"
        " network namespace)"
    )


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


@contextlib.contextmanager
def bounded(seconds: float, memory: int, cpu: float | None = None) -> Iterator[None]:
    """Let what runs inside take so many seconds, and so many bytes more than are mapped now.

    Over time, the process ends by SIGALRM, or SIGPROF where CPU is bounded too; over memory, by
    ``MemoryError`` or an abort.
    """
    mapped = _mapped()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if mapped is not None:
        resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_PROF, cpu or 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _mapped() -> int | None:
    """Bytes of address space in use, where the system says."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _filtered() -> bool:
    known = _CALLS.get(platform.machine())
    if known is None:
        return False
    architecture, calls = known
    program = _program(architecture, calls)
    held = ctypes.create_string_buffer(program)
    # struct sock_fprog: the number of instructions, then a pointer to them.
    packed = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    fprog = ctypes.create_string_buffer(packed)
    libc = _libc()
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, fprog, 0, 0) != 0:
        return False
    return _no_socket()


def _program(architecture: int, calls: tuple[int, ...]) -> bytes:
    """A classic BPF program that refuses these system calls (seccomp(2), struct seccomp_data)."""
    load, equal, at_least, done = 0x20, 0x15, 0x35, 0x06
    steps = [
        (load, 0, 0, 4),  # seccomp_data.arch
        (equal, 1, 0, architecture),
        (done, 0, 0, _KILL),
        (load, 0, 0, 0),  # seccomp_data.nr
        (at_least, 0, 1, 0x4000_0000),  # x86's second numbering (x32)
        (done, 0, 0, _KILL),
    ]
    steps += [(equal, len(calls) - place, 0, call) for place, call in enumerate(calls)]
    steps += [(done, 0, 0, _ALLOW), (done, 0, 0, _DENY)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _unshared() -> bool:
    libc = _libc()
    if libc.unshare(_CLONE_NEWNET) == 0:
        return True
    return bool(libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _no_socket() -> bool:
    try:
        socket.socket().close()
    except OSError:
        return True
    return False


def _forget_sockets() -> None:
    def refused(*_args: object, **_kwargs: object) -> None:
        raise OSError("a query's worker has no network")

    socket.socket = refused  # type: ignore[assignment,misc] # nothing here may open one
    socket.create_connection = refused  # type: ignore[assignment] # likewise


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
