"""Template tags and filters that every template has without loading them.

Here is only what needs a request or a template; the words and numbers come from formatting.py, the figures of drawings
from pictures.py.
"""
