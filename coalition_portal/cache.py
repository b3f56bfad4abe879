import json


class JsonSerializer:
    """Values in Redis as JSON: whoever can write to the cache must not be able to run code here, as a pickle could."""

    def dumps(self, value):
        # Redis counts only on plain integers, so they are stored as they are.
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data):
        return json.loads(data)
