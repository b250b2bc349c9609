"""Writes values.json.gz: expressions, and the text that IPython shows for each of them.

    python3 test/emulator/ipython/generate.py        # needs IPython, numpy and pandas: Debian's python3-ipython, -numpy, -pandas

The same seed gives the same expressions. `plain` ones need the standard library only, `library` ones numpy and pandas.
"""

import gzip
import json
import os
import platform
import random
import string
import subprocess
import sys

from importlib.metadata import version

from IPython.core.interactiveshell import InteractiveShell

SEED = 20240611
HASH_SEEDS = range(1, 6)
PLAIN_RANDOM = 3700
LIBRARY_RANDOM = 900
HERE = os.path.dirname(os.path.abspath(__file__))

# What the expressions may use; the test runs the same text first.
PRELUDE = '''
import array, calendar, collections, dataclasses, datetime, decimal, enum, fractions, functools, inspect, io, ipaddress
import itertools, json, math, operator, pathlib, queue, re, string, struct, sys, textwrap, time, types, typing, uuid
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace

Point = namedtuple("Point", "x y")
Wide = namedtuple("Wide", "first second third fourth")

class Colour(enum.Enum):
    RED = 1
    GREEN = 2

class Flags(enum.Flag):
    READ = 1
    WRITE = 2

class Number(enum.IntEnum):
    ONE = 1

@dataclass
class Item:
    name: str
    price: float = 0.0
    tags: list = field(default_factory=list)

class MyList(list): pass
class MyDict(dict): pass
class MyTuple(tuple): pass
class MySet(set): pass
class MyStr(str): pass
class MyInt(int): pass

class LoudList(list):
    def __repr__(self): return "LoudList!"

class LoudDict(dict):
    def __repr__(self): return "LoudDict\\\\nof two lines"

class Lines:
    def __repr__(self): return "first line\\\\nsecond line\\\\nthird"

class Long:
    def __repr__(self): return "<Long " + "x" * 100 + ">"

class Empty:
    def __repr__(self): return ""

class Pretty:
    def __init__(self, *parts): self.parts = parts
    def _repr_pretty_(self, p, cycle):
        if cycle:
            p.text("Pretty(...)")
            return
        with p.group(7, "Pretty(", ")"):
            for index, part in enumerate(self.parts):
                if index:
                    p.text(",")
                    p.breakable()
                p.pretty(part)

class Indented:
    def __init__(self, inner): self.inner = inner
    def _repr_pretty_(self, p, cycle):
        p.begin_group(4, "Indented {")
        p.break_()
        p.pretty(self.inner)
        p.end_group(4, "}")

class Narrow:
    def __init__(self, items): self.items = items
    def _repr_pretty_(self, p, cycle):
        p.begin_group(1, "<")
        for index, item in enumerate(self.items):
            if index: p.breakable("")
            p.text(str(item))
        p.end_group(1, ">")

class Fancy(Exception):
    pass

class Worded(Exception):
    def __str__(self): return "worded"

class Meta(type):
    def __repr__(cls): return "<a class of Meta>"

class OfMeta(metaclass=Meta): pass

class Outer:
    class Inner:
        def method(self, a, b=2, *rest, c, **more): pass
    @staticmethod
    def static(x): pass
    @property
    def prop(self): return 1

def plain(): pass
def signature(a, b=1, /, c=2, *args, d, e: int = 5, **kwargs) -> "text": pass
async def later(): pass
def generator(): yield 1

def cycle_of(value):
    value.append(value)
    return value

def cycle_in_dict(value):
    value["self"] = value
    return value

def nested(depth, leaf=0):
    value = leaf
    for _ in range(depth): value = [value]
    return value

def nested_dict(depth):
    value = {}
    for level in range(depth): value = {f"level{level}": value, "n": level}
    return value
'''

LIBRARY_PRELUDE = '''
import numpy as np
import pandas as pd
'''

