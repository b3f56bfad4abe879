from django.urls import path

from tenders.api import key_views

urlpatterns = [
    path("", key_views.key_list, name="company-keys"),
    path("make/", key_views.make, name="company-key-make"),
    path("<slug:public_id>/revoke/", key_views.revoke, name="company-key-revoke"),
]
