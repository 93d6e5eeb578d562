"""What a message has to tell, whatever its words are: an error by its code, a setting by its name.

A test that compared sentences would have to be changed with each better sentence.
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
    """Whether a message names exactly these settings, as forms and as files name them."""
    named = [setting for setting in settings if labelled(setting) in text]
    return named == list(settings)


def subject(sentence: str) -> str:
    """The setting that a problem is about: it begins with `Label (setting)`."""
    setting = sentence.partition("(")[2].partition(")")[0]
    assert sentence.startswith(labelled(setting)), sentence
    return setting


def _kinds(kind: type[errors.CollectionError]) -> list[type[errors.CollectionError]]:
    found = [each for below in kind.__subclasses__() for each in _kinds(below)]
    return [*found, kind] if "code" in vars(kind) else found
