import unicodedata


def normalise_email(address: str) -> str:
    """The one form in which an address is stored and compared: NFKC, lower case, no spaces around."""
    return unicodedata.normalize("NFKC", address).strip().lower()
