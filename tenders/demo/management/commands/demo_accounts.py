from django.core.management.base import BaseCommand

from tenders.demo.cast import PASSWORD, printed_accounts


class Command(BaseCommand):
    help = "Print the demo accounts and their password."

    def handle(self, **options):
        rows = printed_accounts()
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        self.stdout.write(f"Demo accounts, all with the password  {PASSWORD}")
        for email, who, sees in rows:
            self.stdout.write(f"  {email:<{widths[0]}}  {who:<{widths[1]}}  {sees}".rstrip())