# Every kind of value once or a few times, by hand.
CASES = '''
0 ¦ -1 ¦ 10**30 ¦ -(10**400) ¦ True ¦ False ¦ 1.0 ¦ -0.0 ¦ 1e100 ¦ 1e-7 ¦ 0.1 + 0.2 ¦ float("nan") ¦ float("inf") ¦ -float("inf")
1j ¦ complex(1, -2) ¦ complex(float("nan"), 0) ¦ "" ¦ "text" ¦ "it's" ¦ 'say "it"' ¦ "both ' and \\"" ¦ "tab\\tnew\\nline" ¦ "\\x00\\x7f"
"é ü ß" ¦ "日本語のテキスト" ¦ "🎉🎊" ¦ "\\ud800" ¦ "e\\u0301" ¦ "x" * 200 ¦ "word " * 40 ¦ b"" ¦ b"bytes" ¦ b"\\x00\\xff" ¦ bytearray(b"ab")
memoryview(b"abc").tobytes() ¦ [] ¦ () ¦ {} ¦ set() ¦ frozenset() ¦ [1] ¦ (1,) ¦ {1} ¦ frozenset({1}) ¦ {1: 2} ¦ [[]] ¦ [()] ¦ ((),) ¦ {(): []}
range(5) ¦ range(1, 10, 2) ¦ slice(1, 2) ¦ slice(None) ¦ Ellipsis ¦ NotImplemented ¦ [None] ¦ [None, None] ¦ {"a": None} ¦ (None,)
list(range(100)) ¦ tuple(range(100)) ¦ set(range(100)) ¦ frozenset(range(50)) ¦ {n: n * n for n in range(50)} ¦ list(range(999))
list(range(1000)) ¦ list(range(1001)) ¦ list(range(1500)) ¦ tuple(range(1001)) ¦ {n: n for n in range(1001)} ¦ {n for n in range(1001)}
{n: None for n in range(1500)} ¦ deque(range(1200)) ¦ frozenset(range(1100)) ¦ [list(range(30))] * 5 ¦ [[list(range(30))] * 3] * 2
{"key": list(range(40))} ¦ {"a": {"b": {"c": list(range(40))}}} ¦ {"k" * 60: "v" * 60} ¦ {"k" * 80: {"v": 1}} ¦ [("a" * 30, "b" * 30, "c" * 30)]
["a" * 78] ¦ ["a" * 74] ¦ ["a" * 75] ¦ ["a" * 76] ¦ ["a" * 77] ¦ ["a" * 38, "b" * 35] ¦ ["a" * 38, "b" * 34] ¦ ["a" * 38, "b" * 36] ¦ ("a" * 38, "b" * 36)
{"a" * 36: "b" * 36} ¦ {"a" * 36: "b" * 34} ¦ {"a" * 35: "b" * 34} ¦ {"a" * 34: "b" * 34} ¦ {"x": "a" * 80, "y": "b" * 80}
nested(5) ¦ nested(30) ¦ nested(60) ¦ nested(80) ¦ nested_dict(3) ¦ nested_dict(8) ¦ nested_dict(20) ¦ cycle_of([1, 2]) ¦ cycle_of([]) ¦ [cycle_of([1])]
cycle_in_dict({}) ¦ cycle_in_dict({"a": 1}) ¦ (cycle_of([3]),) ¦ Counter() ¦ Counter("abracadabra") ¦ Counter({"a": -1}) ¦ OrderedDict()
OrderedDict(a=1) ¦ OrderedDict((n, n) for n in range(40)) ¦ defaultdict(list) ¦ defaultdict(int, {"a": 1}) ¦ defaultdict(lambda: 0, {}) .__class__
defaultdict(list, {n: list(range(n)) for n in range(12)}) ¦ deque() ¦ deque([1, 2]) ¦ deque([1], maxlen=3) ¦ deque(range(60)) ¦ deque([], maxlen=0)
UserList([1, 2]) ¦ UserList(range(60)) ¦ UserDict(a=1) ¦ UserString("abc") ¦ ChainMap({"a": 1}, {"b": 2}) ¦ MappingProxyType({"a": 1}) ¦ MappingProxyType({})
MappingProxyType({n: n for n in range(40)}) ¦ SimpleNamespace() ¦ SimpleNamespace(a=1, b="two") ¦ SimpleNamespace(**{f"name{n}": n for n in range(20)})
SimpleNamespace(inner=SimpleNamespace(x=1)) ¦ Point(1, 2) ¦ Point([1] * 40, {"a": 1}) ¦ Wide("a" * 20, "b" * 20, "c" * 20, "d" * 20) ¦ [Point(n, n) for n in range(20)]
Colour.RED ¦ Colour ¦ list(Colour) ¦ Flags.READ ¦ Flags.READ ¦ Number.ONE ¦ [Number.ONE] ¦ {Colour.RED: 1} ¦ Item("a") ¦ Item("a" * 40, 2.5, ["x" * 40])
[Item(str(n)) for n in range(5)] ¦ MyList() ¦ MyList([1, 2]) ¦ MyList(range(60)) ¦ MyDict(a=1) ¦ MyDict({n: n for n in range(40)}) ¦ MyTuple((1, 2)) ¦ MyTuple((1,))
MySet({1, 2}) ¦ MySet() ¦ MyStr("s") ¦ MyInt(5) ¦ LoudList([1]) ¦ LoudDict(a=1) ¦ [LoudList(), LoudDict()] ¦ {"a": LoudDict()} ¦ Lines() ¦ [Lines(), Lines()]
{"a": Lines()} ¦ (Lines(),) ¦ Long() ¦ [Long(), Long()] ¦ {"k": Long()} ¦ Empty() ¦ [Empty(), Empty()] ¦ Pretty() ¦ Pretty(1) ¦ Pretty(1, "two", [3])
Pretty(*range(60)) ¦ Pretty(Pretty(Pretty("a" * 70))) ¦ [Pretty(*range(30)), Pretty(*range(30))] ¦ {"a": Pretty(*range(30))} ¦ Indented([1, 2, 3]) ¦ Indented(list(range(40)))
[Indented(1), Indented(2)] ¦ Narrow("abc") ¦ Narrow(range(100)) ¦ [Narrow(range(60))] ¦ ValueError() ¦ ValueError("x") ¦ ValueError("a", 2) ¦ KeyError("k")
OSError("No such file") ¦ Fancy("x") ¦ Worded("x") ¦ StopIteration(3) ¦ ValueError("x" * 100, "y" * 100) ¦ [ValueError("a"), KeyError("b")] ¦ SystemExit(1)
KeyboardInterrupt() ¦ UnicodeDecodeError("utf-8", b"ab", 0, 1, "bad") ¦ int ¦ str ¦ list ¦ dict ¦ type ¦ object ¦ type(None) ¦ type(...) ¦ Exception ¦ ValueError
Fancy ¦ OfMeta ¦ [OfMeta, int] ¦ Outer ¦ Outer.Inner ¦ collections.OrderedDict ¦ datetime.date ¦ [int, str, Outer] ¦ {"t": dict} ¦ typing.Any ¦ list[int]
dict[str, list[int]] ¦ int ¦ (int | str) ¦ len ¦ print ¦ [].append.__name__ ¦ plain ¦ signature ¦ later ¦ generator ¦ [plain, signature] ¦ {"f": signature}
Outer.Inner.method ¦ Outer.static ¦ Outer.prop.__class__ ¦ str.upper ¦ "a".upper.__name__ ¦ dict.fromkeys.__name__ ¦ math.sin ¦ operator.itemgetter(1) ¦ max ¦ sorted
re.compile("a") ¦ re.compile(r"\\d+\\.\\w") ¦ re.compile("a", re.I) ¦ re.compile("a", re.I | re.M) ¦ re.compile("a", re.X | re.S) ¦ re.compile(b"a") ¦ re.compile("a\\nb")
re.compile("'") ¦ [re.compile("a" * 80)] ¦ re.match("a", "abc") ¦ re.match("(a)(b)", "abc").groups() ¦ re.I ¦ datetime.date(2024, 1, 2) ¦ datetime.time(1, 2)
datetime.datetime(2024, 1, 2, 3, 4, 5, 6) ¦ datetime.timedelta(1, 2, 3) ¦ datetime.timezone.utc ¦ datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
[datetime.date(2024, 1, n) for n in range(1, 9)] ¦ decimal.Decimal("1.50") ¦ decimal.Decimal("NaN") ¦ [decimal.Decimal(n) / 7 for n in range(5)]
fractions.Fraction(1, 3) ¦ [fractions.Fraction(n, 7) for n in range(12)] ¦ uuid.UUID(int=5) ¦ pathlib.PurePosixPath("/a/b") ¦ [pathlib.PurePosixPath("/a/b")]
ipaddress.ip_address("127.0.0.1") ¦ ipaddress.ip_network("10.0.0.0/8") ¦ array.array("i", [1, 2]) ¦ array.array("d", range(40)) ¦ array.array("b") ¦ struct.unpack("<ii", b"12345678")
time.gmtime(0) ¦ sys.version_info.__class__.__name__ ¦ calendar.TextCalendar().formatmonth(2024, 2) ¦ string.ascii_letters ¦ json.loads('{"a": [1, 2, {"b": null}]}')
textwrap.wrap("word " * 60) ¦ itertools.count(3) ¦ itertools.repeat(1, 2) ¦ list(itertools.permutations(range(4))) ¦ list(zip("abc", range(3))) ¦ dict(zip("abc", range(3)))
{}.keys() ¦ {"a": 1}.keys() ¦ {"a": 1}.values() ¦ {"a": 1}.items() ¦ {n: n for n in range(40)}.keys() ¦ {n: n for n in range(40)}.items() ¦ dict.fromkeys(range(30)).values()
{"b": 1, "a": 2} ¦ {3, 1, 2} ¦ {"b", "a"} ¦ {"b", 1} .__class__ ¦ {(1, 2), (0, 1)} ¦ {frozenset({1})} ¦ [{2, 1}, {4, 3}] ¦ {True, False} ¦ {1.5, 0.5} ¦ {1, 2.5, 3}
[True, False, None] ¦ [1, "a", 2.5, None, True, b"x", (1,), [2], {3}, {"k": 4}] ¦ [float(n) / 3 for n in range(20)] ¦ [10**n for n in range(20)] ¦ [2**n for n in range(100)]
["línea\\n" * 3] * 4 ¦ ["日本" * 20, "語" * 30] ¦ {"日本" * 10: "é" * 50} ¦ "line one\\nline two" ¦ ["line one\\nline two"] * 8 ¦ [b"x" * 50, b"y" * 50]
[[1, 2], [3, 4]] ¦ [[n] * 10 for n in range(10)] ¦ [[n] * 40 for n in range(4)] ¦ ((1, 2), (3, 4)) ¦ [(n, str(n)) for n in range(40)] ¦ {n: [n] * n for n in range(12)}
{"a": [1, 2], "b": {"c": (1, 2)}} ¦ {"a" * n: "b" * n for n in range(1, 14)} ¦ [{"id": n, "name": "n" * n} for n in range(14)] ¦ {"rows": [{"id": n, "v": n / 7} for n in range(9)]}
functools.partial(int, base=2) ¦ functools.partial(print, "a" * 40, sep="b" * 40) ¦ functools.reduce ¦ types.ModuleType ¦ typing.List[int] ¦ typing.Callable[[int], str]
bool ¦ complex ¦ b"x".hex() ¦ io.StringIO ¦ queue.Queue ¦ inspect.Signature() ¦ inspect.signature(signature) ¦ super ¦ property ¦ staticmethod ¦ classmethod ¦ Meta
'''

