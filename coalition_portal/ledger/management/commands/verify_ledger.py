from argparse import ArgumentTypeError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalition_portal.ledger.verify import LogBroken, State, verify


def state_argument(text: str) -> State:
    size, _colon, chain = text.partition(":")
    if not size.isdigit() or len(chain) != 64:
        raise ArgumentTypeError("a state is SIZE:HASH as this command printed it, with 64 hexadecimal characters")
    return State(int(size), chain)


class Command(BaseCommand):
    help = "Checks every entry of the log from its raw bytes. Exit code 1 and a sentence when something is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--contains",
            type=state_argument,
            metavar="SIZE:HASH",
            help="a state that this command printed earlier and that was kept elsewhere",
        )

    def handle(self, *args: object, contains: State | None = None, **options: object) -> None:
        try:
            state = verify(expected=contains)
        except LogBroken as broken:
            raise CommandError(str(broken), returncode=1) from broken
        self.stdout.write(f"The log is whole: {state.size} entries. Keep this state elsewhere: {state}")
