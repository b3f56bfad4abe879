"""Gunicorn as it comes: without a file of its own it would take the portal's, which loads the portal."""
