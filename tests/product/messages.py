"""What a message must contain, independent of its wording: an error's code, a setting's name.

A test that compares sentences would have to change with every better sentence.
"""

from __future__ import annotations

from ta_akamai_siem import errors
from ta_akamai_siem.setting_labels import labelled


def advises(text: str, code: str) -> bool:
    """Whether a message gives the advice of the error with this code."""
    return advice_of(code) in text


def advice_of(code: str) -> str:
    """The advice of the error with this code."""
    (error,) = [kind for kind in _kinds(errors.CollectionError) if kind.code == code]
    assert error.advice
    return error.advice


def names(text: str, *settings: str) -> bool:
    """Whether a message names exactly these settings, as forms and files name them."""
    named = [setting for setting in settings if labelled(setting) in text]
    return named == list(settings)


def subject(sentence: str) -> str:
    """The setting that a problem is about. The problem begins with `Label (setting)`."""
    setting = sentence.partition("(")[2].partition(")")[0]
    assert sentence.startswith(labelled(setting)), sentence
    return setting


def _kinds(kind: type[errors.CollectionError]) -> list[type[errors.CollectionError]]:
    found = [each for below in kind.__subclasses__() for each in _kinds(below)]
    return [*found, kind] if "code" in vars(kind) else found
