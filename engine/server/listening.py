"""What a server listens on: its socket, and its certificate."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import SettingError

if TYPE_CHECKING:
    from engine.server.settings import ServerSettings

#: Connections that wait to be taken.
BACKLOG = 512
#: Why a certificate can not be used for which OpenSSL gives no reason.
UNREADABLE = "one of the two is damaged or not in PEM form, or they are swapped"


def bound_socket(settings: ServerSettings) -> socket.socket:
    """Return a socket that is bound to the address of the settings.

    Raises:
        SettingError: the address is none of this machine, or the port is taken.
    """
    host, port = settings.host, settings.port
    try:
        family = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise _no_address(host) from problem
    try:
        if os.name == "posix":  # elsewhere it would let two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        if problem.errno == errno.EADDRNOTAVAIL:
            raise _no_address(host) from problem
        raise SettingError(
            f"Port {port} of {host} can not be had: {problem.strerror}. {_way_out(problem)}"
        ) from problem
    return listener


def tls_context(settings: ServerSettings) -> ssl.SSLContext | None:
    """Return what encrypts connections; None where the settings name no certificate.

    Raises:
        SettingError: the certificate or its key can not be used.
    """
    certificate, key = settings.tls_cert, settings.tls_key
    if certificate is None or key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key, password=lambda: _no_password(key))
    except OSError as problem:
        raise SettingError(
            f'The certificate "{certificate}" with the key "{key}" can not be used: '
            f"{_reason(problem)}. Name the chain with --tls-cert and its key with --tls-key."
        ) from problem
    return context


def _no_address(host: str) -> SettingError:
    return SettingError(
        f'"{host}" is no address of this machine. Listen on 127.0.0.1, '
        "or on 0.0.0.0 for all of its addresses."
    )


def _way_out(problem: OSError) -> str:
    if problem.errno in (errno.EACCES, errno.EPERM):
        return "Ports below 1024 are the system's; choose a higher one with --port."
    return "Another server may have it; stop that one, or choose another with --port."


def _no_password(key: Path) -> str:
    raise SettingError(
        f'The key "{key}" is encrypted, and a server has nobody to ask for its password. '
        f"Write it without one: openssl pkey -in {key.name} -out plain.key."
    )


def _reason(problem: OSError) -> str:
    if isinstance(problem, ssl.SSLError):
        if problem.reason == "KEY_VALUES_MISMATCH":
            return "the key is that of another certificate"
        return problem.reason.lower().replace("_", " ") if problem.reason else UNREADABLE
    return problem.strerror or str(problem)
