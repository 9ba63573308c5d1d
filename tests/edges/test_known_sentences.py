"""Sentences are told apart by the longest that fits, one after the other, or not at all."""

import pytest

from standex.edges.known_sentences import NUMBER, KnownSentences

TABLE = (
    ("late", rf"(?P<s>{NUMBER}) s late"),
    ("late_again", rf"(?P<s>{NUMBER}) s late; again"),
    ("at", "at the (?P<zone>waist|torso front)"),
    ("broken", "broken: (?P<error>.+)"),
)


def codes(known: KnownSentences, said: str) -> list[str]:
    return [one["code"] for one in known.parts(said)]


def test_the_longest_sentence_that_fits_is_meant() -> None:
    known = KnownSentences(TABLE, joint="and_then")
    assert codes(known, "1.5 s late") == ["late"]
    assert codes(known, "1.5 s late; again") == ["late_again"]
    assert codes(known, "1.5 s late; at the waist") == ["late", "and_then", "at"]


def test_values_are_those_of_the_sentence_and_words_of_the_model_by_their_names() -> None:
    known = KnownSentences(TABLE, named=("zone",))
    assert known.parts("at the torso front") == [{"code": "at", "values": {"zone": "torso_front"}}]
    assert known.parts("2 s late") == [{"code": "late", "values": {"s": "2"}}]
    assert known.values["broken"] == ("error",)


@pytest.mark.parametrize(
    "said",
    ["", "1.5 s late; ", "; 1.5 s late", "1.5 s late1.5 s late", "x 1.5 s late", "1.5 s late; no"],
)
def test_what_does_not_fit_whole_is_not_known(said: str) -> None:
    assert codes(KnownSentences(TABLE, joint="and_then"), said) == []


def test_without_a_joint_sentences_follow_as_they_are() -> None:
    known = KnownSentences(TABLE)
    assert codes(known, "1 s lateat the waist") == ["late", "at"]
    assert known.codes == ("late", "late_again", "at", "broken")
    assert KnownSentences(TABLE, joint="and_then").codes[-1] == "and_then"
