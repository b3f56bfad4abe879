"""The tools say what they do: settings and commands are documented, packages are pinned, scripts are in order."""

import ipaddress
import os
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.urls import reverse

from coalition_portal.safety import PUBLISHED_PASSWORDS
from tenders.api.problems import TOO_LARGE, UNAVAILABLE

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
README = (ROOT / "README.md").read_text("utf-8")
# Read by gunicorn itself.
ELSEWHERE = {"WEB_CONCURRENCY"}


def settings_read():
    text = (ROOT / "coalition_portal/settings.py").read_text("utf-8")
    return set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', text)) | ELSEWHERE


def settings_of_readme():
    rows = re.findall(r"^\| ((?:`[A-Z0-9_]+`(?:, )?)+) \|", README, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row)]


def settings_of_example():
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    return [line.partition("=")[0] for line in lines if line and not line.startswith("#")]


def verbs():
    return re.findall(r"^\./portal (\w+)", subprocess.check_output([ROOT / "portal", "help"], text=True), re.MULTILINE)


def pinned(lock):
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ \n]+)", text, re.MULTILINE | re.IGNORECASE))


def test_every_setting_stands_in_the_readme_once():
    assert sorted(settings_of_readme()) == sorted(settings_read())


def test_every_setting_stands_in_the_example_once():
    assert sorted(settings_of_example()) == sorted(settings_read())


def test_every_verb_of_the_script_is_documented():
    assert verbs() == ["run", "test", "check", "bench", "lock", "help"]
    assert [verb for verb in verbs() if f"./portal {verb}" not in README] == []


def test_an_unknown_verb_is_refused_with_help():
    done = subprocess.run([ROOT / "portal", "fly"], capture_output=True, text=True)

    assert done.returncode == 1
    assert done.stderr.endswith("./portal knows no 'fly'.\n")


@pytest.mark.parametrize(("script", "shell"), [("portal", "sh"), (".ci/run", "bash")])
def test_scripts_are_executable_and_parse(script, shell):
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run([shell, "-n", ROOT / script]).returncode == 0


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_no_addresses(lock):
    text = (ROOT / lock).read_text("utf-8")

    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|file:", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_pinned_with_hashes(lock):
    text = (ROOT / lock).read_text("utf-8")
    entries = re.findall(r"^[a-z0-9][^\n]*(?:\n    [^\n]*)*", text, re.MULTILINE | re.IGNORECASE)

    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_locks_agree():
    run, dev = (pinned(lock) for lock in LOCKS)

    assert {name: version for name, version in run.items() if dev.get(name) != version} == {}


def test_the_locks_hold_what_the_project_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [re.match(r"[A-Za-z0-9._-]+", one).group().lower() for one in project["project"]["dependencies"]]
    for_work = [re.match(r"[A-Za-z0-9._-]+", one).group().lower() for one in project["dependency-groups"]["dev"]]

    assert [name for name in asked if name not in map(str.lower, pinned("requirements.lock"))] == []
    assert [name for name in for_work if name not in map(str.lower, pinned("requirements-dev.lock"))] == []


def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))


def test_compose_runs_the_portal_beside_its_real_parts():
    services = compose()["services"]

    assert sorted(name for name, service in services.items() if "build" in service) == [
        "beat", "files", "prepare", "submit", "web", "worker",
    ]  # fmt: skip
    assert {
        name: service["image"].partition(":")[0] for name, service in services.items() if "build" not in service
    } == {
        "proxy": "nginx",
        "database": "postgres",
        "broker": "valkey/valkey",
        "cache": "valkey/valkey",
        "objects": "dxflrs/garage",
    }


def test_compose_gives_every_part_of_the_portal_the_same_known_settings():
    """But for the name by which submitting comes to the database."""
    ours = {name: service["environment"] for name, service in compose()["services"].items() if "build" in service}
    address = ours["web"]["DATABASE_URL"]
    submitting = ours["web"] | {"DATABASE_URL": address.replace("//portal:", "//portal_submit:")}

    assert ours == dict.fromkeys(ours, ours["web"]) | {"submit": submitting}
    assert set(ours["web"]) <= settings_read()


