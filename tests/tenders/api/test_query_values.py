from tenders.api import query_values


def test_every_order_once():
    assert query_values.SORTS == [
        "deadline",
        "-deadline",
        "published",
        "-published",
        "deadline,published",
        "deadline,-published",
        "-deadline,published",
        "-deadline,-published",
        "published,deadline",
        "published,-deadline",
        "-published,deadline",
        "-published,-deadline",
    ]