LIBRARY_CASES = '''
np.arange(5) ¦ np.arange(1000) ¦ np.arange(1001) ¦ np.zeros((3, 3)) ¦ np.eye(4) ¦ np.ones((30, 30)) ¦ np.array([]) ¦ np.array(5) ¦ np.array([1.5, float("nan"), float("inf")])
np.array(["a", "bb"]) ¦ np.array([True, False]) ¦ np.array([1 + 2j]) ¦ np.array([[1, "a"]], dtype=object) ¦ np.float64(1.5) ¦ np.int32(3) ¦ np.bool_(True) ¦ np.str_("a") ¦ np.float32(0.1)
np.datetime64("2024-01-01") ¦ np.timedelta64(5, "D") ¦ np.arange("2024-01", "2024-06", dtype="datetime64[M]") ¦ np.linspace(0, 1, 50) ¦ np.random.default_rng(1).normal(size=(5, 4))
np.array([1e-10, 1e10]) ¦ [np.arange(3), np.arange(4)] ¦ {"a": np.arange(3), "b": np.zeros((2, 2))} ¦ {"a": np.zeros((3, 40))} ¦ (np.arange(40),) ¦ [np.float64(1.5), np.int64(2)]
np.dtype("int64") ¦ np.dtype([("a", "i4"), ("b", "f8")]) ¦ np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]) ¦ np.ma.array([1, 2], mask=[0, 1]) ¦ np.int64 ¦ np.ndarray ¦ np.sin ¦ np.nan
np.matrix([[1, 2], [3, 4]]) ¦ np.array([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]) ¦ np.random.default_rng(1).integers(0, 9, (3, 3, 3)) ¦ np.full((2, 2), "text") ¦ np.array([None, 1])
pd.DataFrame() ¦ pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}) ¦ pd.DataFrame(np.arange(400).reshape(100, 4)) ¦ pd.DataFrame(np.arange(60).reshape(2, 30)) ¦ pd.DataFrame({"a" * 30: ["b" * 60]})
pd.DataFrame({"t": pd.date_range("2024-01-01", periods=5)}) ¦ pd.DataFrame({"a": [1.5, None]}) ¦ pd.DataFrame({"a": [1]}, index=["row"]) ¦ pd.Series([1, 2, 3]) ¦ pd.Series([], dtype=float)
pd.Series(range(100)) ¦ pd.Series(["a", None]) ¦ pd.Series([1, 2], index=["x", "y"], name="n") ¦ pd.Index([1, 2]) ¦ pd.Index(["a", "b"], name="k") ¦ pd.RangeIndex(5) ¦ pd.date_range("2024-01-01", periods=3)
pd.Timestamp("2024-01-01") ¦ pd.Timedelta("1 days") ¦ pd.NaT ¦ pd.NA ¦ pd.Categorical(["a", "b", "a"]) ¦ pd.MultiIndex.from_product([["a", "b"], [1, 2]]) ¦ pd.Interval(0, 1) ¦ pd.Period("2024-01")
pd.DataFrame({"a": [1, 2, 3], "g": ["x", "y", "x"]}).groupby("g").sum() ¦ pd.DataFrame({"a": [1, 2, 3]}).describe() ¦ pd.DataFrame({"a": [1, 2]}).T ¦ pd.DataFrame({"a": [1, 2]}).dtypes
[pd.Series([1, 2])] ¦ {"frame": pd.DataFrame({"a": [1, 2]})} ¦ [pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [2]})] ¦ (pd.Series([1]), np.arange(3)) ¦ pd.Series([1, 2]).value_counts()
pd.DataFrame({"a": [[1, 2], [3]]}) ¦ pd.DataFrame({"a": [{"k": 1}]}) ¦ pd.DataFrame(np.random.default_rng(2).normal(size=(8, 8))) ¦ pd.crosstab(pd.Series(list("aab")), pd.Series(list("xyx"))) ¦ pd.Series([True, False])
'''

