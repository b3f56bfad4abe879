"""Goal 4: the public page of a tender as a visitor gets it, beside a bare view."""

from tests.benchmarks.harness import Figure, beside_bare, serving_bare
from tests.benchmarks.world import serving_portal


def run(variables):
    # The portal's own modules are there only after the world has connected this process.
    from django.urls import reverse

    from tests.factories.tenders import published_tender

    path = reverse("tender", args=[published_tender().number])
    with serving_bare() as bare, serving_portal(variables) as portal:
        answers, cpu = beside_bare(bare, portal, path)
    return [
        Figure("answers a second of bare", answers, floor=0.04, goal=0.08),
        Figure("CPU of bare", cpu, floor=25, goal=12, at_most=True),
    ]
