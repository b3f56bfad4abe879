"""What tests do on the pages of one proposal."""

from django.urls import reverse


def url_of(name, proposal, *args):
    return reverse(name, args=[proposal.public_id, *args])


def press_submit(browser, bundle, **form):
    """The post of the one button, with the digest that stands on its page."""
    return browser.post(url_of("proposal-submit", bundle.proposal), {"sha256": bundle.sha256} | form)
