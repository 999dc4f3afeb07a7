"""Pulling from an imitated Hub: what is asked for, what is checked, what goes on; nothing half-made is kept."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bayou.engine import pull as pulling
from bayou.engine.hub import HubSettings
from bayou.engine.pull import Fetching, PullEvent, PullResult, Waiting, pull, register
from bayou.engine.pulled import Pulled, pulled_folder, pulled_models, remember
from bayou.errors import BayouError, ModelError, NetworkError, OutputError, UsageError
from tests.engine.imitation_hub import (
    LISTING,
    ImitationHub,
    commit,
    cut,
    flipped,
    folder_files,
    imitation_hub,
    refuses,
    sends,
)
from tests.golden_set import golden

NAME, TWO = "h2oai/h2ovl-mississippi-800m", "h2oai/h2ovl-mississippi-2b"
WEIGHTS = "model.safetensors"


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BAYOU_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "models"


@pytest.fixture
def files() -> dict[str, bytes]:
    """The tiny 0.8B's, with things beside them as the released repository has them."""
    others = {"README.md": b"# A card", "modeling_h2ovl_chat.py": b"raise SystemExit", "pytorch_model.bin": b"pickle"}
    return {**folder_files(golden("tiny-800m")), **others, ".gitattributes": b"* text"}


@pytest.fixture
def hub(files: dict[str, bytes]) -> Iterator[ImitationHub]:
    with imitation_hub({NAME: files, TWO: golden("tiny-2b")}) as hub:
        yield hub


def get(hub: ImitationHub, name: str = "800m", token: str | None = None, **options: object) -> PullResult:
    settings = HubSettings(hub.url, token, retries=3, first_wait_seconds=0.01, longest_wait_seconds=0.05)
    return pull(name, settings=settings, **options)  # type: ignore[arg-type]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_is_needed_comes_and_nothing_that_runs(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    events: list[PullEvent] = []
    result = get(hub, on_event=events.append)
    assert pulled_folder("800m") == pulled_folder(NAME) == models / NAME == Path(result.model.folder)
    assert pulled_models() == {NAME: Pulled(str(models / NAME), commit(files))}
    left_out = {"modeling_h2ovl_chat.py", "pytorch_model.bin", ".gitattributes"}
    assert everything(models / NAME) == {name: data for name, data in files.items() if name not in left_out}
    assert not left_out & {asked.what for asked in hub.asked}
    assert (result.was_there, result.answers) == (False, True)
    assert result.size == sum(map(len, everything(models / NAME).values()))
    told = [event for event in events if isinstance(event, Fetching)]
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert (told[-1].name, told[-1].done, told[-1].total) == (WEIGHTS, result.size, result.size)


