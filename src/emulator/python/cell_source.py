"""Reads a cell: its statements, its trailing expression, and the IPython lines that are not Python."""

import ast
import io
import re
import sys
import tokenize

SHELL_LINE = re.compile(r"^(\s*)(?:!!?|%%?(?:bash|sh|sx|system)\b|%%?(?=(?:pip|conda|uv)\b))(.*)$")
SHELL_CELL = re.compile(r"\s*%%(?:bash|sh|system|sx|script +(?:bash|sh))[ \t]*\n(.*)$", re.DOTALL)
TIMING_LINE = re.compile(r"^(\s*)%%?(?:time|timeit)\b(.*)$")
SETTING_LINE = re.compile(r"^(\s*)%(?:autoreload|colors|config|load_ext|matplotlib|precision|pylab|reload_ext|xmode)\b")
UNFINISHED = re.compile(r"unterminated triple-quoted|was never closed")
NO_SHELL = '__import__("emulator_cell_source").skip_shell_line()'


class Cell:
    def __init__(self, statements, expression):
        self.statements = statements
        self.expression = expression


def parse_cell(source, filename, shell_line):
    """`shell_line` is what stands for a line that is for a shell; a `{!r}` in it is the line."""
    try:
        tree = ast.parse(source, filename)
    except SyntaxError:
        plain = without_magics(source, shell_line)
        if plain == source:
            raise
        try:
            tree = ast.parse(plain, filename)
        except SyntaxError:
            plain = None
        if plain is None:
            raise
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return Cell(tree, None)
    last = tree.body[-1]
    if ends_with_semicolon(source):
        return Cell(tree, None)
    return Cell(ast.Module(tree.body[:-1], tree.type_ignores), ast.Expression(last.value))


def skip_shell_line():
    sys.stderr.write("The emulator's Pyodide engine has no shell: a ! or % line was skipped.\n")


def imported_modules(source):
    """The top-level modules that the cell imports, whether or not the lines that do so are ever reached."""
    if "import" not in source:
        return set()
    cell = parse_cell(source, "<cell>", NO_SHELL)
    nodes = list(ast.walk(cell.statements))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and node.level == 0]
    return {name.partition(".")[0] for name in names}


def without_magics(source, shell_line):
    if match := SHELL_CELL.match(source):
        return shell_line.replace("{!r}", repr(match[1]))
    lines = []
    for line in source.split("\n"):
        plain = without_magic(line, shell_line)
        lines.append(line if plain != line and is_unfinished(lines) else plain)
    return "\n".join(lines)


def is_unfinished(lines):
    """Whether the next line belongs to what these have begun: the text of a string, or what is in brackets."""
    try:
        ast.parse("\n".join(lines))
    except SyntaxError as error:
        return UNFINISHED.search(error.msg or "") is not None
    return False


def without_magic(line, shell_line):
    if match := SHELL_LINE.match(line):
        return match[1] + shell_line.replace("{!r}", repr(match[2].strip()))
    if match := TIMING_LINE.match(line):
        return match[1] + (match[2].strip() or "pass")
    if match := SETTING_LINE.match(line):
        return match[1] + "pass"
    return line


def ends_with_semicolon(source):
    ignored = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT)
    try:
        tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in ignored]
    except (tokenize.TokenError, SyntaxError):
        return False
    return bool(tokens) and tokens[-1].string == ";"
