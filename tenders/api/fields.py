"""The fields that answers are made of, with what OpenAPI says of each."""

from rest_framework import serializers


def text(help_text="", **options):
    return serializers.CharField(help_text=help_text, **options)


def instant(help_text="", **options):
    return serializers.DateTimeField(help_text=help_text, **options)


def number(help_text="", **options):
    return serializers.FloatField(help_text=help_text, **options)


def whole(help_text="", **options):
    return serializers.IntegerField(help_text=help_text, **options)


def link(help_text="", **options):
    return serializers.URLField(help_text=help_text, **options)


def flag(help_text="", **options):
    return serializers.BooleanField(help_text=help_text, **options)


def listed(words):
    return serializers.ListField(child=serializers.CharField(), help_text=words)


def by_code(child, words=""):
    return serializers.DictField(child=child, help_text=words)
