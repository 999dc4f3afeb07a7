"""Settings as typed values: from dictionaries, files and the command line, and back."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayou.config import SettingsError, fingerprint, from_dict, load, override, save, to_dict
from bayou.model.config import LanguageConfig, LineVisionConfig, LineVitConfig, VisionConfig, VLMConfig
from bayou.model.family import FAMILY, nano_config


@dataclass(frozen=True)
class Inner:
    rate: float = 0.1
    betas: tuple[float, float] = (0.9, 0.98)


@dataclass(frozen=True)
class Outer:
    name: str
    output: Path
    steps: int = 10
    fast: bool = False
    kind: Literal["a", "b"] = "a"
    limit: int | None = None
    stages: tuple[Inner, ...] = (Inner(),)
    inner: Inner = dataclasses.field(default_factory=Inner)


VALUE = Outer(name="ü", output=Path("runs/one"), limit=3, stages=(Inner(0.5), Inner(betas=(0.0, 1.0))))


@pytest.mark.parametrize("config", [VALUE, *FAMILY.values(), nano_config(300)])
def test_a_file_comes_back(config: Any, tmp_path: Path) -> None:
    save(config, tmp_path / "config.json")
    assert load(type(config), tmp_path / "config.json") == config
    assert [path.name for path in tmp_path.iterdir()] == ["config.json"]


@given(
    st.builds(
        Outer,
        name=st.text(),
        output=st.just(Path("x")),
        steps=st.integers(),
        limit=st.none() | st.integers(),
        inner=st.builds(Inner, rate=st.floats(allow_nan=False)),
    )
)
def test_a_dictionary_comes_back(config: Outer) -> None:
    assert from_dict(Outer, to_dict(config)) == config


def test_toml(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('name = "a"\noutput = "o"\n[inner]\nrate = 1\n', encoding="utf-8")
    assert load(Outer, tmp_path / "run.toml") == Outer("a", Path("o"), inner=Inner(1.0))


def test_changes_from_the_command_line() -> None:
    changed = override(
        VALUE, ["steps=20", "inner.rate=2", "fast=true", "limit=null", "name=b", "inner.betas=[0.1, 0.2]"]
    )
    assert changed == dataclasses.replace(
        VALUE, steps=20, inner=Inner(2.0, (0.1, 0.2)), fast=True, limit=None, name="b"
    )
    assert VALUE.steps == 10
    assert override(VALUE, {"inner.rate": 0.5}).inner.rate == 0.5


@dataclass(frozen=True)
class Named:
    name: str
    steps: int = 1


@dataclass(frozen=True)
class Several:
    parts: tuple[Named, ...] = (Named("first"), Named("second"))


def test_an_item_of_a_tuple_is_named_by_its_place_or_its_name() -> None:
    by_place = override(Several(), ["parts.1.steps=5"])
    assert by_place == override(Several(), ["parts.second.steps=5"]) == Several((Named("first"), Named("second", 5)))
    for wrong in ("parts.2.steps=5", "parts.third.steps=5", "parts.first.step=5", "parts.first.name.x=5"):
        with pytest.raises(SettingsError, match="no setting 'parts"):
            override(Several(), [wrong])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("step=3", "no setting 'step'"),
        ("inner.speed=3", r"no setting 'inner\.speed'"),
        ("name.x=3", r"no setting 'name\.x'"),
        ("steps", "name=value"),
        ("steps=1.5", "steps is int, not 1.5"),
        ("steps=true", "steps is int"),
        ("fast=1", "fast is bool"),
        ("name=3", "name is str"),
        ("kind=c", "'a', 'b', not 'c'"),
        ("limit=x", "limit is int, not 'x'; or limit is null"),
        ("inner=3", "inner: a table"),
        ("inner.betas=[1]", r"inner\.betas"),
        ('inner.betas=[1, "x"]', r"inner\.betas\[1\] is float"),
    ],
)
def test_wrong_changes_are_named(change: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        override(VALUE, [change])


def test_what_is_missing_is_named() -> None:
    with pytest.raises(SettingsError, match="output is missing"):
        from_dict(Outer, {"name": "a"})
    with pytest.raises(SettingsError, match="not a config"):
        to_dict({"a": 1})


def test_a_union_of_tables_is_told_apart_by_its_fields() -> None:
    language = LanguageConfig(8, 1, 2, 1, 8)
    for vision in (VisionConfig(hidden_size=8), LineVisionConfig(features=8), LineVitConfig(patch_height=16)):
        config = VLMConfig(vision, language)
        assert from_dict(VLMConfig, to_dict(config)) == config


@pytest.mark.parametrize("content", ["", "[1]", "{", "\udcff"])
def test_a_damaged_file_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=r"run\.json"):
        load(Outer, path)


def test_nothing_is_left_where_saving_fails(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        save(VALUE, tmp_path / "taken")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_fingerprints_tell_values_apart() -> None:
    assert fingerprint(VALUE) == fingerprint(dataclasses.replace(VALUE))
    assert fingerprint(VALUE) != fingerprint(override(VALUE, ["steps=11"]))
