"""The criteria explain every code that a reader may give, in the families of the catalogue."""

from __future__ import annotations

from reson.prompts.criteria import criteria_of, criterion, load_criteria, load_further_criteria
from reson.records import GOOD, Status
from reson.tools.experiments.catalogue import CATALOGUE


def test_every_family_of_the_catalogue_says_when_its_plot_is_good():
    for experiment in CATALOGUE.values():
        assert any(criterion(experiment.family, good) for good in GOOD), experiment.family


def test_codes_are_those_of_the_vocabulary_and_none_is_left_unexplained():
    explained = {
        code for table in (load_criteria(), load_further_criteria()) for codes in table.values() for code in codes
    }
    assert explained == {status.value for status in Status}


def test_each_criterion_is_one_sentence():
    for family, codes in (*load_criteria().items(), *load_further_criteria().items()):
        for code, sentence in codes.items():
            assert sentence[0].isupper() and sentence.endswith("."), (family, code)
            assert ". " not in sentence, (family, code)


def test_whatever_the_plot_something_odd_can_be_said():
    for experiment in CATALOGUE.values():
        codes = criteria_of(experiment.family)
        assert list(codes)[-1] == "ODD" and set(load_criteria()[experiment.family]) < set(codes)
    assert set(load_further_criteria()) - {"any"} <= set(load_criteria())


def test_an_unknown_code_has_no_criterion():
    assert criterion("rabi", "BEATING") == ""
    assert criterion("no such family", "SUCCESS") == ""
