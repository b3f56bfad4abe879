class TenderNumberConverter:
    """IDC, year, four digits or more, as the list writes it. Anything else is no route."""

    regex = "IDC-[0-9]{4}-[0-9]{4,10}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class PublicIdConverter:
    """A random public id. Anything else is no route."""

    regex = "[a-z2-7]{26}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value
