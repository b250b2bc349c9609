"""Starts the host engine's Python: the runner that every engine shares, and around it what a process of its own needs."""

import os
import sys
import types

MODULES = (
    "text_layout",
    "value_printers",
    "pretty_printer",
    "cell_source",
    "rich_values",
    "cell_runner",
    "host_shell",
    "host_session",
)


def install(name, folder):
    with open(os.path.join(folder, name + ".py"), encoding="utf-8") as file:
        source = file.read()
    module = types.ModuleType("emulator_" + name)
    sys.modules[module.__name__] = module
    exec(compile(source, f"<{module.__name__}>", "exec"), module.__dict__)
    return module


def main():
    # The cells have a __main__ of their own, with nothing of this file in it.
    keep_this_module = sys.modules["__main__"]
    cells = types.ModuleType("__main__")
    sys.modules["__main__"] = cells
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = ["", *(path for path in sys.path if path != folder)]
    for name in MODULES:
        module = install(name, folder)
    module.serve()
    return keep_this_module


main()
