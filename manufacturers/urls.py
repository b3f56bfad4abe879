from django.urls import path

from manufacturers import views

urlpatterns = [
    path("", views.company, name="company"),
    path("register/", views.register, name="company-register"),
    path("edit/", views.edit, name="company-edit"),
    path("people/", views.people, name="company-people"),
    path("people/<slug:public_id>/role/", views.change_role, name="company-person-role"),
    path("people/<slug:public_id>/remove/", views.remove_person, name="company-person-remove"),
    path("undertaking/", views.undertaking_page, name="undertaking"),
    path("models/add/", views.add_model, name="company-model-add"),
]
