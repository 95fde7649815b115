"""`guerdon check`: the program, its versions and its worked cases, as a person meets them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from guerdon.cli.main import app
from guerdon.runtime import rehearsal
from guerdon.specs.files import specs_beside
from tests.unit.runtime.test_rehearsal import a_gift, sending

CAFE = """\
program: cafe
currency: EUR
timezone: Europe/Sofia
effective_from: 2026-01-01
units:
  beans: {}
mechanics:
  - {earn: beans, name: base, rate: 10 per 1 EUR}
rewards:
  - {reward: coffee, cost: 100 beans}
"""
CASES = """\
specs: cafe
cases:
- case: A euro is ten beans
  source: "[bold]the leaflet"
  steps:
  - {at: 2026-03-02 08:30, purchase: 1 EUR, expect: {beans: 10}}
"""

Check = Callable[..., Result]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Check:
    """Run `guerdon check` in a fresh folder, without any database."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, ["check", *words])


def write(**files: str) -> None:
    for name, text in files.items():
        Path(f"{name.replace('__', '.')}.yaml").write_text(text, "utf-8")


def lines(told: Result) -> list[str]:
    return [" ".join(line.split()) for line in told.output.splitlines() if line.strip()]


def test_a_program_alone_is_checked_as_ever(check: Check) -> None:
    write(cafe=CAFE)
    told = check("cafe.yaml")
    assert (told.exit_code, lines(told)) == (
        0,
        ["cafe.yaml is right: 1 mechanic, 1 reward, in force from 2026-01-01."],
    )


@pytest.mark.parametrize("words", [["cafe.yaml"], ["cafe.yaml", "cafe.specs.yaml"], ["cafe.specs.yaml"]])
def test_the_cases_beside_a_program_are_run(check: Check, words: list[str]) -> None:
    write(cafe=CAFE, cafe__specs=CASES)
    told = check(*words)
    assert told.exit_code == 0
    assert lines(told)[1:] == ["cafe.specs.yaml is right: 1 case with 1 expectation, all met."]


def test_a_specs_file_is_known_by_what_it_says_too(check: Check) -> None:
    write(cafe=CAFE, promises=CASES)
    assert lines(check("promises.yaml", "cafe.yaml"))[1].startswith("promises.yaml is right: 1 case")


def test_a_case_that_fails_is_told_with_line_difference_and_reasons(check: Check) -> None:
    write(cafe=CAFE.replace("rate: 10", "rate: 9"), cafe__specs=CASES)
    told = check("cafe.yaml")
    assert told.exit_code == 1
    assert lines(told)[1:] == [
        "cafe.specs.yaml: 1 of 1 case is not as expected.",
        "A euro is ten beans ([bold]the leaflet)",
        "cafe.specs.yaml:6: 2026-03-02 08:30 purchase-1: member bought 1 line for 1.00",
        "EUR",
        "line what expected came",
        "6 beans 10 beans 9 beans",
        "mechanic outcome why",
        "base granted base +9: 9 per 1.00 EUR on 1 of 1 lines",
    ]


def test_only_the_first_ten_cases_that_fail_are_told(check: Check) -> None:
    head, case = CASES.split("- case", 1)
    cases = "".join(f"- case{case}".replace("ten beans", f"ten beans {n}").replace("10}", "11}") for n in range(12))
    write(cafe=CAFE, cafe__specs=head + cases)
    told = check("cafe.yaml")
    assert told.exit_code == 1
    assert "12 of 12 cases are not as expected." in told.output
    assert (told.output.count("the leaflet"), lines(told)[-1]) == (10, "And 2 more cases.")


def test_mistakes_in_all_files_are_told_at_once(check: Check) -> None:
    write(cafe=CAFE.replace("10 per 1 EUR", "10 per euro"), cafe__specs="specs: [\n")
    told = check("cafe.yaml")
    assert told.exit_code == 2
    assert "cafe.yaml:8:37:" in told.output
    assert "cafe.specs.yaml:" in told.output


def test_a_mistake_in_a_program_with_cases_is_told_once(check: Check) -> None:
    write(cafe=CAFE.replace("10 per 1 EUR", "10 per euro"), cafe__specs=CASES)
    told = check("cafe.yaml")
    assert (told.exit_code, told.output.count("cafe.yaml:8:37:")) == (2, 1)


def test_a_mistake_in_a_case_is_told_with_its_line(check: Check) -> None:
    write(cafe=CAFE, cafe__specs=CASES.replace("purchase:", "purchse:"))
    told = check("cafe.yaml")
    assert told.exit_code == 2
    assert "cafe.specs.yaml:6:28: `purchse` is not an event; did you mean `purchase`?" in " ".join(lines(told))


