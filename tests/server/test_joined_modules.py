"""Joined modules do what the same modules do that are loaded one by one."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.server.editor_page import FRONTEND
from engine.server.joined_modules import FIRST, Edition, Modules
from tools.frontend import BIN

NODE = BIN / "node"

MODULES = {
    "app/main.js": (
        'import start, { steps as told } from "./start.js";\n'
        'import { twice } from "./a/twice.js";\n'
        'import "./side.js";\nimport { join } from "path";\n'
        'told.push("main", twice(2), join("a", "b"), start());\n'
        "const { late, Late } = await_();\nfunction await_() { return { late: 1, Late: 2 }; }\n"
        "told.push(late + Late);\n"
        "export const done = async () => {\n"
        '  const { last } = await import("./late.js");\n  return [...told, await last()];\n};\n'
    ),
    "app/start.js": (
        "/** What was done. */\nexport const steps = [];\n"
        'export default function start() {\n  return "start";\n}\nsteps.push("start.js");\n'
    ),
    "app/side.js": 'import { steps } from "./start.js";\nsteps.push("side");\nexport {};\n',
    "app/a/twice.js": (
        'import { steps } from "../start.js";\nconst TWO = 2;\n'
        "export async function* many() {}\nexport class Pair {}\n"
        "/** @param {number} value */\nexport function twice(value) {\n  return value * TWO;\n}\n"
        'export { TWO, Pair as Two };\nsteps.push("twice");\n'
    ),
    "app/late.js": (
        'import {\n  steps,\n} from "./start.js";\nimport { Two, many, TWO } from "./a/twice.js";\n'
        'import { beside } from "./beside.js";\nimport { alone } from "./alone.js";\n'
        'steps.push("late", new Two().constructor.name, typeof many, TWO, beside, alone);\n'
        'export const last = () => import("./last.js").then((each) => each.default());\n'
    ),
    "app/alone.js": (
        'export const alone = new URL("./x", import.meta.url).href.endsWith("/app/x");\n'
    ),
    "app/last.js": (
        'import start from "./start.js";\nimport { twice } from "./a/twice.js";\n'
        "export default () => [start(), twice(21)];\n"
    ),
    "app/beside.js": 'export const beside = "beside";\n',
    "app/worker.js": 'import "./beside.js";\n',
    "app/works.js": 'new Worker(new URL("./worker.js", import.meta.url));\n',
}


def edition_of(texts: Mapping[str, str]) -> Edition:
    return Edition.of(Modules(texts, {}), "app/main.js", {"joined/late.js": "app/late.js"})


def run(folder: Path, start: str) -> object:
    """Return what a start says that was done."""
    code = f'import("{(folder / start).as_uri()}").then(async (its) => {{'
    code += " const { done } = its.done ? its : Object.values(its).find((each) => each.done);"
    code += " console.log(JSON.stringify(await done())); });"
    told = subprocess.run([NODE, "-e", code], capture_output=True, text=True, check=True)
    return json.loads(told.stdout)


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    (folder / "package.json").parent.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_joined_modules_do_in_the_same_order_what_they_did(tmp_path: Path):
    edition = edition_of(MODULES)
    files = {name: edition.text(name) for name in [*edition.joined, *MODULES]}

    one_by_one = run(write(tmp_path / "alone", MODULES), "app/main.js")
    assert one_by_one == run(write(tmp_path / "joined", files), FIRST)
    assert one_by_one == run(tmp_path / "joined", "app/main.js")


def test_each_module_is_in_one_file_after_what_it_imports():
    edition = edition_of(MODULES)

    assert edition.joined == {
        FIRST: ["app/start.js", "app/a/twice.js", "app/side.js", "app/main.js"],
        "joined/late.js": ["app/beside.js", "app/alone.js", "app/late.js"],
    }


def test_what_two_faces_need_comes_first():
    texts = {
        "app/main.js": "",
        "app/one.js": 'import "./both.js";\n',
        "app/two.js": 'import "./both.js";\n',
        "app/both.js": "",
    }
    faces = {"joined/one.js": "app/one.js", "joined/two.js": "app/two.js"}
    edition = Edition.of(Modules(texts, {}), "app/main.js", faces)

    assert edition.joined == {
        FIRST: ["app/both.js", "app/main.js"],
        "joined/one.js": ["app/one.js"],
        "joined/two.js": ["app/two.js"],
    }


def test_what_a_face_has_of_one_that_it_imports_is_there_alone():
    texts = {
        "app/main.js": "",
        "app/seen.js": 'import "./both.js";\n',
        "app/done.js": 'import "./seen.js";\nimport "./both.js";\n',
        "app/both.js": "",
    }
    faces = {"joined/seen.js": "app/seen.js", "joined/done.js": "app/done.js"}
    edition = Edition.of(Modules(texts, {}), "app/main.js", faces)

    assert edition.joined == {
        FIRST: ["app/main.js"],
        "joined/seen.js": ["app/both.js", "app/seen.js"],
        "joined/done.js": ["app/done.js"],
    }


def test_a_module_that_runs_beside_the_page_has_all_that_it_imports_in_it(tmp_path: Path):
    texts = {
        **MODULES,
        "app/worker.js": 'import { beside } from "./beside.js";\npostMessage(beside);\n',
    }
    edition = edition_of(texts)
    folder = write(tmp_path, {"app/worker.js": edition.text("app/worker.js")})

    assert edition.modules.workers == {"app/worker.js"}
    assert "import" not in edition.text("app/worker.js")
    subprocess.run([NODE, "--check", folder / "app/worker.js"], check=True)


@pytest.mark.parametrize("text", ["export * from './a.js';\n", "export default 7;\n"])
def test_what_can_not_be_joined_is_named(text: str):
    edition = edition_of({"app/main.js": text, "app/late.js": ""})

    with pytest.raises(ValueError, match=r"of app/main\.js can not be joined"):
        edition.text(FIRST)


def test_all_modules_of_the_editor_can_be_joined(tmp_path: Path):
    texts = {
        path.relative_to(FRONTEND).as_posix(): path.read_text(encoding="utf-8")
        for path in (FRONTEND / "app").rglob("*.js")
    }
    page = (FRONTEND / "index.html").read_text(encoding="utf-8")
    faces = {
        f"joined/{Path(each).name}": each for each in re.findall(r'data-modules="(.*?)"', page)
    }
    edition = Edition.of(Modules(texts, {}), "app/main.js", faces)
    sent = {name: edition.text(name) for name in [*edition.joined, *texts]}
    folder = write(tmp_path, {name: sent[name] for name in edition.joined})

    assert len(edition.joined) == 4
    assert not [name for name, text in sent.items() if "/**" in text and "`" not in text]
    for name in edition.joined:
        subprocess.run([NODE, "--check", folder / name], check=True)
