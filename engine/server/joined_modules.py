"""Many modules as one file: a browser asks once, and what they have in common is packed once.

A module becomes a function that is called once and returns what it exports; they are called in the
order in which a browser would run them. That is the same for modules that do not import each other
in circles and whose exports stay what they are, as the editor's are. Others keep their files, and
take what was joined from there. A module that runs beside the page is joined with all it imports,
under its own name.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.server.module_text import without_comments, without_space

_IMPORT = re.compile(r"""^import\b\s*(?:([^"';]*?)\s*\bfrom\b\s*)?"([^"]+)";""", re.MULTILINE)
#: What a module imports from; `import()` is done when it is wanted.
_SOURCE = re.compile(r"""^(?:import|export)\b[^;"'`(]*["']([^"']+)["']""", re.MULTILINE)
#: A module that is loaded when it is wanted.
_LATER = re.compile(r"""\bimport\(\s*"(\.[^"]+)"\s*\)""")
_DECLARED = re.compile(
    r"^export (default )?((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE
)
_LISTED = re.compile(r"^export \{([^}]*)\};", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
#: A module that runs beside the page, without what was joined.
_WORKER = re.compile(r"""new Worker\(new URL\("(\.[^"]+)", import\.meta\.url\)""")

#: Where files are that are made, and the one that the page starts with.
JOINED = "joined/"
FIRST = f"{JOINED}first.js"


@dataclass(frozen=True)
class Modules:
    """The modules of a folder.

    Attributes:
        texts: name -> text. Names are paths in the folder.
        named: a name that modules import by -> the file's.
    """

    texts: Mapping[str, str]
    named: Mapping[str, str]

    def imports(self, name: str) -> Iterator[str]:
        """Yield the files that a module imports, in its order."""
        return self.imports_in(self.texts[name], name)

    def imports_in(self, text: str, name: str) -> Iterator[str]:
        """Yield the files that a text imports which is in a file of this name."""
        for source in _SOURCE.findall(text):
            yield self.file(source, name)

    def file(self, source: str, importer: str) -> str:
        """Return the file that a module means."""
        if source.startswith("."):
            return posixpath.normpath(posixpath.join(posixpath.dirname(importer), source))
        return self.named.get(source, source).removeprefix("./")

    def order(self, start: str) -> list[str]:
        """Return a module and all that it imports of these, in the order in which they run."""
        found: dict[str, None] = {}
        begun: set[str] = set()

        def visit(name: str) -> None:
            if name in begun or name not in self.texts:
                return
            begun.add(name)
            for each in self.imports(name):
                visit(each)
            found[name] = None

        visit(start)
        return list(found)

    @cached_property
    def workers(self) -> frozenset[str]:
        """Return the modules that run beside the page."""
        return frozenset(
            self.file(source, name)
            for name, text in self.texts.items()
            for source in _WORKER.findall(text)
        )


@dataclass(frozen=True)
class Edition:
    """Modules of which some are joined.

    Attributes:
        joined: a file -> the modules that are in it, as they run; the first files come first.
    """

    modules: Modules
    joined: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, modules: Modules, first: str, faces: Mapping[str, str]) -> Edition:
        """Join what a start needs, and what each face needs besides.

        Args:
            first: the module that the page starts.
            faces: a file to make -> the module that is loaded for it; one that imports another
                comes after it.
        """
        needs = {file: modules.order(start) for file, start in faces.items()}
        apart = [
            its
            for its in needs.values()
            if not any(set(its) < set(each) for each in needs.values())
        ]
        counts = Counter(each for its in apart for each in its)
        shared = [each for each, count in counts.items() if count > 1]
        wanted = {*modules.order(first), *shared}
        taken = dict.fromkeys(_in_order(modules, [*shared, first], wanted))
        joined = {FIRST: list(taken)}
        for file, its in needs.items():
            joined[file] = [each for each in its if each not in taken]
            taken |= dict.fromkeys(joined[file])
        return cls(modules, joined)

    @cached_property
    def place(self) -> Mapping[str, tuple[str, str]]:
        """Return for each module that is joined its file, and the name of its exports there."""
        numbered = enumerate((file, each) for file, its in self.joined.items() for each in its)
        return {each: (file, f"$m{number}") for number, (file, each) in numbered}

    def text(self, name: str) -> str:
        """Return a file as it is sent.

        Raises:
            ValueError: a module has an import or an export that can not be joined.
        """
        if name in self.joined:
            return self._whole(name)
        if name in self.place:
            return self._forwarding(name)
        if name in self.modules.workers:
            return Edition(self.modules, {name: self.modules.order(name)})._whole(name)
        return _Rewritten(self, name, name).alone()

    def _whole(self, file: str) -> str:
        parts = [_Rewritten(self, name, file) for name in self.joined[file]]
        bodies = [part.as_function() for part in parts]
        heads = dict.fromkeys(head for part in parts for head in part.heads)
        exported = ", ".join(self.place[name][1] for name in self.joined[file])
        return without_space("\n".join([*heads, *bodies, f"export {{ {exported} }};\n"]))

    def _forwarding(self, name: str) -> str:
        file, variable = self.place[name]
        part = _Rewritten(self, name, name)
        part.as_function()
        its = [each for each in part.exports if each != "default"]
        lines = [f'import {{ {variable} }} from "{_way(name, file)}";']
        if its:
            lines.append(f"export const {{ {', '.join(its)} }} = {variable};")
        if "default" in part.exports:
            lines.append(f"export default {variable}.default;")
        return "\n".join([*lines, ""])


def _in_order(modules: Modules, starts: Iterable[str], wanted: Collection[str]) -> Iterator[str]:
    """Yield modules so that each comes after what it imports; they may come more than once."""
    for start in starts:
        yield from (each for each in modules.order(start) if each in wanted)


class _Rewritten:
    """One module, on its way into a file.

    Attributes:
        heads: imports that stand at the head of the file.
        exports: the names that it exports -> what they are in it.
    """

    def __init__(self, edition: Edition, name: str, file: str) -> None:
        self.edition = edition
        self.name = name
        self.file = file
        self.heads: list[str] = []
        self.exports: dict[str, str] = {}

    def alone(self) -> str:
        """Return it as a module, which takes what is joined from there."""
        body = self._moved(_IMPORT.sub(self._imported, self._plain()))
        return "\n".join([*dict.fromkeys(self.heads), body])

    def as_function(self) -> str:
        """Return it as a variable that holds its exports."""
        body = _IMPORT.sub(self._imported, self._plain())
        body = _LISTED.sub(self._listed, _DECLARED.sub(self._declared, body))
        if left := _LEFT.search(body):
            raise ValueError(f'"{left[0]}" of {self.name} can not be joined.')
        variable = self.edition.place[self.name][1]
        exported = ", ".join(f"{name}: {what}" for name, what in self.exports.items())
        return (
            f"const {variable} = (() => {{\n{self._moved(body)}\nreturn {{ {exported} }};\n}})();"
        )

    def _plain(self) -> str:
        return without_comments(self.edition.modules.texts[self.name])

    def _imported(self, found: re.Match[str]) -> str:
        names, source = found[1], found[2]
        target = self.edition.modules.file(source, self.name)
        file, variable = self.edition.place.get(target, ("", ""))
        if not file:
            return self._from_outside(names, source, target)
        if file != self.file:
            self.heads.append(f'import {{ {variable} }} from "{_way(self.file, file)}";')
        return _taken(names, variable)

    def _from_outside(self, names: str | None, source: str, target: str) -> str:
        address = _way(self.file, target) if source.startswith(".") else source
        if names is None:
            self.heads.append(f'import "{address}";')
            return ""
        variable = "$" + re.sub(r"\W", "_", target)
        self.heads.append(f'import * as {variable} from "{address}";')
        return _taken(names, variable)

    def _declared(self, found: re.Match[str]) -> str:
        self.exports["default" if found[1] else found[3]] = found[3]
        return found[2]

    def _listed(self, found: re.Match[str]) -> str:
        for each in filter(None, map(str.strip, found[1].split(","))):
            inner, _, outer = each.partition(" as ")
            self.exports[outer or inner] = inner
        return ""

    def _moved(self, body: str) -> str:
        """Have addresses hold from the file where the body is now."""
        if self.file == self.name:
            return body
        here = _way(self.file, self.name)
        body = body.replace("import.meta.url", f'new URL("{here}", import.meta.url).href')

        def later(found: re.Match[str]) -> str:
            return f'import("{_way(self.file, self.edition.modules.file(found[1], self.name))}")'

        return _LATER.sub(later, body)


def _taken(names: str | None, variable: str) -> str:
    """Return how names are taken out of a module's exports."""
    if names is None:
        return ""
    first, brace, rest = names.partition("{")
    default = first.strip().removesuffix(",").strip()
    if default.startswith("*"):
        return f"const {default.removeprefix('* as ').strip()} = {variable};"
    parts = [f"default: {default}"] if default else []
    if brace:
        inner = rest.rstrip().removesuffix("}")
        parts += [each.strip().replace(" as ", ": ") for each in inner.split(",") if each.strip()]
    return f"const {{ {', '.join(parts)} }} = {variable};"


def _way(start: str, end: str) -> str:
    """Return the relative address of a file for a module in another."""
    way = posixpath.relpath(end, posixpath.dirname(start))
    return way if way.startswith(".") else f"./{way}"
