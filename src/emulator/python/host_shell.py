"""What IPython's ! and % lines do where there is a shell."""

import subprocess
import sys


def run_line(line):
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    first, _, rest = line.partition(" ")
    command = f"{sys.executable} -m pip {rest}" if first == "pip" else line
    subprocess.run(command, shell=True, stdin=subprocess.DEVNULL)