def test_compose_keeps_connections_for_submitting_that_nobody_else_can_take():
    """A web process has one for each thread, one for its start and one for its watch over clocks; superusers have 3."""
    whole = compose()
    services, roles = whole["services"], whole["configs"]["roles"]["content"]
    each = (
        int(re.search(r"^threads = (\d+)$", (ROOT / "gunicorn.conf.py").read_text("utf-8"), re.MULTILINE).group(1)) + 2
    )
    pages = int(services["web"]["environment"]["WEB_CONCURRENCY"]) * each
    files = int(_word_after(services["files"], "--threads")) + 2
    tasks = 2 * (int(_word_after(services["worker"], "--concurrency")) + 1)
    [most] = re.findall(r"max_connections=(\d+)", " ".join(services["database"]["command"]))
    [others] = re.findall(r"CREATE ROLE portal LOGIN .* CONNECTION LIMIT (\d+);", roles)

    wanted_by_others = pages + files + tasks + len(["beat", "beat's watch", "prepare"])
    assert wanted_by_others <= int(others)
    # Twice, for those that end while their successors begin.
    assert int(others) + 2 * pages + 3 <= int(most)


def _word_after(service, word):
    return service["command"][service["command"].index(word) + 1]


def test_production_refuses_every_password_that_is_published():
    settings = [service["environment"] for service in compose()["services"].values() if "build" in service]
    example = (ROOT / ".env.example").read_text("utf-8")
    addresses = [*re.findall(r"^\w+=(\S+://\S+)$", example, re.MULTILINE), *(one["DATABASE_URL"] for one in settings)]
    passwords = {urlsplit(address).password for address in addresses} | {
        one["S3_SECRET_ACCESS_KEY"] for one in settings
    }

    assert passwords - {None} == set(PUBLISHED_PASSWORDS)


def test_compose_waits_for_a_database_that_takes_connections_over_the_network():
    """While its image fills a new database, it answers on a socket alone."""
    words = compose()["services"]["database"]["healthcheck"]["test"]

    assert words[:4] == ["CMD", "pg_isready", "--host", "127.0.0.1"]


def test_compose_asks_every_server_whether_it_answers():
    services = compose()["services"]

    # The image of the store has nothing that could ask it, so /readyz does; worker and beat write heartbeats.
    assert {name for name in services if "healthcheck" not in services[name]} == {
        "prepare", "worker", "beat", "objects",
    }  # fmt: skip


def test_compose_lets_everybody_finish_who_is_told_to_stop():
    """A submission in flight is answered: what leads to it stops before it, and it before its database."""
    services = compose()["services"]
    gunicorn = re.search(r"^graceful_timeout = (\d+)$", (ROOT / "gunicorn.conf.py").read_text("utf-8"), re.MULTILINE)
    named = {name: service.get("stop_grace_period", "10s") for name, service in services.items()}
    seconds = {name: int(period.removesuffix("s")) for name, period in named.items()}

    assert [name for name in ("proxy", "web", "submit", "files") if seconds[name] < 2 * int(gunicorn.group(1))] == []
    assert [name for name in ("worker", "beat", "database") if seconds[name] < 60] == []
    assert {"web", "submit", "files"} <= set(services["proxy"]["depends_on"])
    assert all("database" in services[name]["depends_on"] for name in ("web", "submit", "files", "worker", "beat"))


def test_compose_leads_to_its_own_services():
    services = compose()["services"]
    settings = services["web"]["environment"]
    hosts = re.findall(r"(?:@|://)([a-z]+):\d+", " ".join(settings[name] for name in settings if name.endswith("URL")))

    assert set(hosts) == {"database", "broker", "cache", "objects"}
    assert settings["S3_ACCESS_KEY_ID"] == services["objects"]["environment"]["GARAGE_DEFAULT_ACCESS_KEY"]
    assert settings["S3_SECRET_ACCESS_KEY"] == services["objects"]["environment"]["GARAGE_DEFAULT_SECRET_KEY"]
    assert settings["S3_BUCKET"] == services["objects"]["environment"]["GARAGE_DEFAULT_BUCKET"]