def test_requests_tell_nothing_of_the_computer(hub: ImitationHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also not with whatever the user is logged in as elsewhere; and of each file there is one request a server."""
    monkeypatch.setenv("AI_AGENT", "somebody")
    get(hub)
    for asked in hub.asked:
        assert asked.headers["user-agent"] == "bayou"
        assert "authorization" not in asked.headers
    assert [len(hub.requests(what)) for what in (LISTING, "config.json", WEIGHTS)] == [1, 1, 2]
    assert len(hub.asked) == 1 + 7 + 2 + 1  # the listing, seven small files, two large ones through the store, README


def test_a_token_goes_to_the_hub_and_not_to_its_store(hub: ImitationHub) -> None:
    hub.token = "hf_secret"
    get(hub, token="hf_secret")
    for asked in hub.asked:
        assert asked.headers.get("authorization") == ("Bearer hf_secret" if asked.server == "hub" else None)
    assert "hf_secret" not in repr(HubSettings(hub.url, "hf_secret"))


def test_the_same_again_fetches_nothing(hub: ImitationHub) -> None:
    get(hub)
    hub.asked.clear()
    assert get(hub).was_there
    assert [asked.what for asked in hub.asked] == [LISTING]


def test_a_file_damaged_on_the_disk_is_fetched_again(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    get(hub)
    place = models / NAME / "tokenizer.model"
    place.write_bytes(flipped(1000)(place.read_bytes()))
    hub.asked.clear()
    assert not get(hub).was_there
    assert {asked.what for asked in hub.asked} == {LISTING, "tokenizer.model"}
    assert place.read_bytes() == files["tokenizer.model"]


def test_a_cut_connection_goes_on_where_it_was(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    events: list[PullEvent] = []
    hub.fails(WEIGHTS, cut(1_000_000), cut(2_000_000))
    get(hub, on_event=events.append)
    assert (models / NAME / WEIGHTS).read_bytes() == files[WEIGHTS]
    ranges = [asked.range for asked in hub.requests(WEIGHTS, "store")]
    assert ranges == [None, "bytes=1000000-", "bytes=3000000-"]
    assert sum(isinstance(event, Waiting) and "broke off" in event.reason for event in events) == 2


def test_a_pull_that_gave_up_goes_on_with_the_next(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    hub.fails(WEIGHTS, cut(3_000_000), *[refuses(503)] * 3)
    with pytest.raises(NetworkError, match=r"mississippi-800m/model.safetensors: the Hub is too busy \(503\)"):
        get(hub)
    assert not (models / NAME).exists()
    assert pulled_models() == {}
    hub.asked.clear()
    get(hub)
    assert {asked.what for asked in hub.asked} == {LISTING, WEIGHTS}
    assert [asked.range for asked in hub.requests(WEIGHTS, "store")] == ["bytes=3000000-"]
    assert (models / NAME / WEIGHTS).read_bytes() == files[WEIGHTS]
    assert list((models / "h2oai").iterdir()) == [models / NAME]


def test_a_server_that_gives_no_part_gives_the_whole(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    hub.fails(WEIGHTS, cut(1_000_000), sends(lambda data: data, heeds_range=False))
    get(hub)
    assert (models / NAME / WEIGHTS).read_bytes() == files[WEIGHTS]


@pytest.mark.parametrize("name", [WEIGHTS, "config.json"])
def test_one_wrong_bit_is_told_and_removed(hub: ImitationHub, models: Path, name: str) -> None:
    hub.fails(name, sends(flipped(1500)))
    with pytest.raises(ModelError, match=rf"{NAME}/{name}: what came is damaged.*removed") as caught:
        get(hub)
    assert caught.value.exit_code == 7
    assert pulled_models() == {}
    assert not list(models.rglob(f"{name}*"))
    hub.asked.clear()
    get(hub)
    assert [asked.range for asked in hub.requests(name)] == [None] * len(hub.requests(name))


def test_more_bytes_than_announced_are_refused(hub: ImitationHub) -> None:
    hub.fails(WEIGHTS, sends(lambda data: data + b"!"))
    with pytest.raises(ModelError, match="sends more than"):
        get(hub)
    assert not get(hub).was_there


def test_fewer_bytes_than_announced_are_refused(hub: ImitationHub) -> None:
    hub.fails(WEIGHTS, *[sends(lambda data: data[:-9])] * 9)
    with pytest.raises(NetworkError, match=WEIGHTS):
        get(hub)
    assert pulled_models() == {}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_hub_is_asked_again(hub: ImitationHub, status: int) -> None:
    events: list[PullEvent] = []
    hub.fails(LISTING, refuses(status), refuses(status, {"Retry-After": "1"}))
    hub.fails("config.json", refuses(status))
    get(hub, on_event=events.append)
    assert len(hub.requests(LISTING)) == 3
    assert sum(event == Waiting(f"the Hub is too busy ({status}); again in 0 s") for event in events) == 3


def test_a_hub_that_stays_busy_is_given_up(hub: ImitationHub) -> None:
    hub.fails(LISTING, *[refuses(429)] * 9)
    with pytest.raises(NetworkError, match=r"too busy \(429\)") as caught:
        get(hub)
    assert (caught.value.exit_code, len(hub.requests(LISTING))) == (9, 4)


def gate(hub: ImitationHub) -> None:
    hub.gated.add(NAME)


def private(hub: ImitationHub) -> None:
    hub.token = "hf_right"


def portal(hub: ImitationHub) -> None:
    hub.fails(LISTING, refuses(200, body=b"<html>log in first</html>"))


def absent(hub: ImitationHub) -> None:
    hub.fails("config.json", refuses(404, {"X-Error-Code": "EntryNotFound"}))


@pytest.mark.parametrize(
    ("spoil", "options", "kind", "said"),
    [
        (gate, {}, ModelError, "agreed to conditions: do so at http.*HF_TOKEN"),
        (private, {}, UsageError, "no such repository; if it is private, set HF_TOKEN"),
        (private, {"token": "hf_wrong"}, ModelError, r"refuses it \(401\): set another HF_TOKEN"),
        (portal, {}, ModelError, "doesn't answer as the Hub does"),
        (absent, {}, ModelError, "config.json: .* answers 404"),
        (None, {"name": "nobody/nothing"}, UsageError, "nobody/nothing .main.: .*no such repository"),
        (None, {"revision": "v9/x"}, UsageError, "no such branch, tag or commit"),
        (None, {"name": "nano"}, UsageError, "'nano' is neither 800m nor 2b nor a Hub id"),
    ],
)
def test_refusals_say_what_helps(
    hub: ImitationHub, spoil: object, options: dict[str, str], kind: type[BayouError], said: str
) -> None:
    if callable(spoil):
        spoil(hub)
    with pytest.raises(kind, match=said):
        get(hub, **options)  # type: ignore[arg-type]
    assert pulled_models() == {}


def test_no_network_is_told_at_once() -> None:
    with pytest.raises(NetworkError, match=r"no connection to http://127.0.0.1:9 \(.*--local DIR"):
        pull("800m", settings=HubSettings("http://127.0.0.1:9", first_wait_seconds=1000.0))


def test_a_revision_takes_the_place_of_another(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    """What didn't change isn't fetched again, and until the last moment the earlier one is whole."""
    get(hub)
    newer = {**files, "README.md": b"# Another card", "generation_config.json": b"{}"}
    hub.repositories[NAME]["v2"] = newer
    hub.asked.clear()
    hub.fails("README.md", *[refuses(503)] * 4)
    with pytest.raises(NetworkError):
        get(hub, revision="v2")
    assert everything(models / NAME)["README.md"] == files["README.md"]
    assert pulled_models()[NAME].revision == commit(files)
    assert get(hub, revision="v2").model.revision == commit(newer)
    assert {asked.what for asked in hub.asked} == {LISTING, "README.md", "generation_config.json"}
    assert everything(models / NAME)["README.md"] == newer["README.md"]
    assert get(hub, revision=commit(files)).model.revision == commit(files)
    assert everything(models / NAME)["README.md"] == files["README.md"]
    assert list((models / "h2oai").iterdir()) == [models / NAME]


def test_a_chosen_folder(hub: ImitationHub, tmp_path: Path, models: Path) -> None:
    (tmp_path / "mine").mkdir()
    get(hub, output=tmp_path / "mine")
    assert pulled_folder("800m") == tmp_path / "mine"
    assert not (models / NAME).exists()
    assert get(hub, output=tmp_path / "mine").was_there


def test_what_others_put_there_is_never_replaced(hub: ImitationHub, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / WEIGHTS).write_bytes(b"trained for a week")
    with pytest.raises(OutputError, match=r"holds model\.safetensors, which was not pulled"):
        get(hub, output=tmp_path / "mine")
    assert (tmp_path / "mine" / WEIGHTS).read_bytes() == b"trained for a week"
    get(hub)
    notes = Path(pulled_models()[NAME].folder) / "notes.txt"
    notes.write_text("mine")
    hub.repositories[NAME]["main"]["README.md"] = b"new"
    with pytest.raises(OutputError, match=r"holds notes\.txt"):
        get(hub)
    assert notes.read_text() == "mine"


def test_a_place_that_cannot_be_written(hub: ImitationHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file; name a folder"):
        get(hub, output=tmp_path / "file")
    with pytest.raises(OutputError, match="can't be written: Not a directory") as caught:
        get(hub, output=tmp_path / "file" / "below")
    assert caught.value.exit_code == 6
    monkeypatch.setenv("BAYOU_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(OutputError, match="can't be written"):
        get(hub)


def test_a_disk_without_room_is_told_before_anything_comes(
    hub: ImitationHub, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_ROOM_TO_SPARE", 10**18)
    with pytest.raises(OutputError, match=r"0\.01 GB are still to be fetched.*--output names another"):
        get(hub)
    assert [asked.what for asked in hub.asked] == [LISTING]
    assert not list((models / "h2oai").iterdir())


def without_weights(files: dict[str, bytes], **others: bytes) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name != WEIGHTS} | others


def other_config(files: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    return {**files, "config.json": json.dumps({**json.loads(files["config.json"]), **changes}).encode()}


def test_what_is_no_checkpoint_of_ours_is_refused(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    added = json.dumps({**json.loads(files["added_tokens.json"]), "<extra>": 32010}).encode()
    llama = json.loads(files["config.json"])["llm_config"]
    cases = {
        "sharded": (without_weights(files, **{WEIGHTS + ".index.json": b"{}"}), "weights are in several files"),
        "pickled": (without_weights(files), "pickles can hold programs"),
        "bare": ({WEIGHTS: files[WEIGHTS]}, "no config.json"),
        "family": (other_config(files, model_type="llava"), "config.json: .*type 'llava'"),
        "shapes": (other_config(files, llm_config={**llama, "intermediate_size": 24}), "weights are not this model's"),
        "layers": (other_config(files, llm_config={**llama, "num_hidden_layers": 9}), "missing"),
        "vocabulary": ({**files, "added_tokens.json": added}, "32011 ids, the decoder's vocabulary 32010"),
        "truncated": ({**files, WEIGHTS: files[WEIGHTS][:-1000]}, "truncated"),
    }
    for name, (wrong, said) in cases.items():
        hub.repositories[f"them/{name}"] = {"main": wrong}
        with pytest.raises(ModelError, match=said):
            get(hub, f"them/{name}")
    assert pulled_models() == {}
    assert not list(models.rglob("*.safetensors*"))
    before_weights = {asked.path.split("/")[2] for asked in hub.requests(WEIGHTS, "store")}
    assert before_weights == {"shapes", "layers", "vocabulary", "truncated"}


def test_an_internvl_network_is_recorded_as_such(hub: ImitationHub, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from tests.internvl_folder import write_internvl

    (tmp_path / "made").mkdir()
    hub.repositories["OpenGVLab/InternVL3-1B"] = {"main": folder_files(write_internvl(tmp_path / "made"))}
    result = get(hub, "OpenGVLab/InternVL3-1B")
    assert not result.answers
    assert pulled_folder("OpenGVLab/InternVL3-1B") == Path(result.model.folder)


def test_a_folder_placed_by_hand(tmp_path: Path) -> None:
    shutil.copytree(golden("tiny-2b"), tmp_path / "placed")
    result = register("2b", tmp_path / "placed")
    assert (result.repository, result.model) == (TWO, Pulled(str(tmp_path / "placed")))
    assert pulled_folder("2b") == tmp_path / "placed"
    weights = tmp_path / "placed" / WEIGHTS
    weights.rename(tmp_path / "placed/model-00001-of-00001.safetensors")
    with pytest.raises(ModelError, match="No such file"):
        register("2b", tmp_path / "placed")
    (tmp_path / "placed" / f"{WEIGHTS}.index.json").write_text("{}")
    with pytest.raises(ModelError, match="weights are in several files"):
        register("2b", tmp_path / "placed")


def test_a_folder_placed_by_hand_is_not_replaced_by_a_pull(hub: ImitationHub, tmp_path: Path) -> None:
    shutil.copytree(golden("tiny-2b"), tmp_path / "placed")
    register("800m", tmp_path / "placed")
    with pytest.raises(OutputError, match="was not pulled"):
        get(hub, output=tmp_path / "placed")
    get(hub)
    assert pulled_models()[NAME].revision is not None


def test_what_a_killed_swap_left_is_put_right(hub: ImitationHub, models: Path, files: dict[str, bytes]) -> None:
    """Killed between the two moves: the earlier folder is aside, the new one whole but not in its place."""
    get(hub)
    remember(NAME, replace(pulled_models()[NAME], revision="an earlier one"))
    folder = models / NAME
    shutil.copytree(folder, folder.with_name(f".{folder.name}.part"))
    os.replace(folder, folder.with_name(f".{folder.name}.part.old"))
    with pytest.raises(UsageError, match="bayou pull 800m"):
        pulled_folder("800m")
    hub.asked.clear()
    get(hub)
    assert [asked.what for asked in hub.asked] == [LISTING]
    assert pulled_models()[NAME].revision == commit(files)
    assert list(folder.parent.iterdir()) == [folder]
