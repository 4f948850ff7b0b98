"""Settings: a file of a few keys that hold for every command unless its line says otherwise."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from bpcli.cli.output import chosen_format
from bpcli.cli.settings import CHOICES, path_of
from bpcli.errors import count_ambiguous, display_width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Runner

    Setting = Callable[[str], None]

GRAD = ["grad", "(x+w)*w", "--x", "1/3", "--w", "3"]


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    """`setting('lang = "zh"')` writes the file and names it."""

    def write(text: str) -> None:
        path = tmp_path / f"{len(os.listdir(tmp_path))}.toml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("BPCLI_CONFIG", str(path))

    return write


@pytest.fixture(autouse=True)
def _one_column_again() -> Iterator[None]:
    yield
    count_ambiguous(1)


PLACES = [
    ({"HOME": "/home/ada"}, "linux", "~/.config/bpcli/config.toml"),
    ({"XDG_CONFIG_HOME": "/s"}, "linux", "/s/bpcli/config.toml"),
    ({"XDG_CONFIG_HOME": ""}, "darwin", "~/.config/bpcli/config.toml"),
    ({"APPDATA": "/a", "XDG_CONFIG_HOME": "/s"}, "win32", "/a/bpcli/config.toml"),
    ({}, "win32", ""),
    ({"BPCLI_CONFIG": "mine.toml", "XDG_CONFIG_HOME": "/s"}, "linux", "mine.toml"),
    ({"BPCLI_CONFIG": "", "XDG_CONFIG_HOME": "/s"}, "linux", ""),
]


@pytest.mark.parametrize(("environment", "platform", "path"), PLACES)
def test_the_file_is_where_files_of_settings_are(environment: dict[str, str], platform: str, path: str) -> None:
    assert path_of(environment, platform).replace(os.sep, "/") == os.path.expanduser(path).replace(os.sep, "/")


def test_the_usual_file_is_read(tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BPCLI_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    (tmp_path / "bpcli").mkdir()
    (tmp_path / "bpcli" / "config.toml").write_text('lang = "zh"\n', encoding="utf-8")
    assert "梯度" in run(*GRAD).out


def test_without_a_file_all_is_as_usual(tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = run(*GRAD).out
    monkeypatch.delenv("BPCLI_CONFIG")
    for folder in ("nowhere", "file"):
        (tmp_path / "file").write_text("not a folder", encoding="utf-8")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / folder))
        monkeypatch.setenv("APPDATA", str(tmp_path / folder))
        assert run(*GRAD).out == usual


def test_the_language_of_the_settings_is_spoken_everywhere(setting: Setting, run: Runner) -> None:
    setting('lang = "zh"')
    assert "梯度" in run(*GRAD).out
    assert run("ops", "tanh").out.startswith("tanh(x)\n  双曲正切")
    assert run("fit", "--help").out.startswith("用法：")
    assert run("grad", "(x").err.startswith("错误：")
    assert run("fit", "nowhere.csv").err.startswith("错误：")
    # The line itself has the last word, and programs read English.
    assert "gradient" in run(*GRAD, "--lang", "en").out
    assert "corner" in run("grad", "relu(x)", "--x", "0", "--json").out


def test_the_settings_win_over_the_locale(setting: Setting, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    setting('lang = "en"')
    assert "gradient" in run(*GRAD).out


def test_digits_are_those_of_what_people_read(setting: Setting, run: Runner) -> None:
    """By hand: (1/3 + 3)*3 = 10; 1/3 to three digits."""
    setting("digits = 3")
    assert "0.333  " in run(*GRAD).out
    assert "0.33333333  " in run(*GRAD, "--digits", "8").out
    # A bare answer and JSON keep every digit.
    assert run("eval", "x", "--x", "1/3", "-q").out == "0.3333333333333333\n"
    assert "6.333333333333334" in run(*GRAD, "--json").out


def test_widths_are_those_of_the_terminal(setting: Setting, run: Runner) -> None:
    setting("ambiguous = 2")
    run(*GRAD)
    assert display_width("×") == 2
    run(*GRAD, "--ambiguous", "1")
    assert display_width("×") == 1
    run("ops", "tanh")
    assert display_width("×") == 2


def test_the_format_is_that_of_a_terminal(setting: Setting, monkeypatch: pytest.MonkeyPatch) -> None:
    setting('format = "plain"')
    for terminal, given, json, format_ in [
        (True, "", False, "plain"),
        (True, "rich", False, "rich"),
        (True, "", True, "json"),
        (False, "rich", False, "rich"),
    ]:
        monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda terminal=terminal: terminal))
        assert chosen_format(given, json) == format_
    # What a pipe gets does not depend on who has set what.
    setting('format = "rich"')
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: False))
    assert chosen_format("", False) == "plain"


WRONG = [
    ("lang = zh", "line 1 of the settings in"),
    ("digits = 3\n[", "line 2 of the settings in"),
    ('language = "zh"', "there is no setting 'language'"),
    ('lang = "fr"', "the setting lang cannot be 'fr'"),
    ("ambiguous = 3", "the setting ambiguous cannot be '3'"),
    ("ambiguous = true", "the setting ambiguous cannot be 'True'"),
    ("digits = 0", "the setting digits cannot be '0'"),
    ('format = "json"', "the setting format cannot be 'json'"),
]


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_a_mistake_in_the_settings_is_told_with_the_file(
    text: str, sentence: str, setting: Setting, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting(text)
    for words in (GRAD, ["ops"], ["eval", "1"]):
        answer = run(*words)
        assert (answer.code, answer.out) == (2, "")
        assert sentence in answer.err and ".toml" in answer.err
        assert len(answer.err.splitlines()) == 2
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "设置" in run(*GRAD).err
    # What one looks at then still works.
    assert run("--help").code == 0 and run("grad", "--help").code == 0


def test_a_file_that_was_named_must_be_there(tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPCLI_CONFIG", str(tmp_path / "nowhere.toml"))
    answer = run(*GRAD)
    assert answer.code == 4 and "nowhere.toml" in answer.err
    monkeypatch.setenv("BPCLI_CONFIG", str(tmp_path))
    assert run(*GRAD).code == 4


def test_every_setting_is_an_option_of_its_name(run: Runner) -> None:
    page = run("grad", "--help").out
    assert all(f"--{key} " in page for key in CHOICES)


def test_reading_no_settings_loads_nothing(run_process: Runner) -> None:
    """TOML is read where there is a file, or an error to tell."""
    code = (
        "import sys; from bpcli.cli.doors import answer; answer(['grad', '-q', 'x^2', '--x', '3']); "
        "print('tomllib' in sys.modules)"
    )
    answer = run_process(python=["-c", code])
    assert answer.out == "x=6\nFalse\n"
