# What session.sh's keep does, where a host has Python 3, for a file that is begun anew: it is hashed as it is written, by
# one program, which copies each byte a third as often. Argument: FILE. Prints `sha256 HEX` when all blocks are there.
# Exits with less than 74 where it has not begun, with 74 where what has arrived cannot be kept.
import os, sys
from fcntl import fcntl
from hashlib import sha256
from zlib import decompress

F_SETPIPE_SZ = 1031

digest = sha256()
# what fits into the pipe is taken at once
room = memoryview(bytearray(1024 * 1024))


def line():
    """The next line; to the byte, for what follows may be somebody else's."""
    text = b""
    while not text.endswith(b"\n"):
        text += some(1)
    return text


def some(most):
    """At most so many bytes of stdin, and one at least."""
    got = os.readv(0, [room[:most]])
    if got == 0:
        raise EOFError
    return room[:got]


def keep(data):
    digest.update(data)
    while data:
        data = data[os.write(file, data) :]


try:
    file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # sshd waits less for us when more fits between us
        fcntl(0, F_SETPIPE_SZ, len(room))
    except OSError:
        pass
    while True:
        size, *raw = map(int, line().split())
        if size == 0:
            break
        packed = b""
        while size > 0:
            data = some(min(size, len(room)))
            size -= len(data)
            if raw:
                packed += data
            else:
                keep(data)
        if raw:
            keep(decompress(packed, 31))
    print("sha256", digest.hexdigest(), flush=True)
except BaseException:
    os._exit(74)
