"""List the app's components as CycloneDX: ``python packaging/sbom.py``.

Writes ``dist/TA_akamai_siem-<version>.cdx.json`` from the lock files, with the licence that each
library in the built app declares, and validates it with CycloneDX's schema. Runs in the ``tools``
environment. https://cyclonedx.org/specification/overview/
"""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from email.parser import HeaderParser

from app_identity import APP, APP_ID, DIST, ROOT, sbom_path, source_date, version
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL
from runtime_libraries import Library, by_folder

_PYTHONS = {"lib": "3.9 and later", "lib39": "3.9 to 3.12", "lib313": "3.13 and later"}


def declared_licences(folder: str) -> dict[str, str]:
    """Return the licence by normalised name of the libraries in one folder of the built app."""
    found = {}
    for metadata in (APP / folder).glob("*.dist-info/METADATA"):
        fields = HeaderParser().parsestr(metadata.read_text(encoding="utf-8"))
        licence = fields["License-Expression"] or fields["License"] or ""
        found[fields["Name"].lower().replace("_", "-")] = licence.split("\n")[0]
    return found


def _component(library: Library, folder: str, licence: str) -> Component:
    purl = PackageURL("pypi", name=library.name, version=library.version)
    component = Component(
        name=library.name,
        version=library.version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=library.sha256)],
        properties=[
            Property(name="folder", value=folder),
            Property(name="python", value=_PYTHONS[folder]),
        ],
    )
    if licence:
        component.licenses.add(LicenseFactory().make_from_string(licence))
    return component


def bill() -> str:
    """Return the list as JSON: the same for the same sources."""
    app = Component(
        name=APP_ID,
        version=version(),
        type=ComponentType.APPLICATION,
        bom_ref=f"{APP_ID}@{version()}",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )
    found = by_folder()
    components = [
        _component(library, folder, declared_licences(folder).get(library.name, ""))
        for folder, libraries in found.items()
        for library in libraries
    ]
    bom = Bom(components=components)
    bom.metadata.component = app
    bom.metadata.timestamp = datetime.fromtimestamp(source_date(), tz=timezone.utc)
    locked = "".join(library.requirement() for part in found.values() for library in part)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f"{APP_ID} {version()}\n{locked}")
    bom.register_dependency(app, components)
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    return text + "\n"


def main() -> None:
    """Write the list and check it."""
    text = bill()
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        message = f"not CycloneDX: {wrong}"
        raise SystemExit(message)
    DIST.mkdir(exist_ok=True)
    sbom_path().write_text(text, encoding="utf-8")
    count = sum(len(libraries) for libraries in by_folder().values())
    print(f"{sbom_path().relative_to(ROOT)}  {count} components, valid CycloneDX 1.6")


if __name__ == "__main__":
    main()
