"""Gunicorn's settings: one process with worker and beat inside (./portal run), or several web processes with Redis."""

import os
import signal

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coalition_portal.settings")

from django.conf import settings

wsgi_app = "coalition_portal.wsgi:application"
bind = [f"127.0.0.1:{settings.PORT}"]
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 10
keepalive = 5
control_socket_disable = True
# PORTAL_PROXY_COUNT alone decides whether a forwarded header is believed.
secure_scheme_headers = {}
loglevel = "warning" if settings.PORTAL_EMBEDDED else "info"

if settings.PORTAL_EMBEDDED:
    workers = 1


def post_worker_init(worker):
    from coalition_portal.watch.clock_guard import start_watching

    worker.clock_guard = start_watching("web")
    if settings.PORTAL_EMBEDDED:
        _start_background(worker)


def _start_background(worker):
    from coalition_portal.embedded import Background, announce_when_ready

    # Ctrl-C reaches the whole process group, and gunicorn tells its worker as well. Its handler takes a lock that
    # is not reentrant, so that the second signal inside the first would leave the worker waiting for itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.background = Background()
    worker.background.start()
    announce_when_ready()


def worker_exit(server, worker):
    # A worker that failed while it loaded the portal never had a guard nor a background.
    if guard := getattr(worker, "clock_guard", None):
        guard.stop()
    if background := getattr(worker, "background", None):
        background.stop()
