"""The management REST API, called with Splunk's own client libraries."""

from __future__ import annotations

import json
import socket
import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from solnlib.bulletin_rest_client import BulletinRestClient
from solnlib.conf_manager import ConfManager
from solnlib.credentials import CredentialManager, CredentialNotExistException
from solnlib.modular_input.checkpointer import KVStoreCheckpointer
from solnlib.server_info import ServerInfo
from solnlib.soln_exceptions import ConfManagerException, ConfStanzaNotExistException
from splunklib import binding, client

from tests.standins.splunk.client import RestError, SplunkStandin
from tests.standins.splunk.sessions import ROLES
from tests.standins.splunk.tiny_app import NAME, make_tiny_app

if TYPE_CHECKING:
    from collections.abc import Iterator

MACRO = {"name": "mine", "definition": "(index=elsewhere OR index=x)"}
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def splunk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SplunkStandin]:
    folder = tmp_path_factory.mktemp("rest")
    app = make_tiny_app(folder)
    with SplunkStandin(folder / "home", app, "--manual", app_name=NAME) as standin:
        yield standin


def where(splunk: SplunkStandin) -> dict[str, Any]:
    place = urlsplit(splunk.management)
    return {"scheme": place.scheme, "host": place.hostname, "port": place.port}


def service(splunk: SplunkStandin, **more: Any) -> client.Service:
    return client.connect(
        token=splunk.session_key,
        owner="nobody",
        app=NAME,
        autologin=False,
        **where(splunk),
        **more,
    )


def test_keys_are_checked(splunk: SplunkStandin) -> None:
    for key in ("", "wrong"):
        status, body = splunk.request("GET", "/services/server/info", key=key)
        assert status == 401
        assert b"call not properly authenticated" in body
    key = splunk.new_session(deny=("storage/passwords",))
    path = splunk.app_path("storage", "passwords")
    status, body = splunk.request("GET", path, key=key)
    assert (status, b"do not have permission" in body) == (403, True)
    assert splunk.request("GET", splunk.app_path("messages"), key=key)[0] == 200
    splunk.expire_sessions()
    assert splunk.request("GET", path, key=key)[0] == 401
    assert splunk.request("GET", path)[0] == 200


def test_login(splunk: SplunkStandin) -> None:
    by_password = client.connect(username=splunk.user, password=splunk.password, **where(splunk))
    assert by_password.info["version"]
    with pytest.raises(binding.AuthenticationError):
        client.connect(username=splunk.user, password="wrong", **where(splunk))


def test_conf_files_by_solnlib(splunk: SplunkStandin) -> None:
    manager = ConfManager(splunk.session_key, NAME, **where(splunk))
    with pytest.raises(ConfManagerException):
        manager.get_conf("tiny_account")
    conf = manager.get_conf("tiny")
    assert conf.get("logging")["loglevel"] == "INFO"
    assert conf.get("logging")["eai:appName"] == NAME
    with pytest.raises(ConfStanzaNotExistException):
        conf.get("nothing")
    conf.update("own", {"colour": "red", "secret": "s" * 600}, ["secret"])
    assert conf.get_all()["own"]["secret"] == "s" * 600
    local = splunk.home / "etc" / "apps" / NAME / "local"
    assert "secret = ******" in (local / "tiny.conf").read_text()
    assert "ssss" not in (local / "passwords.conf").read_text()
    conf.delete("own")
    assert "own" not in conf.get_all()
    with pytest.raises(RestError) as refused:
        splunk.delete("configs", "conf-tiny", "logging")
    assert refused.value.status == 403


def test_a_conf_that_only_its_spec_knows_is_empty(splunk: SplunkStandin) -> None:
    assert splunk.entries("configs", "conf-tiny_account") == {}
    with pytest.raises(RestError) as refused:
        splunk.entries("configs", "conf-nobody_knows")
    assert refused.value.status == 404


def test_credentials_by_solnlib(splunk: SplunkStandin) -> None:
    manager = CredentialManager(splunk.session_key, NAME, realm="a/b#c", **where(splunk))
    manager.set_password("user one", "x" * 700)
    manager.set_password("user one", "y" * 300)
    assert manager.get_password("user one") == "y" * 300
    manager.delete_password("user one")
    with pytest.raises(CredentialNotExistException):
        manager.get_password("user one")
    path = splunk.app_path("storage", "passwords")
    for form, status in (
        ({"name": "n", "password": "p", "realm": "r:1"}, 201),
        ({"name": "n", "password": "p", "realm": "r:1"}, 409),
        ({"name": "m", "password": "p" * 256}, 400),
        ({"name": "m"}, 400),
        ({"name": "m", "password": "p", "colour": "red"}, 400),
    ):
        assert splunk.request("POST", path, form=form)[0] == status
    assert "r\\:1:n:" in splunk.entries("storage", "passwords")
    splunk.delete("storage", "passwords", "r\\:1:n:")
    assert splunk.entries("storage", "passwords") == {}


