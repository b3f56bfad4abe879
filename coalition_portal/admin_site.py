"""The staff desk: Django's admin site with the slices' own pages in it, entered by the same door as the rest."""

from importlib import import_module

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

# Each module has urlpatterns and no app_name, so its names are reversed as admin:name.
DESK_MODULES = ("tenders.notices.admin_urls", "tenders.proposals.admin_urls", "tenders.reviews.admin_urls")

OUR_PACKAGES = ("coalition_portal", "manufacturers", "tenders")


class CoalitionAdminSite(AdminSite):
    site_title = _("Drone Coalition desk")
    site_header = _("Drone Coalition desk")
    index_title = _("What there is to do")
    empty_value_display = "–"
    enable_nav_sidebar = False

    def register(self, model_or_iterable, admin_class=None, **options):
        """Packages bring stock pages for accounts, factors and groups. They know no rule of ours, so none is shown."""
        if (admin_class or type(self)).__module__.partition(".")[0] in OUR_PACKAGES:
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff

    def get_urls(self):
        """The slices' pages come first: the admin's own last pattern answers 404 to whatever it does not know."""
        return [*(path("", include(module)) for module in DESK_MODULES), *super().get_urls()]

    def get_app_list(self, request, app_label=None):
        """Asked for when a template shows it: our own pages have no use for it and pay no query."""
        return SimpleLazyObject(lambda: super(CoalitionAdminSite, self).get_app_list(request, app_label))

    def index(self, request, extra_context=None):
        """What waits for this person and where their roles lead; the roof names the slices in strings only."""
        desk = import_module("tenders.reviews.desk.index")
        tasks, links = desk.tasks_for(request.user, request.now), desk.links_for(request.user)
        return super().index(request, {"desk_tasks": tasks, "desk_links": links, **(extra_context or {})})

    def password_change(self, request, extra_context=None):
        """By the page that all people use, which counts attempts and writes a letter about the change."""
        return redirect("account_change_password")


class CoalitionAdminConfig(AdminConfig):
    default_site = "coalition_portal.admin_site.CoalitionAdminSite"
