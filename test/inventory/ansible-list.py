"""Runs `ansible-inventory -i FILE --list` for each line of stdin and prints one JSON object a line.

Starting Ansible takes half a second, mostly for imports. This script imports once and forks a process for each file,
so that no state of Ansible (cached files, warnings already shown) is passed from one file to the next.
"""

import json
import os
import sys
import tempfile

from ansible.cli.inventory import InventoryCLI

# Modules that Ansible imports while it reads an inventory.
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
