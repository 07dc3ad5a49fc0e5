"""Holds the documentation against the code: docstrings, access-pattern tables, links, words that do not belong.

python -m infra.checks.documents
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra.paths import ROOT

ROOMS = ("services", "shared", "infra", "cli")
SPEAKS_FOR_ITSELF = 10
"""Lines of a body up to which a function needs no docstring: its name and types say it all."""
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
ELSEWHERE = re.compile(r"[a-z]+:|//|#")
FORBIDDEN = {
    "a package registry's host": re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs\.org|proxy\.golang\.org"),
    "where the checkout stands on this machine": re.compile(r"(?<![\w.~}-])" + re.escape(str(ROOT)) + r"\b"),
    "a list's index": re.compile(r"^--(extra-)?index-url|^--find-links", re.MULTILINE),
    "something to be done": re.compile(r"\b(TO(?:DO)|FIX(?:ME))\b"),
}
MADE = {".git", ".build", ".local", "__pycache__", "node_modules", "vendor", "deployments"} | {
    f".{tool}"
    for tool in (
        *("venv", "engine", "fuzz", "checkov", "audit"),
        *("mypy_cache", "ruff_cache", "pytest_cache", "hypothesis", "import_linter_cache"),
    )
}
TEXTS = {".py", ".md", ".json", ".yaml", ".yml", ".toml", ".in", ".lock", ".txt", ".html", ".js", ".css", ".sh", ""}


def files(folder: Path = ROOT) -> Iterator[Path]:
    """Every file that is kept in the repository, as far as names tell: not what make and programs leave behind."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if not (entry.name in MADE or entry.name.endswith(".egg-info")):
                yield from files(entry)
        elif entry.suffix in TEXTS:
            yield entry


def undocumented(path: Path, ports: frozenset[str]) -> Iterator[str]:
    """What of a module of ours lacks the docstring it needs. ports: names of methods that a Protocol describes."""
    tree = ast.parse(path.read_text())
    if not ast.get_docstring(tree) and tree.body:
        yield f"{path.relative_to(ROOT)}:1 the module says nothing of itself"
    for node in public(tree):
        is_method = node not in tree.body
        known = node.name == "main" or (is_method and node.name in ports)
        if lines(node) > SPEAKS_FOR_ITSELF and not ast.get_docstring(node) and not known:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} needs a docstring"


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes of a module, and the public methods of its classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                yield inner


def lines(node: ast.FunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.body[0].lineno + 1


def described_ports(paths: Iterable[Path]) -> frozenset[str]:
    """The names of every method that some Protocol describes; whoever fits it need not say it again."""
    classes = (node for path in paths for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef))
    protocols = (node for node in classes if any(ast.unparse(base) == "Protocol" for base in node.bases))
    return frozenset(
        method.name
        for protocol in protocols
        for method in protocol.body
        if isinstance(method, ast.FunctionDef) and ast.get_docstring(method)
    )


def unlisted_keys(path: Path) -> Iterator[str]:
    """The key functions of a table that its access-pattern table does not name."""
    tree = ast.parse(path.read_text())
    table = ast.get_docstring(tree) or ""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_key") and f"`{node.name}`" not in table:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has no row in the table of access patterns"


def broken_links(path: Path) -> Iterator[str]:
    """The relative links of a Markdown file that lead nowhere."""
    for target in LINK.findall(FENCED.sub("", path.read_text())):
        place = (ROOT if target.startswith("/") else path.parent) / target.lstrip("/").partition("#")[0]
        if not ELSEWHERE.match(target) and not place.exists():
            yield f"{path.relative_to(ROOT)} links to {target}, which is not there"


def misplaced_words(path: Path) -> Iterator[str]:
    """What a file names that no file of ours should name."""
    text = path.read_text()
    for what, pattern in FORBIDDEN.items():
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path.relative_to(ROOT)}:{line} names {what}: {found[0]}"


def faults() -> Iterator[str]:
    """Every fault there is, in order of the files."""
    kept = list(files())
    modules = [path for path in kept if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ROOMS]
    ports = described_ports(modules)
    for path in modules:
        yield from undocumented(path, ports)
    for path in kept:
        if path.parent == ROOT / "shared" / "tables":
            yield from unlisted_keys(path)
        if path.suffix == ".md":
            yield from broken_links(path)
        yield from misplaced_words(path)


def main() -> int:
    found = list(faults())
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