def test_compose_gives_fixed_addresses_that_nobody_else_gets():
    """The proxy asks no name server: whom it leads to is found at the same address after a restart."""
    whole = compose()
    [network] = whole["networks"]["default"]["ipam"]["config"]
    fixed = {
        name: ipaddress.ip_address(service["networks"]["default"]["ipv4_address"])
        for name, service in whole["services"].items()
        if "networks" in service
    }
    configured = whole["configs"]["proxy"]["content"]

    assert sorted(fixed) == ["files", "proxy", "submit", "web"]
    assert len(set(fixed.values())) == len(fixed)
    assert all(address in ipaddress.ip_network(network["subnet"]) for address in fixed.values())
    assert not any(address in ipaddress.ip_network(network["ip_range"]) for address in fixed.values())
    led_to = re.findall(r"upstream (\w+) { server ([\d.]+):8000 max_fails=0; }", configured)
    assert led_to == [(name, str(fixed[name])) for name in ("web", "submit", "files")]
    assert whole["services"]["web"]["environment"]["PORTAL_STAMPING_PROXIES"] == str(fixed["proxy"])


def test_the_proxy_takes_fewer_files_at_once_than_there_are_threads_for_them():
    whole = compose()
    words, configured = whole["services"]["files"]["command"], whole["configs"]["proxy"]["content"]
    places = {name: set(re.findall(rf"limit_conn {name} (\d+);", configured)) for name in ("uploads", "downloads")}

    [uploads], [downloads] = places["uploads"], places["downloads"]
    assert int(uploads) + int(downloads) < int(words[words.index("--threads") + 1])
    assert words[words.index("--workers") + 1] == "1"


def test_the_proxy_gives_a_sender_few_of_the_places_for_files_and_an_address_most_of_them():
    configured = compose()["configs"]["proxy"]["content"]
    names = ("upload_sessions", "upload_keys", "upload_addresses", "uploads")

    assert [re.findall(rf"limit_conn {name} (\d+);", configured) for name in names] == [
        ["6", "6"], ["6", "6"], ["16", "16"], ["22", "22"],
    ]  # fmt: skip


def test_the_proxy_lets_fewer_lists_in_than_there_are_threads_for_pages():
    whole = compose()
    threads = re.search(r"^threads = (\d+)$", (ROOT / "gunicorn.conf.py").read_text("utf-8"), re.MULTILINE).group(1)
    places = re.findall(r"limit_conn (?:lists|lists_inside) (\d+);", whole["configs"]["proxy"]["content"])

    for_pages = int(threads) * int(whole["services"]["web"]["environment"]["WEB_CONCURRENCY"])
    assert (len(places), sum(map(int, places)), for_pages) == (2, 12, 16)


def test_the_proxy_names_problems_as_the_portal_does():
    whole = compose()
    address = f"{whole['services']['web']['environment']['PORTAL_URL']}{reverse('problems')}"

    assert re.findall(r"set \$\$problems (\S+);", whole["configs"]["proxy"]["content"]) == [address.rstrip("/")]
    assert whole["configs"]["proxy"]["content"].count(f'$$problems/{UNAVAILABLE.slug}"') == 3
    assert whole["configs"]["proxy"]["content"].count(f'$$problems/{TOO_LARGE.slug}"') == 1


def test_compose_names_only_volumes_and_configs_that_it_makes():
    whole = compose()
    mounted = {
        volume.partition(":")[0] for service in whole["services"].values() for volume in service.get("volumes", [])
    }
    configured = {one["source"] for service in whole["services"].values() for one in service.get("configs", [])}

    assert (mounted, configured) == (set(whole["volumes"]), set(whole["configs"]))


def test_the_image_holds_every_package_and_folder_that_the_portal_needs():
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE) for name in line.split()}

    assert copied == {
        "requirements.lock", "manage.py", "gunicorn.conf.py",
        "coalition_portal", "manufacturers", "tenders", "templates", "static", "locale",
    }  # fmt: skip
    assert [name for name in copied if not (ROOT / name).exists()] == []
