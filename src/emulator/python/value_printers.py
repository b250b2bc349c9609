"""How IPython shows the values of the standard library's types."""

import inspect
import re
import types

MAX_ITEMS = 1000


class Verbatim:
    def __init__(self, text):
        self.value = text

    def __call__(self, printer):
        printer.text(self.value)


def show_repr(value, printer, cycle):
    with printer.group():
        for place, line in enumerate(repr(value).splitlines()):
            if place:
                printer.break_()
            printer.text(line)


def show_plain_object(value, printer, cycle):
    with printer.group(1, "<", ">"):
        printer.pretty(type(value))
        printer.text(" at 0x%x" % id(value))
        if cycle:
            printer.text(" ...")


def sequence(start, end):
    def show(value, printer, cycle):
        if cycle:
            return printer.text(start + "..." + end)
        with printer.group(len(start), start, end):
            for item in printer.items(value):
                printer.pretty(item)
            if len(value) == 1 and isinstance(value, tuple):
                printer.text(",")

    return show


def unordered(start, end):
    def show(value, printer, cycle):
        if cycle:
            return printer.text(start + "..." + end)
        if len(value) == 0:
            return printer.text(type(value).__name__ + "()")
        with printer.group(len(start), start, end):
            for item in printer.items(value if len(value) >= MAX_ITEMS else in_order(value)):
                printer.pretty(item)

    return show


def mapping(start, end):
    def show(value, printer, cycle):
        if cycle:
            return printer.text("{...}")
        with printer.group(len(start), start, end):
            for key in printer.items(value):
                printer.pretty(key)
                printer.text(": ")
                printer.pretty(value[key])

    return show


def in_order(values):
    values = list(values)
    try:
        return sorted(values)
    except Exception:
        try:
            return sorted(values, key=str)
        except Exception:
            return values


def constructed(arguments):
    def show(value, printer, cycle):
        name = type(value).__name__
        if cycle:
            return printer.call(name, Verbatim("..."))
        positional, named = arguments(value)
        printer.call(name, *positional, **named)

    return show


def show_class(value, printer, cycle):
    if next(cls for cls in type(value).__mro__ if "__repr__" in vars(cls)) is not type:
        return show_repr(value, printer, cycle)
    module = getattr(value, "__module__", None)
    name = value.__qualname__
    printer.text(name if module in (None, "builtins") else f"{module}.{name}")


def show_function(value, printer, cycle):
    name = getattr(value, "__qualname__", value.__name__)
    module = value.__module__
    if module and module != "builtins":
        name = f"{module}.{name}"
    try:
        name += str(inspect.signature(value))
    except ValueError:
        pass
    printer.text(f"<function {name}>")


def show_exception(value, printer, cycle):
    cls = type(value)
    name = cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"
    printer.call(name, *getattr(value, "args", ()))


def show_super(value, printer, cycle):
    with printer.group(8, "<super: ", ">"):
        printer.pretty(value.__thisclass__)
        printer.text(",")
        printer.breakable()
        printer.pretty(value.__self__)


def show_pattern(value, printer, cycle):
    pattern = "r" + repr(value.pattern).replace("\\\\", "\\")
    names = ("IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG")
    flags = "|".join("re." + name for name in names if value.flags & getattr(re, name))
    printer.call("re.compile", Verbatim(pattern), *([Verbatim(flags)] if flags else []))


BY_TYPE = {
    tuple: sequence("(", ")"),
    list: sequence("[", "]"),
    dict: mapping("{", "}"),
    set: unordered("{", "}"),
    frozenset: unordered("frozenset({", "})"),
    types.MappingProxyType: mapping("mappingproxy({", "})"),
    type: show_class,
    types.FunctionType: show_function,
    types.BuiltinFunctionType: show_function,
    types.MethodType: show_repr,
    types.SimpleNamespace: lambda value, printer, cycle: printer.call(
        "namespace", *([Verbatim("...")] if cycle else []), **({} if cycle else vars(value))
    ),
    BaseException: show_exception,
    super: show_super,
    re.Pattern: show_pattern,
}

BY_NAME = {
    ("collections", "defaultdict"): constructed(lambda v: ((v.default_factory, dict(v)), {})),
    ("collections", "OrderedDict"): constructed(lambda v: ((list(v.items()),) if v else (), {})),
    ("collections", "Counter"): constructed(lambda v: ((dict(v),) if v else (), {})),
    ("collections", "UserList"): constructed(lambda v: ((v.data,), {})),
    ("collections", "deque"): constructed(
        lambda v: ((list(v),), {} if v.maxlen is None else {"maxlen": v.maxlen})
    ),
    ("os", "_Environ"): mapping("environ{", "}"),
}
