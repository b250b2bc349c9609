"""What the Pyodide engine adds to the runner: interruptible sleep, and an honest word about packages that are missing."""

import asyncio
import builtins
import json
import linecache
import random
import sys
import time

from emulator_cell_runner import CellRunner
from emulator_cell_source import imported_modules

NAP_SECONDS = 0.05

# Named so that the reader of a traceback knows that the cloud would have run the code.
CLOUD_PACKAGES = frozenset(
    "bs4 docx lxml matplotlib networkx numpy openpyxl pandas PIL pptx pyarrow reportlab requests scipy seaborn sklearn "
    "statsmodels sympy tabulate xlsxwriter".split()
)


def open_session(on_finish, nap):
    """`nap(milliseconds)` blocks, and tells whether the cell's time is over."""
    runner = PyodideRunner(on_finish)
    run_hidden(runner, "1+1")
    random.seed()
    time.sleep = interruptible_sleep(nap)
    asyncio.run = refuse_second_loop
    builtins.display = runner.display
    return runner


class PyodideRunner(CellRunner):
    """What the process asks before a cell, so that the packages which it imports are there."""

    def __init__(self, on_finish):
        super().__init__(on_finish, self.explain_missing_module)
        self.reasons = {}

    def wanted_imports(self, source):
        try:
            names = imported_modules(source)
        except BaseException:
            # The run itself will say what is wrong with the cell.
            return None
        wanted = [name for name in names if name not in sys.modules and name not in sys.stdlib_module_names]
        return json.dumps(sorted(wanted)) if wanted else None

    def explain_missing(self, reasons):
        self.reasons.update(json.loads(reasons))

    def warn_of_packages(self, problems):
        for problem in json.loads(problems):
            self.streams[1].write(f"The emulator could not load a package. {problem}\n")

    def explain_missing_module(self, error):
        explain_missing_module(error, self.reasons)


def warm_up():
    """Imports what a first success and first failures need, so that a snapshot of the memory holds it."""
    runner = PyodideRunner(None)
    runner.wanted_imports("import nowhere")
    for source in ("[1]", "1/0", "def", "import nowhere", "print("):
        run_hidden(runner, source)


def run_hidden(runner, source):
    runner.start(source)
    builtins.__dict__.pop("_", None)
    runner.count = 0
    linecache.clearcache()


def interruptible_sleep(nap):
    def sleep(seconds, /):
        if not hasattr(seconds, "__float__") and not hasattr(seconds, "__index__"):
            raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer or float")
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if nap(min(left, NAP_SECONDS) * 1000):
                raise KeyboardInterrupt

    return sleep


def refuse_second_loop(main, **_options):
    # A notebook's loop already runs; Pyodide would answer with words about WebAssembly.
    if asyncio.iscoroutine(main):
        main.close()
    raise RuntimeError("asyncio.run() cannot be called from a running event loop; use `await` at the top level instead")


def explain_missing_module(error, reasons):
    package = (error.name or "").partition(".")[0]
    if not package or package in sys.stdlib_module_names:
        return
    reason = reasons.get(package, "the emulator's Pyodide has nothing of that name")
    known = f"; the cloud's Python pools have {package}" if package in CLOUD_PACKAGES else ""
    error.msg = f"No module named {error.name!r} ({reason}{known})"
