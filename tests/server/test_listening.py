"""The socket of a server, and its certificate."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from pathlib import Path

import pytest

from engine.errors import SettingError
from engine.server.listening import bound_socket, tls_context
from engine.server.settings import ServerSettings

TLS = Path(__file__).with_name("tls")


def with_tls(certificate: str, key: str) -> ServerSettings:
    return ServerSettings(tls_cert=TLS / certificate, tls_key=TLS / key)


def test_socket_is_bound_to_the_address():
    with bound_socket(ServerSettings(port=0)) as listener:
        host, port = listener.getsockname()

    assert host == "127.0.0.1"
    assert port > 0


def test_port_that_is_taken_is_told():
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingError, match=f"Port {port} of 127.0.0.1 can not be had"):
            bound_socket(ServerSettings(port=port))


@pytest.mark.parametrize("host", ["192.0.2.1", "x" * 64 + ".invalid"])
def test_address_that_is_not_this_machines_is_told(host: str):
    with pytest.raises(SettingError, match="is no address of this machine"):
        bound_socket(ServerSettings(host=host, port=0))


def test_certificate_is_taken_with_its_key():
    assert isinstance(tls_context(with_tls("one.pem", "one.key")), ssl.SSLContext)


def test_without_a_certificate_nothing_is_encrypted():
    assert tls_context(ServerSettings()) is None


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        ("one.pem", "two.key", "the key is that of another certificate"),
        ("one.key", "one.pem", "not in PEM form, or they are swapped"),
        ("README.md", "one.key", "not in PEM form, or they are swapped"),
        ("one.pem", "locked.key", "is encrypted"),
        ("none.pem", "one.key", "No such file"),
    ],
)
def test_certificate_that_can_not_be_used_is_told(certificate: str, key: str, words: str):
    with pytest.raises(SettingError, match=words):
        tls_context(with_tls(certificate, key))