APRIL = CAFE.replace("2026-01-01", "2026-04-01").replace("rate: 10", "rate: 20")
BOTH = CASES + "  - {at: 2026-04-01, purchase: 1 EUR, expect: {beans: 30}}\n"


def test_several_versions_are_one_timeline(check: Check) -> None:
    write(cafe=CAFE, april=APRIL, cafe__specs=BOTH)
    told = check("april.yaml", "cafe.yaml")
    assert told.exit_code == 0
    assert [line.split()[0] for line in lines(told)] == ["cafe.yaml", "april.yaml", "cafe.specs.yaml"]
    assert check("cafe.yaml").exit_code == 1


def test_a_specs_file_may_name_the_versions(check: Check) -> None:
    write(cafe=CAFE, april=APRIL, cafe__specs=BOTH.replace("cases:", "programs: [cafe.yaml, april.yaml]\ncases:", 1))
    assert check("cafe.specs.yaml").exit_code == 0
    assert check("cafe.yaml").exit_code == 0


def test_a_version_file_that_is_not_there_is_told_with_its_line(check: Check) -> None:
    write(cafe=CAFE, cafe__specs=BOTH.replace("cases:", "programs: [cafe.yaml, may.yaml]\ncases:", 1))
    told = check("cafe.yaml")
    assert told.exit_code == 2
    assert "cafe.specs.yaml:2:23: there is no file `may.yaml` beside this one" in told.output


def test_versions_that_do_not_fit_are_refused(check: Check) -> None:
    write(cafe=CAFE, april=APRIL.replace("EUR", "USD"))
    told = check("april.yaml", "cafe.yaml")
    assert told.exit_code == 2
    assert "the currency is EUR and stays so" in " ".join(lines(told))


def test_the_same_file_twice_is_one_version(check: Check) -> None:
    write(cafe=CAFE)
    assert len(lines(check("cafe.yaml", "./cafe.yaml"))) == 1


def test_what_a_step_sent_to_another_member_is_told_with_what_became_of_it(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = "{at: 2026-03-02 08:30, action: give, expect: {beans: 7}}"
    write(cafe=CAFE, cafe__specs=f"specs: cafe\ncases:\n- case: A gift\n  steps:\n  - {step}\n")
    monkeypatch.setattr(rehearsal, "decide", sending(a_gift))
    told = lines(check("cafe.yaml"))
    assert "sent to bob: adjusted by ann: gift, refused: There is no member bob. Enrol the" in told


def test_several_programs_are_checked_side_by_side_each_with_its_cases(check: Check) -> None:
    bar = {"bar": CAFE.replace("cafe", "bar"), "bar__specs": CASES.replace("cafe", "bar").replace("10}", "11}")}
    write(cafe=CAFE, cafe__specs=CASES, **bar)
    told = check("cafe.yaml", "bar.yaml")
    assert told.exit_code == 1
    assert "cafe.specs.yaml is right: 1 case" in told.output
    assert "bar.specs.yaml: 1 of 1 case is not as expected." in told.output


def test_cases_of_another_program_are_not_run(check: Check) -> None:
    write(cafe=CAFE, cafe__specs=CASES.replace("cafe", "caffe"))
    told = check("cafe.yaml")
    assert told.exit_code == 2
    assert "`caffe` is not the program that is checked: that is `cafe`" in " ".join(lines(told))


def test_cases_without_a_program_say_what_they_need(check: Check) -> None:
    write(cafe__specs=CASES)
    told = check("cafe.specs.yaml")
    assert (told.exit_code, "cafe.specs.yaml needs a program file" in told.output) == (2, True)


def test_a_file_that_is_no_text_is_told_so(check: Check) -> None:
    write(cafe=CAFE)
    Path("cafe.specs.yaml").write_bytes(b"specs: \xff")
    told = check("cafe.yaml")
    assert (told.exit_code, "cafe.specs.yaml is not a text in UTF-8: byte 7" in told.output) == (2, True)


def test_the_schema_of_specs_files_is_printed() -> None:
    told = CliRunner().invoke(app, ["schema", "--specs"])
    assert json.loads(told.output)["properties"].keys() == {
        "specs", "programs", "rates", "seeds", "batches", "cases",
    }  # fmt: skip


def test_the_specs_of_a_file_stand_beside_it() -> None:
    assert specs_beside(Path("shop/cafe.yaml")) == Path("shop/cafe.specs.yaml")
