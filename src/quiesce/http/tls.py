"""Whom we believe, and as whom we come. Verification can't be switched off."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path

from quiesce.access import Access, ClientCertificate
from quiesce.errors import ConfigError

_BUNDLES = (
    "/etc/ssl/cert.pem",  # Alpine, Arch, Fedora to 43, RHEL 9 and 10
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora from 44
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu
    "/etc/ssl/ca-bundle.pem",  # SUSE
)
"""Where distributions keep their authorities, as truststore knows it."""


def context_for(access: Access) -> ssl.SSLContext:
    """TLS 1.2 or newer, host names checked, by the system's authorities or those in `ca`."""
    if access.ca is None:
        context = _system()
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(cafile=access.ca)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"the authorities in `{access.ca}` (`ca` of `{access.name}`) can't be loaded:"
                f" {_words(error)}",
                hint="it must be a readable PEM file with one certificate or more",
            ) from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if isinstance(access.auth, ClientCertificate):
        _load_certificate(context, access.name, access.auth)
    return context


def _system() -> ssl.SSLContext:
    """The operating system's authorities.

    On Linux they are read once, here: truststore reads them again for each connection, which
    takes 27 ms of CPU time (140 authorities).
    """
    if sys.platform in {"win32", "darwin"}:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_default_verify_paths()
    if ssl.get_default_verify_paths().cafile is None:  # a Python that was built elsewhere
        for bundle in _BUNDLES:
            if Path(bundle).is_file():
                context.load_verify_locations(cafile=bundle)
                break
    return context


def _load_certificate(context: ssl.SSLContext, name: str, auth: ClientCertificate) -> None:
    # Without any password OpenSSL would ask for one on the terminal.
    password = auth.password.reveal() if auth.password is not None else ""
    try:
        context.load_cert_chain(auth.cert, auth.key, password=lambda: password)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"the client certificate `{auth.cert}` with the key `{auth.key}` of `{name}`"
            f" can't be loaded: {_words(error)}",
            hint="both must be readable PEM files that belong together;"
            " a key that is encrypted needs `password`",
        ) from error


def _words(error: Exception) -> str:
    """OpenSSL's reason or the operating system's, without its own brackets and addresses."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not in PEM format").replace("_", " ").lower()
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
