"""Goals 1 and 2: the status of a tender by the API, fresh and by a validator, beside a bare view."""

from tests.benchmarks.harness import Figure, beside_bare, serving_bare
from tests.benchmarks.world import serving_portal


def run(variables):
    # The portal's own modules are there only after the world has connected this process.
    from tests.factories.tenders import published_tender

    path = f"/api/v1/tenders/{published_tender().number}/status"
    with serving_bare() as bare, serving_portal(variables) as portal:
        _status, headers = portal.ask(path)
        fresh, fresh_cpu = beside_bare(bare, portal, path)
        held = {"If-None-Match": headers["ETag"]}
        same, same_cpu = beside_bare(bare, portal, path, headers=held, expected=304)
    return [
        Figure("200, answers a second of bare", fresh, floor=0.20, goal=0.35),
        Figure("200, CPU of bare", fresh_cpu, floor=5, goal=3, at_most=True),
        Figure("304, answers a second of bare", same, floor=0.35, goal=0.50),
        Figure("304, CPU of bare", same_cpu, floor=2.5, goal=1.9, at_most=True),
    ]
