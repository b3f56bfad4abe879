from django.urls import path

from coalition_portal.post import views

urlpatterns = [path("", views.demo_mailbox, name="demo-mailbox")]
