"""The frame of a page: its links, and parts that appear only where they hold something."""

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from coalition_portal.display.reader import request_of

register = template.Library()


@register.simple_tag(takes_context=True)
def nav_link(context, url_name: str, word: str) -> str:
    """A list item with a link to a named page, marked on that page and below it; nothing while it is missing."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return ""
    path = getattr(request_of(context), "path", "")
    current = "page" if path == url else "true" if url != "/" and path.startswith(url) else ""
    if current:
        return format_html('<li><a href="{}" aria-current="{}">{}</a></li>', url, current, word)
    return format_html('<li><a href="{}">{}</a></li>', url, word)


class FilledNode(template.Node):
    def __init__(self, nodelist, before, after):
        self.nodelist, self.before, self.after = nodelist, before, after

    def render(self, context):
        inside = self.nodelist.render(context).strip()
        if not inside:
            return ""
        return self.before.resolve(context) + inside + self.after.resolve(context)


@register.tag
def filled(parser, token):
    """`{% filled "<p>" "</p>" %}...{% endfilled %}`: both ends only where something stands between them."""
    _name, before, after = token.split_contents()
    nodelist = parser.parse(("endfilled",))
    parser.delete_first_token()
    return FilledNode(nodelist, parser.compile_filter(before), parser.compile_filter(after))


class ColumnsNode(template.Node):
    child_nodelists = ("wide", "narrow")

    def __init__(self, wide, narrow):
        self.wide, self.narrow = wide, narrow

    def render(self, context):
        wide, narrow = self.wide.render(context), self.narrow.render(context).strip()
        if not narrow:
            return wide
        return format_html(
            '<div class="split"><div class="flow">{}</div><aside aria-label="{}">{}</aside></div>',
            SafeString(wide),
            gettext("About this page"),
            SafeString(narrow),
        )


@register.tag
def columns_if_side(parser, token):
    """`{% columns_if_side %}wide{% side %}narrow{% endcolumns_if_side %}`: one column where `narrow` is empty."""
    wide = parser.parse(("side",))
    parser.delete_first_token()
    narrow = parser.parse(("endcolumns_if_side",))
    parser.delete_first_token()
    return ColumnsNode(wide, narrow)