def test_checkpoints_by_solnlib(splunk: SplunkStandin) -> None:
    key = splunk.session_key
    checkpoints = KVStoreCheckpointer("tiny_checkpoints", key, NAME, **where(splunk))
    assert checkpoints.get("tiny://a b") is None
    checkpoints.update("tiny://a b", {"offset": "x;y"})
    assert checkpoints.get("tiny://a b") == {"offset": "x;y"}
    checkpoints.delete("tiny://a b")
    assert splunk.kv_documents("tiny_checkpoints") == {}


def test_documents(splunk: SplunkStandin) -> None:
    data = service(splunk).kvstore["tiny_checkpoints"].data
    assert data.insert({"_key": "a:1", "n": 1}) == {"_key": "a:1"}
    with pytest.raises(binding.HTTPError) as refused:
        data.insert({"_key": "a:1"})
    assert refused.value.status == 409
    data.update("a:1", {"n": 2})
    assert data.query_by_id("a:1") == {"_key": "a:1", "_user": "nobody", "n": 2}
    with pytest.raises(binding.HTTPError) as refused:
        data.update("a:2", {"n": 2})
    assert refused.value.status == 404
    assert data.batch_save({"_key": "b", "n": 3}, {"_key": "a:1", "n": 4}) == ["b", "a:1"]
    assert [one["_key"] for one in data.query(query={"n": {"$gte": 4}})] == ["a:1"]
    assert len(data.query(limit=1)) == 1
    data.delete_by_id("b")
    data.delete()
    assert data.query() == []


def test_limits_of_the_kv_store(splunk: SplunkStandin) -> None:
    data = splunk.app_path("storage", "collections", "data", "tiny_checkpoints")
    batch = data.replace("tiny_checkpoints", "tiny_checkpoints/batch_save")
    for path, document, status in (
        (batch, [{"n": 1}] * 1001, 400),
        (batch, [{"n": "x" * (51 << 20)}], 400),
        (batch, {"n": 1}, 400),
        (data, [1], 400),
        (data, {"a.b": 1}, 400),
        (data, {"n": 1 << 63}, 400),
        (data.replace("tiny_", "no_"), {"n": 1}, 404),
    ):
        assert splunk.request("POST", path, document=document)[0] == status
    assert splunk.request("POST", data, form={"n": 1})[0] == 400


def test_kv_states_and_faults(splunk: SplunkStandin) -> None:
    data = splunk.app_path("storage", "collections", "data", "tiny_checkpoints")
    texts = {}
    for state in ("starting", "disabled", "failed"):
        splunk.set_kvstore(state)
        status, body = splunk.request("GET", data)
        texts[state] = body
        assert status == 503
        shown = splunk.call("GET", "/services/kvstore/status?output_mode=json")
        assert shown["entry"][0]["content"]["current"]["status"] == state
    assert b"KV Store is initializing. Please try again later." in texts["starting"]
    assert len(set(texts.values())) == 3
    splunk.set_kvstore("starting:0.2")
    splunk.wait_until("KV store", lambda: splunk.request("GET", data)[0] == 200, 5)
    splunk.spoil_kv_writes("503", 2)
    answers = [splunk.request("POST", data, document={"_key": "f"})[0] for _ in range(3)]
    assert answers == [503, 503, 201]
    splunk.spoil_kv_writes("lost-answer")
    with pytest.raises((ConnectionError, ssl.SSLEOFError)):
        splunk.request("POST", data, document={"_key": "g"})
    assert "g" in splunk.kv_documents("tiny_checkpoints")


def test_a_connection_ends_once_it_is_idle(splunk: SplunkStandin) -> None:
    splunk.keep_connections(0.1)
    place = urlsplit(splunk.management)
    address = (place.hostname, place.port or 0)
    with socket.create_connection(address, timeout=5) as connection:
        # Without a call, not even a handshake.
        assert connection.recv(1) == b""
    splunk.keep_connections(8.0)


