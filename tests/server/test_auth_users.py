"""Users and tokens in the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import Conflict, NotFound, SettingError
from engine.store import users
from engine.store.database import Database
from engine.store.keyring import Keyring
from engine.store.users import SESSION_LIFE_S, Kind, digest_of
from engine.users import User, check_name

ADA = User(name="ada", role="viewer", max_queued=3, max_disk_bytes=10**12)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "x.sqlite")
    yield opened
    opened.close_now()


@pytest.fixture
def keyring(database: Database) -> Iterator[Keyring]:
    opened = Keyring(database.path)
    yield opened
    opened.close()


def add(database: Database, user: User = ADA) -> None:
    database.write_now(lambda c: users.add(c, user, now=0.0))


def issue(database: Database, kind: Kind = "bearer", now: float = 0.0) -> users.Issued:
    return database.write_now(lambda c: users.issue(c, "ada", kind, now=now))


def revoke(database: Database, token: str | None = None) -> int:
    return database.write_now(lambda c: users.revoke(c, "ada", token, now=5.0))


def test_there_is_one_user_from_the_start(database: Database):
    assert database.read_now(users.everybody) == [User(name="default", role="admin")]


def test_user_is_found_as_added(database: Database):
    add(database)

    assert database.read_now(lambda c: users.find(c, "ada")) == ADA


def test_name_is_taken_once(database: Database):
    add(database)

    with pytest.raises(Conflict, match='"ada"'):
        add(database)


def test_unknown_user_gets_no_token(database: Database):
    with pytest.raises(NotFound, match='"ada"'):
        issue(database)


@pytest.mark.parametrize("name", ["ada", "a", "a-b_c", "7", "x" * 32])
def test_good_names(name: str):
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "Ada", "a b", "../x", "a/b", "a.b", "-a", "_a", "x" * 33, "con", "lpt1", "ä", "a\n"],
)
def test_name_that_is_no_good_folder_is_refused(name: str):
    with pytest.raises(SettingError):
        check_name(name)


def test_tokens_of_a_user_are_listed_without_what_they_are(database: Database):
    add(database)
    issued = issue(database, "url", now=7.0)
    (token,) = database.read_now(lambda c: users.tokens_of(c, "ada"))

    assert (token.id, token.kind, token.created, token.revoked) == (issued.id, "url", 7.0, None)
    assert issued.secret not in repr(token)


def test_token_has_its_holder(database: Database, keyring: Keyring):
    add(database)
    holder = keyring.holder(issue(database).secret, now=1.0)

    assert holder is not None
    assert holder.user == ADA


@pytest.mark.parametrize("secret", ["", "sfm_", "x" * 10_000, "\ud800", "ä\0"])
def test_what_is_no_token_has_no_holder(keyring: Keyring, secret: str):
    assert keyring.holder(secret, now=0.0) is None


def test_digest_is_no_token(database: Database, keyring: Keyring):
    add(database)
    digest = digest_of(issue(database).secret)

    assert keyring.holder(digest.hex(), now=0.0) is None


def test_revoked_token_has_no_holder_any_more(database: Database, keyring: Keyring):
    add(database)
    secret = issue(database).secret
    before = keyring.holder(secret, now=1.0)
    count = revoke(database)

    assert before is not None
    assert count == 1
    assert keyring.holder(secret, now=2.0) is None


def test_token_that_another_process_revokes_has_no_holder(database: Database, keyring: Keyring):
    add(database)
    issued = issue(database)
    keyring.holder(issued.secret, now=1.0)
    with sqlite3.connect(database.path) as other:
        other.execute("UPDATE tokens SET revoked = 1.0")
    other.close()

    assert keyring.holder(issued.secret, now=2.0) is None


def test_role_that_is_changed_counts_at_once(database: Database, keyring: Keyring):
    add(database)
    secret = issue(database).secret
    keyring.holder(secret, now=1.0)
    database.write_now(lambda c: c.execute("UPDATE users SET role = 'admin' WHERE name = 'ada'"))
    holder = keyring.holder(secret, now=2.0)

    assert holder is not None
    assert holder.user.role == "admin"


def test_unknown_token_is_not_revoked(database: Database):
    add(database)

    with pytest.raises(NotFound, match='"nope"'):
        revoke(database, "nope")


def test_token_is_revoked_once(database: Database):
    add(database)
    issued = issue(database)

    assert [revoke(database, issued.id), revoke(database, issued.id)] == [1, 0]


def test_session_is_over_after_a_month(database: Database, keyring: Keyring):
    add(database)
    secret = issue(database, "session").secret

    assert keyring.holder(secret, now=SESSION_LIFE_S - 1) is not None
    assert keyring.holder(secret, now=SESSION_LIFE_S + 1) is None


def test_session_that_is_over_is_forgotten(database: Database):
    add(database)
    issue(database, "session")
    other = issue(database, "session", now=SESSION_LIFE_S)
    later = SESSION_LIFE_S + 1
    database.write_now(lambda c: users.note_use(c, other.id, now=later))
    kept = database.read_now(lambda c: users.tokens_of(c, "ada"))

    assert [(token.id, token.used) for token in kept] == [(other.id, later)]


def test_other_tokens_have_no_end(database: Database, keyring: Keyring):
    add(database)
    secret = issue(database).secret

    assert keyring.holder(secret, now=SESSION_LIFE_S * 100) is not None


def test_tokens_go_with_their_user(database: Database, keyring: Keyring):
    add(database)
    secret = issue(database).secret
    keyring.holder(secret, now=1.0)
    database.write_now(lambda c: c.execute("DELETE FROM users WHERE name = 'ada'"))

    assert keyring.holder(secret, now=2.0) is None


def test_no_two_tokens_are_alike(database: Database):
    add(database)
    secrets = {issue(database).secret for _ in range(20)}

    assert len(secrets) == 20
    assert all(len(secret) > 40 for secret in secrets)
