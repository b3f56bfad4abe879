"""A script that imports its neighbour finds it under the name that the collected file has."""

from django.core.files.base import ContentFile

from coalition_portal.static_files import PortalStaticStorage


def test_imports_between_scripts_name_the_collected_file(tmp_path):
    storage = PortalStaticStorage(location=str(tmp_path), base_url="/static/")
    sources = {"js/page.js": b'import { one } from "./part.js";\n', "js/part.js": b"export const one = 1;\n"}
    for name, source in sources.items():
        storage.save(name, ContentFile(source))

    done = {
        name: hashed for name, hashed, _processed in storage.post_process({name: (storage, name) for name in sources})
    }

    part = done["js/part.js"].removeprefix("js/")
    assert (tmp_path / done["js/page.js"]).read_text() == f'import {{ one }} from "./{part}";\n'
