"""The worked numbers in the docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import guerdon.core
import guerdon.mechanics

MODULES = [
    module.name
    for package in (guerdon.core, guerdon.mechanics)
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + ".")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_worked_numbers_of_a_module_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_worked_numbers_to_check():
    amounts = importlib.import_module("guerdon.core.amounts")
    assert doctest.testmod(amounts).attempted >= 4
