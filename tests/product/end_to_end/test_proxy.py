"""Requests use the proxy of the settings page and no other, for each kind of proxy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.standins.akamai.certificates import make_certificates
from tests.standins.proxy import ProxyServer

if TYPE_CHECKING:
    from .site import Site

pytestmark = pytest.mark.shared_site

USER, PASSWORD = "tunnel user", "p4ss/w:rd@%"
COUNT = 300


def use_proxy(site: Site, proxy: ProxyServer, kind: str, **changed: object) -> None:
    values = {
        "proxy_enabled": "1",
        "proxy_type": kind,
        "proxy_url": "127.0.0.1",
        "proxy_port": str(proxy.port),
        "proxy_username": USER,
        "proxy_password": PASSWORD,
        **changed,
    }
    site.splunk.edit_settings("proxy", **values)


@pytest.mark.parametrize("kind", ["http", "https", "socks5"])
def test_collects_through_it(site: Site, tmp_path: Path, kind: str) -> None:
    """`ca_bundle` as PEM text, with the authority of an https proxy in addition to Akamai's."""
    folder = tmp_path / "proxy"
    folder.mkdir()
    authority, server = make_certificates(folder)
    bundle = Path(site.akamai.ca).read_text() + authority.read_text()
    site.load(COUNT)
    with ProxyServer(kind, USER, PASSWORD, server, server) as proxy:
        use_proxy(site, proxy, kind)
        site.create_account(ca_bundle=bundle)
        saved = len(proxy.tunnels)
        site.create_input()
        assert len(proxy.tunnels) == saved + 1
        run = site.run()
        assert (run["exit_code"], run["records"]) == (0, COUNT), run
        assert len(proxy.tunnels) == saved + 2
        assert proxy.refused == 0


def test_socks_may_resolve_names_itself(site: Site) -> None:
    site.load(COUNT)
    with ProxyServer("socks5", USER, PASSWORD) as proxy:
        use_proxy(site, proxy, "socks5", proxy_rdns="1")
        port = site.akamai.host.rpartition(":")[2]
        site.create_account(host=f"localhost:{port}")
        site.create_input()
        assert site.run()["records"] == COUNT
        assert {tunnel.partition(":")[0] for tunnel in proxy.tunnels} == {"name"}


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_proxy_that_refuses(site: Site, kind: str) -> None:
    site.load(COUNT)
    site.set_up()
    with ProxyServer(kind, USER, PASSWORD) as proxy:
        use_proxy(site, proxy, kind)
        proxy.change_password("another")
        run = site.run()
        assert proxy.refused
    assert run["exit_code"] != 0
    assert run["stderr"][0].startswith("ERROR proxy.refused ")
    assert "Configuration > Proxy" in run["stderr"][0]
    assert PASSWORD not in run["stderr"][0]
    site.splunk.edit_settings("proxy", proxy_enabled="0")
    assert site.run()["records"] == COUNT
