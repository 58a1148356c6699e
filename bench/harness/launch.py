"""Starts a command and waits for it and every process that it leaves behind; writes what they took to a file.

A process of its own, since a child is charged with the memory of the process that it was forked from, and the harness
holds whole tables.

    launch.py REPORT COMMAND…
"""

import ctypes
import json
import os
import sys
import time

# prctl(PR_SET_CHILD_SUBREAPER): what a child leaves behind becomes ours, so that its time is counted too.
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def main(report, command):
    started = time.perf_counter()
    first = os.posix_spawnp(command[0], command, os.environ)
    cpu, peak, wall, status = 0.0, 0, 0.0, None
    while True:
        try:
            pid, code, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss * 1024)
        if pid == first:
            wall, status = time.perf_counter() - started, os.waitstatus_to_exitcode(code)
    with open(report, "w", encoding="utf-8") as file:
        json.dump({"wall": wall, "cpu": cpu, "peak": peak, "status": status}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
