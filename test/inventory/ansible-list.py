"""Runs `ansible-inventory -i FILE --list` for each line of stdin and prints one JSON object a line.

Ansible's start takes half a second, nearly all of it imports. Here they are done once, and each file has a forked
process of its own, so that nothing which Ansible remembers (warnings told, cached files) passes from one to the next.
"""

import json
import os
import sys
import tempfile

from ansible.cli.inventory import InventoryCLI

# What reading an inventory would import.
import ansible.inventory.manager  # noqa: F401
import ansible.parsing.yaml.dumper  # noqa: F401
import ansible.plugins.loader  # noqa: F401
import ansible.vars.manager  # noqa: F401


def run(path):
    """In the child: Ansible's own main program, which ends with its exit codes."""
    try:
        InventoryCLI.cli_executor(["ansible-inventory", "-i", path, "--list"])
        return 0
    except SystemExit as end:
        return end.code or 0


def listing(path):
    """Exit status, stdout and stderr of one listing."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            status = run(path)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "surrogateescape"))
    return {"status": status, "stdout": texts[0], "stderr": texts[1]}


for line in sys.stdin:
    print(json.dumps(listing(line.rstrip("\n"))), flush=True)