WORDS = "alpha beta gamma delta naïve 日本 O'Neil \\back new\nline tab\t quote\" café x long_identifier_name".split(" ")


def written_cases(text):
    return [case.strip() for line in text.strip().splitlines() for case in line.split(" ¦ ")]


class Values:
    """Random expressions."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self, depth=0):
        kinds = self.leaves() if depth > 3 or self.random.random() < 0.3 else self.containers()
        return self.random.choice(kinds)(depth + 1)

    def leaves(self):
        return [self.integer, self.real, self.text, self.bytes, self.other, self.integer, self.text]

    def containers(self):
        return [self.list, self.tuple, self.dict, self.set, self.special, self.list, self.dict]

    def size(self, depth):
        most = (24, 8, 5, 3, 2)[min(depth - 1, 4)]
        return self.random.randint(0, self.random.choice((2, 5, most)))

    def many(self, depth, make):
        return [make(depth) for _ in range(self.size(depth))]

    def integer(self, _depth):
        return repr(self.random.choice((self.random.randint(-9, 9), self.random.randint(-(10**6), 10**6), self.random.getrandbits(90))))

    def real(self, _depth):
        return repr(self.random.choice((self.random.random(), self.random.uniform(-1e6, 1e6), self.random.random() * 1e-9, 2.5, 1e22)))

    def text(self, _depth):
        if self.random.random() < 0.5:
            return repr(" ".join(self.random.choices(WORDS, k=self.random.randint(0, 6))))
        return repr("".join(self.random.choices(string.printable, k=self.random.randint(0, self.random.choice((8, 30, 60))))))

    def bytes(self, _depth):
        return repr(self.random.randbytes(self.random.randint(0, 25)))

    def other(self, _depth):
        return self.random.choice(
            (
                "None", "True", "False", "datetime.date(2024, 2, 29)", "decimal.Decimal('1.10')", "fractions.Fraction(2, 3)", "Colour.RED",
                "Point(1, 'y')", "int", "Outer.Inner", "ValueError('bad')", "range(3)", "Lines()", "Item('i')", "1j", "float('nan')", "plain",
                "re.compile('x+', re.I)", "uuid.UUID(int=7)", "Ellipsis", "pathlib.PurePosixPath('a/b')", "datetime.timedelta(hours=5)",
            )
        )

    def list(self, depth):
        return "[" + ", ".join(self.many(depth, self.one)) + "]"

    def tuple(self, depth):
        items = self.many(depth, self.one)
        return "(" + ", ".join(items) + ("," if len(items) == 1 else "") + ")"

    def dict(self, depth):
        keys = self.many(depth, self.random.choice((self.text, self.integer)))
        return "{" + ", ".join(f"{key}: {self.one(depth)}" for key in keys) + "}"

    def set(self, depth):
        # Of one kind, so that there is an order in which IPython shows them; and of numbers whose hash is the same everywhere.
        make = self.random.choice((self.text, lambda _: repr(self.random.randint(-(10**6), 10**6))))
        items = self.many(depth, make)
        kind = self.random.choice(("set", "frozenset"))
        return f"{kind}([{', '.join(items)}])"

    def special(self, depth):
        return self.random.choice(
            (
                lambda: f"deque({self.list(depth)})",
                lambda: f"deque({self.list(depth)}, maxlen=3)",
                lambda: f"OrderedDict({self.pairs(depth)})",
                lambda: f"defaultdict(list, {self.dict(depth)})",
                lambda: f"Counter({self.counts(depth)})",
                lambda: f"SimpleNamespace(**{self.named(depth)})",
                lambda: f"Pretty({', '.join(self.many(depth, self.one))})",
                lambda: f"Indented({self.one(depth)})",
                lambda: f"MappingProxyType({self.dict(depth)})",
                lambda: f"UserList({self.list(depth)})",
                lambda: f"Point({self.one(depth)}, {self.one(depth)})",
                lambda: f"MyList({self.list(depth)})",
                lambda: f"MyDict({self.dict(depth)})",
                lambda: f"Item({self.text(depth)}, {self.real(depth)}, {self.list(depth)})",
                lambda: f"ValueError({', '.join(self.many(depth, self.one))})",
                lambda: f"{{'k': {self.one(depth)}}}.items()",
                lambda: f"cycle_of({self.list(depth)})",
            )
        )()

    def pairs(self, depth):
        return "[" + ", ".join(f"({self.text(depth)}, {self.one(depth)})" for _ in range(self.size(depth))) + "]"

    def named(self, depth):
        return "{" + ", ".join(f"'name{n}': {self.one(depth)}" for n in range(self.size(depth))) + "}"

    def counts(self, depth):
        return "{" + ", ".join(f"{self.text(depth)}: {self.random.randint(-5, 50)}" for _ in range(self.size(depth))) + "}"

    def library(self):
        seed = self.random.randint(0, 10**6)
        rng = f"np.random.default_rng({seed})"
        rows, columns = self.random.choice((1, 3, 4, 8)), self.random.choice((1, 2, 3, 5, 12))
        names = json.dumps([f"{self.random.choice(('a', 'column', 'a long name of a column'))}{n}" for n in range(columns)])
        kinds = "['int8', 'int64', 'uint16', 'float32', 'float64', 'bool', 'complex128', 'U3']"
        return self.random.choice(
            (
                f"{rng}.normal(size={rows})",
                f"{rng}.normal(size=({rows}, {columns})).round({self.random.randint(0, 6)})",
                f"{rng}.integers(-9, {10 ** self.random.randint(1, 9)}, ({rows}, {columns}))",
                f"{rng}.normal(size=(2, {rows}, {columns})) * 10.0 ** {self.random.randint(-12, 12)}",
                f"{rng}.integers(0, 2, {rows}).astype({kinds}[{self.random.randint(0, 7)}])",
                f"pd.DataFrame({rng}.normal(size=({rows}, {columns})), columns={names})",
                f"pd.DataFrame({rng}.integers(0, 99, ({rows}, {columns})), columns={names})",
                f"pd.Series({rng}.normal(size={rows}), name='s')",
                f"pd.Series({rng}.choice(['x', 'yy', None], {rows}))",
                f"pd.DataFrame({{'t': pd.date_range('2024-01-01', periods={rows}), 'v': {rng}.normal(size={rows})}}).set_index('t')",
                f"{{'array': {rng}.normal(size={columns}), 'rest': {self.one(3)}}}",
                f"[{rng}.integers(0, 9, {columns}), {self.one(3)}]",
                f"({self.one(3)}, pd.Series({rng}.integers(0, 9, 3)))",
                f"np.float64({rng}.normal())",
                f"list({rng}.normal(size={columns}))",
                f"dict(enumerate({rng}.integers(0, 9, {columns})))",
                f"pd.DataFrame({rng}.normal(size=({rows}, 2)), columns=['a', 'b']).describe()",
                f"pd.Index({rng}.integers(0, 9, {rows}))",
            )
        )


def shown(shell, namespace, expression):
    value = eval(expression, namespace)
    if value is None:
        return None
    return shell.display_formatter.format(value)[0]["text/plain"]


def shown_by_another(hash_seed, expressions):
    """The texts of another process, in which sets of texts have another order."""
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed)}
    command = [sys.executable, os.path.abspath(__file__), "--show"]
    answer = subprocess.run(command, input=json.dumps(expressions), env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(answer.stdout)


def pairs_of(expressions):
    expressions = list(dict.fromkeys(expressions))
    runs = [shown_by_another(hash_seed, expressions) for hash_seed in HASH_SEEDS]
    # An address is another one in every process, and so is the order of a set that is not shown by IPython itself.
    same = [(expression, *set(texts)) for expression, *texts in zip(expressions, *runs) if len(set(texts)) == 1]
    return [(expression, text) for expression, text in same if text is not None and " at 0x" not in text]


def show_what_is_asked(shell, namespace):
    exec(PRELUDE + LIBRARY_PRELUDE, namespace)
    print(json.dumps([shown(shell, namespace, expression) for expression in json.load(sys.stdin)]))


def main():
    if "--show" in sys.argv:
        return show_what_is_asked(InteractiveShell.instance(), sys.modules["__main__"].__dict__)
    values = Values(SEED)
    plain = pairs_of(written_cases(CASES) + [values.one() for _ in range(PLAIN_RANDOM)])
    library = pairs_of(written_cases(LIBRARY_CASES) + [values.library() for _ in range(LIBRARY_RANDOM)])
    made = {
        "by": {"python": platform.python_version(), **{name: version(name) for name in ("ipython", "numpy", "pandas")}},
        "prelude": PRELUDE,
        "libraryPrelude": LIBRARY_PRELUDE,
        "plain": plain,
        "library": library,
    }
    text = json.dumps(made, ensure_ascii=True, separators=(",", ":")) + "\n"
    with open(os.path.join(HERE, "values.json.gz"), "wb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(plain)} plain values, {len(library)} of libraries, {len(text)} characters")


main()
