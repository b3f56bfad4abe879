"""./portal bench [NAME] [--json]: ratios beside the ceiling of this machine, taken in one run.

./portal bench stampede and ./portal bench lossy-line are runs of their own; --help tells their options.
"""

import argparse
import json
import sys

from tests.benchmarks import lossy_line, stampede, status, submit, tender_page, upload
from tests.benchmarks.harness import CannotMeasure
from tests.benchmarks.world import portal_world

ENTRIES = {"status": status.run, "tender-page": tender_page.run, "submit": submit.run, "upload": upload.run}


def main(arguments):
    if arguments[:1] == ["stampede"]:
        stampede.main(arguments[1:])
    if arguments[:1] == ["lossy-line"]:
        lossy_line.main(arguments[1:])
    parser = argparse.ArgumentParser(prog="./portal bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=sorted(ENTRIES), help="one entry; without it all of them")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    asked = parser.parse_args(arguments)
    try:
        figures = measure([asked.name] if asked.name else list(ENTRIES))
    except CannotMeasure as reason:
        sys.exit(str(reason))
    print(as_json(figures) if asked.json else as_lines(figures))
    sys.exit(any(figure.reached == "below" for found in figures.values() for figure in found))


def measure(names):
    """Figures by entry, all on one new database."""
    with portal_world() as variables:
        return {name: ENTRIES[name](variables) for name in names}


def as_json(figures):
    return json.dumps(
        {name: {figure.name: figure.as_json() for figure in found} for name, found in figures.items()}, indent=2
    )


def as_lines(figures):
    return "\n".join(f"{name:12} {figure.as_line()}" for name, found in figures.items() for figure in found)


if __name__ == "__main__":
    main(sys.argv[1:])
