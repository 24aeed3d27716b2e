"""Rows that grow beside a journal: whatever a kill or a power cut leaves of the two, a run goes on to the same file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from numbre_edge.errors import NumbreError, UsageError
from numbre_edge.sinks.growing import open_growing
from numbre_edge.sinks.journal import Done, Journal

SOURCES = {"a.png": "a row\n", "clip.avi": "frame 0\nframe 30\n", "ü.png": "eine Zeile ü\n", "d.png": "last\n"}
WHOLE = "head\n" + "".join(SOURCES.values())
SETTINGS = {"--every": "1"}


class Killed(BaseException):
    pass


def write(path: Path, *, resume: bool = False, until: int = len(SOURCES), settings: dict[str, str] = SETTINGS) -> int:
    """Write all sources' rows, or be killed before one of them is done; return how many were done before."""
    done: list[Done] = []
    with open_growing(path, resume=resume) as (rows, journal):
        rows.write("head\n")
        assert journal is not None
        journal.begin(settings, done.append)
        for index, (name, text) in enumerate(list(SOURCES.items())[len(done) :], len(done)):
            rows.write(text)
            rows.flush()
            if index == until:
                raise Killed
            journal.add(name, [len(text), 0], {"index": index})
    assert [(one.name, one.notes) for one in done] == [(name, {"index": i}) for i, name in enumerate(SOURCES)][
        : len(done)
    ]
    return len(done)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.txt"


@pytest.fixture
def partial(out: Path) -> Path:
    """What a run leaves that was killed in its last source."""
    with suppress(Killed):
        write(out, until=3)
    return out.with_name("out.txt.partial")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_run_that_nothing_disturbs_leaves_one_file(out: Path) -> None:
    assert write(out) == 0
    assert out.read_text() == WHOLE
    assert names(out.parent) == ["out.txt"]


@pytest.mark.parametrize("until", range(len(SOURCES)))
def test_it_goes_on_after_the_last_source_that_was_done(out: Path, until: int) -> None:
    with suppress(Killed):
        write(out, until=until)
    assert write(out, resume=True) == until
    assert out.read_text() == WHOLE
    assert names(out.parent) == ["out.txt"]


@pytest.mark.parametrize("cut", ["", ".journal"])
def test_whatever_is_left_of_either_file_it_ends_alike(partial: Path, out: Path, cut: str) -> None:
    """A power cut takes what it takes: the end of one, or of the other, or leaves zeros in its place."""
    journal = partial.with_name(f"{partial.name}.journal")
    rows, lines = partial.read_bytes(), journal.read_bytes()
    victim, content = (journal, lines) if cut else (partial, rows)
    head = lines.index(b"\n") + 1 if cut else 0  # the settings were synced
    for size in range(head, len(content), 7):
        for rest in (b"", bytes(len(content) - size)):
            partial.write_bytes(rows)
            journal.write_bytes(lines)
            victim.write_bytes(content[:size] + rest)
            assert write(out, resume=True) < 4
            assert out.read_text() == WHOLE
            assert names(out.parent) == ["out.txt"]


@pytest.mark.parametrize("said", ['"abcde"', '["a.png", [4, 0], {}, 1e30, 0]', "[" * 100_000, "{}"])
def test_a_line_that_is_not_as_it_was_written_is_not_believed(partial: Path, out: Path, said: str) -> None:
    journal = partial.with_name(f"{partial.name}.journal")
    settings, _, *lines = journal.read_text().splitlines()
    journal.write_text("\n".join([settings, f"00000000 {said}", *lines, ""]))

    assert write(out, resume=True) == 0
    assert out.read_text() == WHOLE


def test_a_killed_run_may_be_killed_again(out: Path) -> None:
    for until in (1, 1, 2, 3):
        with suppress(Killed):
            write(out, until=until, resume=True)
    assert write(out, resume=True) == 3
    assert out.read_text() == WHOLE


