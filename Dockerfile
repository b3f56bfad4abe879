# One image for web, worker and beat; docker-compose.yml says which of them a container is.
FROM python:3.12-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PORTAL_DATA=/srv/portal/var

RUN useradd --system --home-dir /srv/portal --shell /usr/sbin/nologin portal
WORKDIR /srv/portal

COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --requirement requirements.lock

COPY manage.py gunicorn.conf.py ./
COPY coalition_portal coalition_portal
COPY manufacturers manufacturers
COPY tenders tenders
COPY templates templates
COPY static static
COPY locale locale

# A volume mounted on var/mail takes over its owner.
RUN install --directory --owner portal --group portal --mode 0700 var var/mail
USER portal
RUN python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
CMD ["gunicorn", "--config", "gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