def test_a_connection_ends_at_a_call(splunk: SplunkStandin) -> None:
    data = splunk.app_path("storage", "collections", "data", "tiny_checkpoints")
    splunk.end_connections(after=1)
    assert splunk.request("POST", data, document={"_key": "h"})[0] == 201
    with pytest.raises((ConnectionError, ssl.SSLEOFError)):
        splunk.request("POST", data, document={"_key": "i"})
    assert {"h", "i"} & set(splunk.kv_documents("tiny_checkpoints")) == {"h"}
    assert splunk.request("POST", data, document={"_key": "i"})[0] == 201


def test_messages_and_server_info(splunk: SplunkStandin) -> None:
    bulletin = BulletinRestClient("m1", splunk.session_key, NAME, **where(splunk))
    bulletin.create_message("read me", bulletin.Severity.WARNING)
    assert splunk.messages()["m1"]["severity"] == "warn"
    assert bulletin.get_message()["entry"][0]["name"] == "m1"
    bulletin.delete_message()
    assert "m1" not in splunk.messages()
    messages = "/services/messages?output_mode=json"
    for who in ({"capability": "edit_storage_passwords"}, {"role": ["admin", "sc_admin"]}):
        splunk.call("POST", messages, form={"name": "m2", "value": "v", **who})
        seen = {role: splunk.messages(splunk.new_session(role=role)) for role in ROLES}
        assert [role for role, messages in seen.items() if "m2" in messages] == [
            "admin",
            "sc_admin",
        ]
    with pytest.raises(RestError, match="400"):
        splunk.call("POST", messages, form={"name": "m2", "value": "v", "capability": "no"})
    info = ServerInfo.from_server_uri(splunk.management, splunk.session_key)
    assert info.server_name == "standin.example.com"
    first = int(service(splunk).info["startup_time"])
    assert splunk.restart() > first
    assert service(splunk).info["kvStoreStatus"] == "ready"
    assert service(splunk).apps[NAME]["version"] == "1.2.3"


def test_the_apps_own_endpoint(splunk: SplunkStandin) -> None:
    assert splunk.entries("tiny_things")["one"]["colour"] == "red"
    assert splunk.create("tiny_things", name="n", colour="blue")["colour"] == "blue"
    for values, status, text in (
        ({}, 400, "The following required arguments are missing: colour."),
        ({"colour": "c", "x": "1"}, 400, 'Argument "x" is not supported by this handler.'),
        ({"colour": "refused"}, 400, "no such colour"),
        ({"colour": "crash"}, 500, "Unexpected error \"<class 'ValueError'>\" from python handler"),
    ):
        with pytest.raises(RestError) as refused:
            splunk.create("tiny_things", name="n", **values)
        assert refused.value.status == status
        assert text in refused.value.text
    with pytest.raises(RestError) as refused:
        splunk.delete("tiny_things", "n")
    assert refused.value.status == 405


def test_a_handlers_process_serves_many_users_and_keeps_nothing(splunk: SplunkStandin) -> None:
    def who(key: str) -> dict[str, object]:
        path = splunk.app_path("tiny_things")
        status, body = splunk.request("POST", path, form={"name": "n", "colour": "who"}, key=key)
        assert status == 201, body
        return dict(json.loads(body)["entry"][0]["content"])

    first, second = splunk.new_session("anna"), splunk.new_session("bert", role="sc_admin")
    seen = [who(key) for key in (first, second, first)]
    assert [each["user"] for each in seen] == ["anna", "bert", "anna"]
    assert len({each["pid"] for each in seen}) == 1
    with pytest.raises(RestError, match="left behind"):
        splunk.create("tiny_things", name="n", colour="sticky")
    with pytest.raises(RestError, match="gave no answer"):
        splunk.create("tiny_things", name="n", colour="dies")
    assert who(first)["pid"] != seen[0]["pid"]


def test_rights_by_role(splunk: SplunkStandin) -> None:
    key = splunk.new_session("carl", role="user")
    things, passwords = (splunk.app_path(*p) for p in (("tiny_things",), ("storage", "passwords")))
    assert splunk.request("GET", things, key=key)[0] == 200
    for method, path in (("POST", things), ("GET", passwords), ("POST", passwords)):
        form = {"name": "n", "colour": "red"} if method == "POST" else None
        status, body = splunk.request(method, path, form=form, key=key)
        assert status == 403
        assert b"You do not have permission to perform this operation" in body
    assert splunk.request("POST", "/standin/crash", form={}, key=key)[0] == 403


