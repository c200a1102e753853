"""`main.py users`: who may use the server. Works beside a running one, which heeds it at once."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from engine.cli import common_options
from engine.commands.examples import give_examples
from engine.commands.setting_up import folders_from
from engine.server.option_values import parse_size
from engine.server.starting import DATABASE
from engine.store import users
from engine.store.database import Database
from engine.users import ROLES, User, check_name

if TYPE_CHECKING:
    import sqlite3

    from engine.paths import Folders
    from engine.store.users import Issued, Kind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be done."""
    common = common_options()
    what = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    adding = what.add_parser("add", parents=[common], help="add a user, and print a token")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", choices=ROLES, default="user", help="what they may do (user)")
    adding.add_argument(
        "--max-queued", type=int, metavar="N", help="jobs that may wait or run at once (any)"
    )
    adding.add_argument(
        "--max-disk", metavar="SIZE", help="of their files together, such as 10G (any)"
    )
    listing = what.add_parser("list", parents=[common], help="list users and their tokens")
    listing.add_argument("--json", action="store_true", help="for programs")
    revoking = what.add_parser("revoke", parents=[common], help="make a user's tokens invalid")
    revoking.add_argument("name", metavar="NAME")
    revoking.add_argument("--token", metavar="ID", help="this one only (all, and all sessions)")
    giving = what.add_parser("token", parents=[common], help="print a new token of a user")
    giving.add_argument("name", metavar="NAME")
    giving.add_argument(
        "--url", action="store_true", help="one that may stand in an address: /t/TOKEN/"
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what is asked and say what came of it."""
    folders = folders_from(arguments)
    with _database(folders) as database:
        match arguments.what:
            case "add":
                lines = _add(arguments, database)
                give_examples(folders.of(arguments.name))
            case "list":
                lines = _list(arguments, database)
            case "revoke":
                lines = _revoke(arguments, database)
            case _:
                kind: Kind = "url" if arguments.url else "bearer"
                lines = _shown(_issue(database, arguments.name, kind), kind)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


@contextmanager
def _database(folders: Folders) -> Generator[Database]:
    database = Database.open(folders.user / DATABASE, shared=True)
    try:
        yield database
    finally:
        database.close_now()


def _add(arguments: argparse.Namespace, database: Database) -> list[str]:
    size = None if arguments.max_disk is None else parse_size(arguments.max_disk)
    user = User(
        name=check_name(arguments.name),
        role=arguments.role,
        max_queued=arguments.max_queued,
        max_disk_bytes=size,
    )

    def add(connection: sqlite3.Connection) -> Issued:
        users.add(connection, user, now=time.time())
        return users.issue(connection, user.name, "bearer", now=time.time())

    issued = database.write_now(add)
    return [f'Added "{user.name}" ({user.role}).', *_shown(issued, "bearer")]


def _issue(database: Database, name: str, kind: Kind) -> Issued:
    return database.write_now(partial(users.issue, name=name, kind=kind, now=time.time()))


def _shown(issued: Issued, kind: Kind) -> list[str]:
    if kind == "url":
        use = f"Put /t/{issued.secret} before the path: http://127.0.0.1:8188/t/{issued.secret}/"
    else:
        use = "Send it as `Authorization: Bearer TOKEN`, or sign in with it in a browser."
    return [f"Token {issued.id}, shown this once: {issued.secret}", use]


def _revoke(arguments: argparse.Namespace, database: Database) -> list[str]:
    work = partial(users.revoke, name=arguments.name, token=arguments.token, now=time.time())
    count = database.write_now(work)
    what = "token" if count == 1 else "tokens"
    return [f'Revoked {count} {what} of "{arguments.name}".']


def _list(arguments: argparse.Namespace, database: Database) -> list[str]:
    def look(connection: sqlite3.Connection) -> list[dict[str, Any]]:
        return [
            {**_plain(user), "tokens": [_plain(each) for each in _valid(connection, user)]}
            for user in users.everybody(connection)
        ]

    found = database.read_now(look)
    if arguments.json:
        return [json.dumps(found, indent=2)]
    lines: list[str] = []
    for user in found:
        lines.append(f"{user['name']}  {user['role']}{_quotas(user)}")
        lines += [
            f"    {token['id']}  {token['kind']:<7}  last used {_day(token['used'])}"
            for token in user["tokens"]
        ]
    return lines


def _valid(connection: sqlite3.Connection, user: User) -> list[users.Token]:
    now = time.time()
    found = users.tokens_of(connection, user.name)
    return [each for each in found if each.revoked is None and not users.is_over(each, now)]


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    return msgspec.to_builtins(value)


def _quotas(user: dict[str, Any]) -> str:
    jobs, disk = user["max_queued"], user["max_disk_bytes"]
    shown = [] if jobs is None else [f"{jobs} jobs at once"]
    shown += [] if disk is None else [f"{disk:,} bytes on disk"]
    return f"  ({', '.join(shown)})" if shown else ""


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