def test_the_journal_says_nothing_of_rows_that_were_lost(partial: Path, out: Path) -> None:
    journal = partial.with_name(f"{partial.name}.journal")
    lines = journal.read_text()
    partial.write_bytes(partial.read_bytes()[:-1].replace(b"30", b"\0\0"))
    with suppress(Killed):
        write(out, until=1, resume=True)
    assert journal.read_text() == "".join(lines.splitlines(keepends=True)[:2]), "the settings, and the first source"


def test_a_journal_of_a_file_that_is_whole_misleads_nobody(partial: Path, out: Path) -> None:
    """Killed after the file had got its name, and before its journal was gone."""
    partial.unlink()
    with suppress(Killed):
        write(out, until=0, settings={"--every": "30"})
    assert write(out, resume=True, settings={"--every": "30"}) == 0
    assert out.read_text() == WHOLE


@pytest.mark.parametrize("resume", [False, True])
def test_an_empty_partial_file_is_nothing(out: Path, resume: bool) -> None:
    (out.parent / "out.txt.partial").touch()
    assert write(out, resume=resume) == 0
    assert out.read_text() == WHOLE


def test_without_resume_what_was_kept_is_not_written_over(partial: Path, out: Path) -> None:
    kept = partial.read_bytes()
    with pytest.raises(UsageError, match=r"partial is there already.* --resume goes on with it"):
        write(out)
    assert partial.read_bytes() == kept


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda journal: journal.unlink(), r"out\.txt\.partial\.journal is not beside it"),
        (lambda journal: journal.write_text("notes\n"), r"out\.txt\.partial\.journal is no journal"),
    ],
)
def test_without_its_journal_nobody_knows(partial: Path, out: Path, spoil: Callable[[Path], object], says: str) -> None:
    kept = partial.read_bytes()
    spoil(partial.with_name(f"{partial.name}.journal"))
    with pytest.raises(UsageError, match=says):
        write(out, resume=True)
    assert partial.read_bytes() == kept


def test_another_setting_is_named_and_changes_nothing(partial: Path, out: Path) -> None:
    before = {path.name: path.read_bytes() for path in out.parent.iterdir()}
    with pytest.raises(UsageError, match=r"--every was 1 and is 30, --roi was not given and is 1,2,3,4; have that"):
        write(out, resume=True, settings={"--every": "30", "--roi": "1,2,3,4"})
    assert {path.name: path.read_bytes() for path in out.parent.iterdir()} == before


def test_two_runs_at_once_are_one_too_many(out: Path) -> None:
    pytest.importorskip("fcntl")
    with open_growing(out) as (rows, journal):
        assert journal is not None
        journal.begin(SETTINGS, print)
        for resume in (False, True):
            with pytest.raises(UsageError, match=r"out\.txt\.partial is being written by another run"):
                write(out, resume=resume)
        rows.write("mine\n")
    assert out.read_text() == "mine\n"


def test_a_planted_link_is_not_followed(out: Path) -> None:
    (out.parent / "out.txt.partial").symlink_to(out.parent / "mine")
    with pytest.raises(UsageError, match=r"out\.txt\.partial is a link"):
        write(out, resume=True)
    assert not (out.parent / "mine").exists()


def test_it_is_for_those_who_could_read_the_old_file(out: Path) -> None:
    out.touch(0o640)
    with open_growing(out) as (_, journal):
        assert journal is not None
        journal.begin(SETTINGS, print)
        assert {path.name: path.stat().st_mode & 0o777 for path in out.parent.iterdir()} == {
            **dict.fromkeys(("out.txt", "out.txt.partial", "out.txt.partial.journal"), 0o640)
        }


def test_a_folder_that_is_not_there_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(NumbreError, match=r"cannot write .*out\.txt: no such file or directory"):
        write(tmp_path / "gone" / "out.txt")


def test_what_is_no_file_has_no_journal() -> None:
    with open_growing(Path("/dev/null")) as (rows, journal):
        assert isinstance(journal, Journal | None)
        assert journal is None
        rows.write("a row\n")