def test_unknown_paths_methods_and_calls(splunk: SplunkStandin) -> None:
    assert splunk.request("GET", "/services/nothing")[0] == 404
    assert splunk.request("GET", "/elsewhere")[0] == 404
    assert splunk.request("DELETE", "/services/server/info")[0] == 405
    assert splunk.request("GET", "/servicesNS/nobody/no_app/configs/conf-tiny")[0] == 404
    splunk.forget_calls()
    splunk.entries("configs", "conf-tiny")
    (call,) = splunk.calls()
    assert (call["method"], call["status"], call["user"]) == ("GET", 200, "admin")
    assert Path(urlsplit(call["path"]).path).name == "conf-tiny"


def test_which_index_has_which_events(splunk: SplunkStandin) -> None:
    """By Splunk's SDK, as the add-on asks; whatever else is searched for is refused."""
    folder = splunk.home / "var" / "lib" / "splunk"
    now = time.time()
    for index, sourcetype, times in (
        ("elsewhere", "a:b", (now - 60, now - 30)),
        ("elsewhere", "c", (now - 60, now - 9 * 86400)),
        ("_hidden", "a:b", (now - 60,)),
    ):
        (folder / index).mkdir(exist_ok=True)
        with (folder / index / "records.ndjson").open("a", encoding="utf-8") as file:
            for each in times:
                record = {"time": f"{each:.3f}", "index": index, "sourcetype": sourcetype}
                file.write(json.dumps(record) + "\n")
    jobs = service(splunk).jobs

    def rows(search: str) -> Any:
        found = jobs.oneshot(search, earliest_time="-7d", output_mode="json")
        return json.loads(found.read())["results"]

    splunk.call("POST", splunk.app_path("configs", "conf-macros"), form=MACRO)
    where_it_is = "| tstats count max(_time) AS newest where"
    assert rows(f"{where_it_is} index=* NOT (sourcetype=c OR sourcetype=x) by index") == [
        {"index": "elsewhere", "count": "2", "newest": f"{now - 30:.3f}"}
    ]
    assert [
        each["count"] for each in rows("| tstats count where index=e* by index sourcetype")
    ] == [
        "2",
        "1",
    ]
    assert rows("| tstats count where `mine` sourcetype=c") == [{"count": "1"}]
    assert rows("| tstats count where index=_hidden") == [{"count": "0"}]
    for search in (
        "search index=*",
        "| tstats count where index=* | head 1",
        "| tstats count where index=* host=a",
        "| tstats count where (index=*",
        "| tstats count where `unknown`",
    ):
        with pytest.raises(binding.HTTPError) as refused:
            rows(search)
        assert refused.value.status == 400
    with pytest.raises(binding.HTTPError):
        jobs.create("| tstats count where index=*", earliest_time="-7d")


def test_an_event_type_has_an_endpoint(splunk: SplunkStandin) -> None:
    path = splunk.app_path("saved", "eventtypes", "mine")
    with pytest.raises(RestError, match="404"):
        splunk.call("GET", path)
    stanza = {"name": "mine", "search": "sourcetype=a"}
    splunk.call("POST", splunk.app_path("configs", "conf-eventtypes"), form=stanza)
    splunk.call("POST", path, form={"search": "sourcetype=b", "disabled": "1"})
    (entry,) = splunk.call("GET", path)["entry"]
    assert (entry["content"]["search"], entry["content"]["disabled"]) == ("sourcetype=b", True)
    for form in ({"search": ""}, {"definition": "x"}):
        with pytest.raises(RestError, match="400"):
            splunk.call("POST", path, form=form)
    key = splunk.new_session(role="user")
    assert splunk.request("POST", path, form={"disabled": "0"}, key=key)[0] == 403


def test_acceleration_of_a_data_model_is_an_object_as_text(splunk: SplunkStandin) -> None:
    path = splunk.app_path("datamodel", "model", "Mine")
    with pytest.raises(RestError, match="404"):
        splunk.call("GET", path)
    models = splunk.home / "etc" / "apps" / NAME / "default" / "data" / "models"
    models.mkdir(parents=True)
    (models / "Mine.json").write_text("{}", encoding="utf-8")
    wrong = ("1", "{}", '{"enabled": 1}', '{"enabled": true}', '{"enabled": false, "range": "-7d"}')
    for acceleration in wrong:
        with pytest.raises(RestError, match="400"):
            splunk.call("POST", path, form={"acceleration": acceleration})
    right = {"enabled": True, "earliest_time": "-7d"}
    splunk.call("POST", path, form={"acceleration": json.dumps(right)})
    (entry,) = splunk.call("GET", path)["entry"]
    assert json.loads(entry["content"]["acceleration"]) == right
    key = splunk.new_session(role="auditor")
    form = {"acceleration": json.dumps({"enabled": False})}
    assert splunk.request("POST", path, form=form, key=key)[0] == 403
