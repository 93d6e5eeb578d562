"""splunkd's two response formats: an Atom feed with s:dict content, or the same as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

_NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)
GENERATOR = {"build": "000000000000", "version": "10.2.0"}


@dataclass
class Entry:
    """One entity: its name, the path of its collection and its content."""

    name: str
    collection: str
    content: dict[str, Any]
    acl: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, list[str]] | None = None
    removable: bool = True

    @property
    def alternate(self) -> str:
        """Return the link. A slash in the name is escaped twice, as splunkd does it."""
        name = quote(self.name.replace("/", "%2F"), safe="")
        return f"{self.collection}/{name}"

    def links(self) -> dict[str, str]:
        """Return the actions' links."""
        links = {"alternate": self.alternate, "list": self.alternate}
        links["_reload"] = f"{self.alternate}/_reload"
        links["edit"] = self.alternate
        if self.removable:
            links["remove"] = self.alternate
        return links


@dataclass
class Feed:
    """The response of a collection."""

    title: str
    path: str
    entries: list[Entry]
    origin: str = ""
    total: int | None = None
    offset: int = 0
    per_page: int = 30


def make_acl(app: str, owner: str, sharing: str = "app") -> dict[str, Any]:
    """Return the eai:acl of an object."""
    return {
        "app": app,
        "can_change_perms": True,
        "can_list": True,
        "can_share_app": True,
        "can_share_global": True,
        "can_share_user": False,
        "can_write": True,
        "modifiable": True,
        "owner": owner,
        "perms": {"read": ["*"], "write": ["admin", "sc_admin"]},
        "removable": True,
        "sharing": sharing,
    }


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return escape(str(value))


def _xml_value(value: object) -> str:
    if isinstance(value, dict):
        keys = "".join(
            f"<s:key name={quoteattr(str(key))}>{_xml_value(item)}</s:key>"
            for key, item in value.items()
        )
        return f"<s:dict>{keys}</s:dict>"
    if isinstance(value, (list, tuple)):
        return (
            "<s:list>" + "".join(f"<s:item>{_xml_value(v)}</s:item>" for v in value) + "</s:list>"
        )
    return _scalar(value)


def _entry_xml(entry: Entry, origin: str) -> str:
    content = dict(entry.content)
    content["eai:acl"] = entry.acl
    if entry.attributes is not None:
        content["eai:attributes"] = entry.attributes
    links = "".join(
        f'<link href={quoteattr(href)} rel="{rel}"/>' for rel, href in entry.links().items()
    )
    return (
        f"<entry><title>{escape(entry.name)}</title><id>{escape(origin + entry.alternate)}</id>"
        f"<updated>{_now()}</updated>{links}"
        f"<author><name>{escape(str(entry.acl.get('owner', 'nobody')))}</name></author>"
        f'<content type="text/xml">{_xml_value(content)}</content></entry>'
    )


def feed_xml(feed: Feed) -> bytes:
    """Render the feed as Atom."""
    total = len(feed.entries) if feed.total is None else feed.total
    body = "".join(_entry_xml(entry, feed.origin) for entry in feed.entries)
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<feed {_NAMESPACES}>'
        f"<title>{escape(feed.title)}</title><id>{escape(feed.origin + feed.path)}</id>"
        f"<updated>{_now()}</updated>"
        f'<generator build="{GENERATOR["build"]}" version="{GENERATOR["version"]}"/>'
        f"<author><name>Splunk</name></author>"
        f'<link href={quoteattr(feed.path + "/_new")} rel="create"/>'
        f"<opensearch:totalResults>{total}</opensearch:totalResults>"
        f"<opensearch:itemsPerPage>{feed.per_page}</opensearch:itemsPerPage>"
        f"<opensearch:startIndex>{feed.offset}</opensearch:startIndex>"
        f"<s:messages/>{body}</feed>"
    )
    return text.encode()


def feed_json(feed: Feed) -> bytes:
    """Render the feed as output_mode=json does: the ACL is beside the content, not inside."""
    entries = []
    for entry in feed.entries:
        shown: dict[str, Any] = {
            "name": entry.name,
            "id": feed.origin + entry.alternate,
            "updated": _now(),
            "links": entry.links(),
            "author": entry.acl.get("owner", "nobody"),
            "acl": entry.acl,
            "content": {**entry.content, "eai:acl": None},
        }
        if entry.attributes is not None:
            shown["fields"] = {
                key.replace("Fields", ""): names for key, names in entry.attributes.items()
            }
        entries.append(shown)
    total = len(entries) if feed.total is None else feed.total
    document = {
        "links": {"create": f"{feed.path}/_new", "_reload": f"{feed.path}/_reload"},
        "origin": feed.origin + feed.path,
        "updated": _now(),
        "generator": GENERATOR,
        "entry": entries,
        "paging": {"total": total, "perPage": feed.per_page, "offset": feed.offset},
        "messages": [],
    }
    return json.dumps(document).encode()


def message_xml(kind: str, text: str) -> bytes:
    """Render a message as splunkd does when it refuses a call."""
    body = f'<msg type="{escape(kind)}">{escape(text)}</msg>'
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f"{head}<response>\n  <messages>\n    {body}\n  </messages>\n</response>\n".encode()


def message_json(kind: str, text: str) -> bytes:
    """Render a message as JSON."""
    return json.dumps({"messages": [{"type": kind, "text": text}]}).encode()
