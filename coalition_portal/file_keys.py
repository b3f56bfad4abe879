"""Keys that files are encrypted under while the portal keeps them: one for each file, made from the server's.

The server's keys stand in PORTAL_FILE_KEYS: the first encrypts, all of them decrypt, so a key is changed by putting a
new one in front. Whoever loses them loses the drafts: they are backed up apart from the files.
"""

import base64
import binascii
import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
KEY_ID_BYTES = 4
PURPOSE = b"drone-coalition-portal file "


class UnknownKey(Exception):
    """A file names a key that PORTAL_FILE_KEYS does not have."""


def decoded(text: str) -> bytes:
    """The key that one entry of PORTAL_FILE_KEYS stands for; raises ValueError for anything but 32 bytes in base64."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"got {len(key)} bytes of base64, wanted {KEY_BYTES}")
    return key


def encrypting_key(file_id: str) -> tuple[bytes, bytes]:
    """The id of the server's first key (4 bytes), and the key (32 bytes) of the file with this id under it."""
    server_key = decoded(settings.PORTAL_FILE_KEYS[0])
    return _id_of(server_key), _derived(server_key, file_id)


def decrypting_key(key_id: bytes, file_id: str) -> bytes:
    """The key of the file with this id under the server's key `key_id`; raises UnknownKey."""
    for text in settings.PORTAL_FILE_KEYS:
        server_key = decoded(text)
        if _id_of(server_key) == key_id:
            return _derived(server_key, file_id)
    raise UnknownKey(f"No key of PORTAL_FILE_KEYS has the id {key_id.hex()}.")


def _id_of(server_key: bytes) -> bytes:
    return hashlib.sha256(b"id " + server_key).digest()[:KEY_ID_BYTES]


def _derived(server_key: bytes, file_id: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE + file_id.encode()).derive(server_key)
