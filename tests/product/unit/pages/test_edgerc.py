"""The text of a credential file, in its possible forms; no message repeats it."""

from __future__ import annotations

import pytest

from ta_akamai_siem.pages.edgerc import EdgercInvalid, read_edgerc

LINES = (
    "client_secret = c2VjcmV0+/=",
    "host = akab-example.luna.akamaiapis.net",
    "access_token = akab-access",
    "client_token = akab-client",
)
VALUES = {
    "host": "akab-example.luna.akamaiapis.net",
    "client_token": "akab-client",
    "client_secret": "c2VjcmV0+/=",
    "access_token": "akab-access",
}


@pytest.mark.parametrize(
    "text",
    [
        "[default]\n" + "\n".join(LINES),
        "\n".join(LINES),
        "\ufeff[default]\r\n" + "\r\n".join(LINES) + "\r\n",
        "# comment\n; another\n\n[default]\n    " + "\n    ".join(LINES),
        "[default]\n" + "\n".join(LINES).replace(" = ", "=").replace("host=", "Host = https://"),
        "[default]\n" + "\n".join(f'{k} = "{v}"' for k, v in VALUES.items()) + "\nmax_body = 1\n",
        "[only]\n" + "\n".join(LINES),
        "[default]\nhost = old\n" + "\n".join(LINES),
        "[a]\nhost = x\n[default]\n" + "\n".join(LINES),
        "[default]\n" + "\n".join(LINES).replace(".net", ".net:443"),
        "[default]\n"
        + "\n".join(LINES).replace("host = ", "host = https://").replace("net", "net:443/"),
        "[default]\n" + "\n".join(LINES).replace(" = ", ": "),
        "\n".join(LINES).replace(" = ", ":"),
        "[default]\n"
        + "\n".join(LINES).replace("host = ", "host = HTTPS://").replace(".net", ".net/"),
        "[DEFAULT]\n" + "\n".join(LINES) + "\n[lab]\n" + "\n".join(LINES).replace("example", "lab"),
    ],
)
def test_forms(text: str) -> None:
    assert read_edgerc(text) == (VALUES, "")


def test_a_section_of_its_own() -> None:
    text = "[default]\nhost = x\n[siem]\n" + "\n".join(LINES)
    assert read_edgerc(text, " siem ").values == VALUES


def test_a_key_for_account_switching_is_warned_of() -> None:
    found = read_edgerc("[default]\n" + "\n".join(LINES) + "\naccount_key = 1-ABCD:1-2RBL\n")
    assert found.values == VALUES
    assert "account_key" in found.warning
    assert "1-ABCD" not in found.warning


def test_a_percent_sign_is_one() -> None:
    text = "\n".join(LINES).replace("c2VjcmV0", "%(host)s%")
    assert read_edgerc(text).values["client_secret"] == "%(host)s%+/="


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a]\nhost = hidden\n[b]\nhost = hidden", "[a], [b]"),
        ("[default]\n" + "\n".join(LINES[:2]), "client_token, access_token"),
        ("[default]\nclient_secret\nhidden", "host, client_token, client_secret"),
        ("[default]\n= hidden", "'[section]'"),
        ("[default\nhidden = hidden", "'[section]'"),
        ("hidden", "host"),
    ],
)
def test_wrong_ones(text: str, told: str) -> None:
    with pytest.raises(EdgercInvalid) as error:
        read_edgerc(text)
    assert told in str(error.value)
    assert "hidden" not in str(error.value)
    assert "c2VjcmV0" not in str(error.value)
