"""A tracker: readings that tremble, err and come and go in; few, true events out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numbre_edge.errors import UsageError
from numbre_edge.events import NumberEvent
from numbre_edge.tracking import Rules, Tracker
from numbre_edge.types import Reading
from tests.tracking.script import FPS, SECOND, Stage, alone, reading, told


def showing(text: str, tracker: Tracker | None = None) -> Stage:
    """Return a stage on which ``text`` has appeared."""
    stage = Stage(tracker)
    assert told(stage.play(alone(text, times=SECOND))) == [("appeared", 1, text)]
    return stage


class TestAppearing:
    def test_a_number_appears_once_it_has_been_confirmed(self) -> None:
        stage = Stage(Tracker(confirm=3))
        assert stage.play(alone("407", times=2)) == []
        (event,) = stage.play(alone("407"))
        assert event == NumberEvent("appeared", 1, "407", event.confidence, reading("407").box, 2, 2 / FPS)
        assert event.confidence == pytest.approx(0.99)
        assert stage.play(alone("407", times=5 * SECOND)) == []

    def test_the_box_is_where_it_is_now(self) -> None:
        stage = showing("407")
        stage.play([[reading("407", 107, 48)]])
        assert [number.box for number in stage.tracker.current] == [reading("407", 107, 48).box]

    def test_what_is_seen_once_is_nothing(self) -> None:
        stage = Stage()
        assert stage.play(alone("407", *[""] * 20, times=10)) == []
        assert stage.texts() == []

    def test_it_takes_longer_where_readings_disagree(self) -> None:
        events = Stage().play(alone("407", "467", "407", "407", "407", "407", "407"))
        assert [(event.text, event.frame > 2) for event in events] == [("407", True)]

    def test_it_takes_longer_where_readings_are_unsure(self) -> None:
        stage = Stage()
        assert stage.play([[reading("407", confidence=0.6)]] * 5) == []
        assert [event.text for event in stage.play([[reading("407", confidence=0.6)]] * SECOND)] == ["407"]

    def test_a_wrong_first_reading_does_not_stand(self) -> None:
        events = Stage().play(alone("401", *["407"] * SECOND))
        assert told(events) == [("appeared", 1, "407")]

    def test_points_and_signs_are_voted_on_too(self) -> None:
        events = Stage().play(alone("-12.5", "-12.5", "125", "-12.5", "-12.5", "-12.6", "-12.5", times=5))
        assert told(events) == [("appeared", 1, "-12.5")]

    def test_what_has_other_decimals_is_not_believed(self) -> None:
        stage = Stage(Tracker(Rules(decimals=1)))
        assert told(stage.play(alone("12.5", "125", "1.25", times=SECOND))) == [("appeared", 1, "12.5")]

    def test_several_appear_with_ids_of_their_own(self) -> None:
        frame = [reading("12"), reading("345", 300), reading("6", 100, 200)]
        stage = Stage()
        events = stage.play([frame] * SECOND)
        assert told(events) == [("appeared", 1, "12"), ("appeared", 2, "345"), ("appeared", 3, "6")]
        assert [(number.id, number.text, number.box) for number in stage.tracker.current] == [
            (id, text.text, text.box) for id, text in enumerate(frame, 1)
        ]

    def test_unconfirmed_every_frame_counts_on_its_own(self) -> None:
        stage = Stage(Tracker(confirm=1, patience=0.0))
        assert told(stage.play(alone("1", "2", ""))) == [
            ("appeared", 1, "1"),
            ("changed", 1, "2"),
            ("vanished", 1, "2"),
        ]


class TestSteady:
    def test_misreadings_now_and_then_are_no_events(self) -> None:
        stage = showing("407")
        rng = np.random.default_rng(0)
        texts = [rng.choice(["407", "401", "467", "40", "4407", "?07", ""], p=[0.7, *[0.05] * 6]) for _ in range(900)]
        assert stage.play(alone(*map(str, texts))) == []
        assert stage.texts() == ["407"]

    def test_a_digit_often_taken_for_another_stays_what_it_mostly_is(self) -> None:
        stage = showing("407")
        rng = np.random.default_rng(1)
        texts = [str(rng.choice(["407", "401"], p=[0.6, 0.4])) for _ in range(900)]
        assert stage.play(alone(*texts)) == []

    def test_one_that_is_often_misread_needs_a_longer_run(self) -> None:
        # The hold is three frames here: what holds is that three misreadings in a row are nothing special.
        stage = showing("407", Tracker(patience=0.3))
        rng = np.random.default_rng(1)
        texts = [str(rng.choice(["407", "401"], p=[0.7, 0.3])) for _ in range(900)]
        assert stage.play(alone(*texts)) == []

    def test_misreadings_among_many_doubts_do_not_add_up(self) -> None:
        assert showing("407").play(alone(*["40?"] * 20, "401", times=20)) == []

    def test_after_a_change_the_former_text_is_as_easily_misread_as_the_new_one_was(self) -> None:
        stage = showing("407", Tracker(patience=0.3))
        assert stage.play(alone("407", "407", "401", times=100)) == []
        assert told(stage.play(alone("401", times=SECOND))) == [("changed", 1, "401")]
        assert stage.play(alone(*["407"] * 4, *["401"] * SECOND)) == []

    def test_a_run_that_doubts_have_ended_is_not_gone_on_with(self) -> None:
        texts = ["401", *["40?"] * 30, *["401"] * 4, *["407"] * 30]
        assert showing("407").play(alone(*texts, times=5)) == []

    def test_unsure_misreadings_need_a_longer_run(self) -> None:
        unsure = [[reading("401", confidence=0.6)]] * 16
        assert showing("407").play([*unsure, *alone("407", times=SECOND)] * 3) == []

    def test_what_has_just_appeared_stands_against_a_few_misreadings_too(self) -> None:
        texts = [*["407"] * 3, *["401"] * 4, "407", *["401"] * 5, *["407"] * 60]
        assert told(Stage().play(alone(*texts))) == [("appeared", 1, "407")]

    def test_its_box_is_that_of_the_whole(self) -> None:
        stage = showing("4071")
        stage.play([[reading("40", 103)]])
        assert [number.box for number in stage.tracker.current] == [reading("4071").box]

    def test_a_short_run_of_misreadings_is_no_event(self) -> None:
        stage = showing("407")
        assert stage.play(alone(*["401"] * 6, *["407"] * 60, times=10)) == []

    def test_its_confidence_falls_with_misreadings(self) -> None:
        sure, torn = showing("407"), showing("407")
        sure.play(alone("407", times=60))
        torn.play(alone("407", "401", times=30))
        assert 0.4 < torn.tracker.current[0].confidence < 0.7 < sure.tracker.current[0].confidence

    def test_a_number_read_in_two_is_not_another_number(self) -> None:
        stage = showing("4071")
        whole, parts = [reading("4071")], [reading("40"), reading("71", 140)]
        assert stage.play([parts, parts, whole, whole] * 20) == []

    def test_the_whole_goes_on_with_the_part_that_appeared_first(self) -> None:
        stage = Stage()
        frames = [*[[reading("8"), reading("149", 120, confidence=0.6)]] * 4, *alone("8149", times=SECOND)]
        assert told(stage.play(frames)) == [("appeared", 1, "8"), ("changed", 1, "8149")]
        assert [number.box for number in stage.tracker.current] == [reading("8149").box]

    def test_a_part_of_a_number_that_is_missing_is_not_another_number(self) -> None:
        stage = showing("4071")
        parts = [reading("4"), reading("7", 140), reading("1", 160)]
        assert stage.play([*alone("", "4071"), parts, parts] * 20) == []

    def test_specks_read_here_and_there_are_no_number(self) -> None:
        specks = [[reading("8", 40 * frame, 50, confidence=0.95)] for frame in range(20)]
        assert Stage().play(specks) == []

    def test_what_is_wrongly_believed_is_put_right(self) -> None:
        stage = showing("401")
        events = stage.play(alone("407", "407", "407", "401", times=3 * SECOND))
        assert told(events) == [("changed", 1, "407")]


class TestCounting:
    def test_each_step_is_one_change_in_order(self) -> None:
        texts = [f"{number:03}" for number in range(97, 113)]
        events = Stage().play(frame for text in texts for frame in alone(text, times=SECOND))
        assert told(events) == [("appeared", 1, "097"), *(("changed", 1, text) for text in texts[1:])]

    def test_a_step_shows_within_half_a_second(self) -> None:
        (event,) = showing("099").play(alone("100", times=SECOND))
        assert (event.text, event.frame - SECOND < SECOND / 2) == ("100", True)

    def test_digits_that_turn_one_after_the_other_are_one_change(self) -> None:
        stage = showing("099")
        events = stage.play(alone(*["090"] * 4, *["000"] * 4, *["100"] * SECOND))
        assert told(events) == [("changed", 1, "100")]

    def test_a_counter_that_is_now_and_then_misread_counts_still(self) -> None:
        rng = np.random.default_rng(2)
        texts = [str(number) for number in range(40, 60)]
        frames = [
            alone(text if rng.random() > 0.1 else str(rng.integers(100)))[0]
            for text in texts
            for _ in range(2 * SECOND)
        ]
        assert [event.text for event in Stage().play(frames)] == texts

    def test_another_length_is_a_change_too(self) -> None:
        stage = showing("99")
        assert told(stage.play(alone("100", times=SECOND))) == [("changed", 1, "100")]
        assert stage.tracker.current[0].box == reading("100").box


class TestMoving:
    def test_across_the_picture_it_stays_the_same_number(self) -> None:
        events = Stage().play([reading("407", 10 + 8 * frame, 50 + 3 * frame)] for frame in range(150))
        assert told(events) == [("appeared", 1, "407")]

    def test_coming_nearer_it_stays_the_same_number(self) -> None:
        events = Stage().play([reading("407", 300 - 2 * height, height=height)] for height in range(24, 140))
        assert told(events) == [("appeared", 1, "407")]

    def test_two_that_pass_each_other_keep_their_ids(self) -> None:
        stage = Stage()
        frames = [[reading("12", 100 + 4 * n, 50), reading("98", 500 - 4 * n, 60)] for n in range(101)]
        assert told(stage.play(frames)) == [("appeared", 1, "12"), ("appeared", 2, "98")]
        assert [(number.id, number.text, number.box.x) for number in stage.tracker.current] == [
            (1, "12", 500),
            (2, "98", 100),
        ]

    def test_two_counters_below_each_other_that_change_places_each_change(self) -> None:
        # Neither has moved: the upper one shows another text now.
        stage = Stage()
        events = stage.play(
            [[reading("12"), reading("98", y=90)]] * SECOND + [[reading("98"), reading("12", y=90)]] * SECOND
        )
        assert told(events)[2:] == [("changed", 1, "98"), ("changed", 2, "12")]

    def test_something_much_larger_in_its_place_is_another_number(self) -> None:
        stage = showing("407")
        assert told(stage.play([[reading("407", height=60)]] * 2 * SECOND)) == [
            ("appeared", 2, "407"),
            ("vanished", 1, "407"),
        ]


class TestVanishing:
    def test_it_vanishes_once_when_patience_is_at_an_end(self) -> None:
        stage = showing("407", Tracker(patience=1.5))
        (event,) = stage.play(alone("", times=5 * SECOND))
        assert (event.event, event.id, event.text, event.box) == ("vanished", 1, "407", reading("407").box)
        assert event.timestamp == pytest.approx((SECOND - 1) / FPS + 1.5, abs=0.05)
        assert stage.texts() == []

    def test_hidden_for_less_nothing_has_happened(self) -> None:
        stage = showing("407")
        assert stage.play(alone(*[""] * SECOND, *["407"] * SECOND, times=3)) == []
        assert stage.texts() == ["407"]

    def test_back_later_it_is_a_new_one(self) -> None:
        stage = showing("407")
        events = stage.play(alone(*[""] * 2 * SECOND, *["407"] * SECOND))
        assert told(events) == [("vanished", 1, "407"), ("appeared", 2, "407")]

    def test_a_few_slow_frames_are_no_absence(self) -> None:
        # One frame in two seconds: patience alone would call it gone after a single miss.
        tracker = Tracker(confirm=3, patience=1.5)
        for frame, text in enumerate(["407"] * 4 + ["", ""] + ["407"] * 2):
            events = tracker.update([reading(text)] if text else [], frame=frame, timestamp=2.0 * frame)
            assert [event.event for event in events] == (["appeared"] if frame == 2 else [])

    def test_what_took_its_place_elsewhere_does_not_keep_it(self) -> None:
        stage = showing("407")
        events = stage.play([[reading("407", 600, 400)]] * 2 * SECOND)
        assert told(events) == [("appeared", 2, "407"), ("vanished", 1, "407")]


class TestDoubt:
    def test_a_digit_that_stays_doubtful_is_a_question_mark(self) -> None:
        stage = Stage()
        assert told(stage.play(alone("4?7", times=SECOND))) == [("appeared", 1, "4?7")]
        assert stage.tracker.current[0].confidence == pytest.approx(0.4)

    def test_it_is_known_when_it_becomes_clear(self) -> None:
        assert told(showing("4?7").play(alone("407", times=SECOND))) == [("changed", 1, "407")]

    def test_what_was_known_is_not_forgotten_for_a_doubt(self) -> None:
        assert showing("407").play(alone("4?7", times=10 * SECOND)) == []

    def test_a_short_doubt_at_first_is_waited_for(self) -> None:
        assert told(Stage().play(alone("4?7", "4?7", *["407"] * SECOND))) == [("appeared", 1, "407")]

    def test_of_a_number_at_least_one_digit_is_known(self) -> None:
        assert Stage().play(alone("???", times=2 * SECOND)) == []
        assert showing("7").play(alone("??", times=2 * SECOND)) == []


class TestUnchanged:
    def test_what_was_there_is_there_still(self) -> None:
        stage = showing("407")
        assert stage.play([None] * 20 * SECOND) == []
        assert stage.texts() == ["407"]

    def test_what_was_missing_vanishes(self) -> None:
        stage = showing("407")
        assert told(stage.play([[], *[None] * 2 * SECOND])) == [("vanished", 1, "407")]

    def test_it_confirms_nothing(self) -> None:
        assert Stage().play([*alone("407"), *[None] * 10 * SECOND]) == []

    def test_a_number_last_seen_in_it_was_there_until_then(self) -> None:
        stage = showing("407")
        assert stage.play([*[None] * 10 * SECOND, *alone("", times=SECOND // 2), *alone("407")]) == []


class TestRules:
    def test_a_reading_of_another_length_does_not_count(self) -> None:
        stage = Stage(Tracker(Rules(digits=3)))
        assert stage.play(alone("40", "4077", times=2 * SECOND)) == []
        assert told(stage.play(alone("407", times=SECOND))) == [("appeared", 1, "407")]
        assert stage.play(alone("40", times=5 * SECOND)) == []

    def test_a_counter_does_not_go_back(self) -> None:
        stage = showing("407", Tracker(Rules(increasing=True)))
        assert stage.play(alone("401", times=10 * SECOND)) == []
        assert told(stage.play(alone("408", times=SECOND))) == [("changed", 1, "408")]

    def test_a_meter_does_not_jump(self) -> None:
        stage = showing("100", Tracker(Rules(max_rate=0.5)))
        assert stage.play(alone("900", times=10 * SECOND)) == []
        assert told(stage.play(alone("106", times=SECOND))) == [("changed", 1, "106")]  # ten seconds have gone by

    def test_frames_that_look_alike_are_no_time_for_a_meter_to_turn_in(self) -> None:
        stage = showing("100", Tracker(Rules(max_rate=0.5)))
        stage.play([None] * 20 * SECOND)
        assert stage.play(alone("106", times=9 * SECOND)) == []
        assert told(stage.play(alone("106", times=2 * SECOND))) == [("changed", 1, "106")]

    def test_without_rules_the_same_are_changes(self) -> None:
        assert told(showing("407").play(alone("401", times=SECOND))) == [("changed", 1, "401")]

    def test_a_meter_that_is_reset_begins_anew_after_half_a_minute(self) -> None:
        stage = showing("99998", Tracker(Rules(increasing=True)))
        assert stage.play(alone("00000", times=29 * SECOND)) == []
        events = stage.play(alone("00000", times=2 * SECOND))
        assert told(events) == [("vanished", 1, "99998"), ("appeared", 2, "00000")]
        assert told(stage.play(alone("00001", times=SECOND))) == [("changed", 2, "00001")]

    def test_an_allowed_reading_in_between_shows_that_it_was_no_reset(self) -> None:
        stage = showing("407", Tracker(Rules(increasing=True)))
        assert stage.play(alone(*["401"] * 20 * SECOND, "407", times=4)) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confirm": 0}, "cannot appear after 0 frames"),
        ({"patience": -1.0}, "patience of -1 seconds"),
        ({"patience": float("nan")}, "patience of nan seconds"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Tracker(**options)  # type: ignore[arg-type]


TEXTS = st.sampled_from(["7", "1", "12", "17", "1?", "??", "123"])
PLACES = st.sampled_from([(100, 50), (112, 50), (100, 90), (300, 50)])
READINGS = st.builds(
    lambda text, place, confidence: reading(text, *place, confidence=confidence),
    TEXTS,
    PLACES,
    st.floats(0, 1),
)
FRAMES = st.one_of(st.none(), st.lists(READINGS, max_size=3))
RUNS = st.lists(st.tuples(FRAMES, st.sampled_from([1, 2, 5, 40])), max_size=12)
RULES = st.sampled_from([Rules(), Rules(digits=2), Rules(increasing=True), Rules(max_rate=3.0)])


@settings(max_examples=150)
@given(runs=RUNS, rules=RULES, confirm=st.integers(1, 3), patience=st.sampled_from([0.0, 0.3, 1.5]))
def test_whatever_is_read_events_tell_one_story(
    runs: list[tuple[list[Reading] | None, int]], rules: Rules, confirm: int, patience: float
) -> None:
    stage = Stage(Tracker(rules, confirm=confirm, patience=patience))
    shown: dict[int, str] = {}
    last_id = 0
    for frame in [frame for frame, times in runs for _ in range(times)]:
        for event in stage.play([frame]):
            assert 0 <= event.confidence <= 1
            assert event.text.strip("?")
            assert rules.allow_form(event.text)
            if event.event == "appeared":
                assert event.id == last_id + 1
                last_id = event.id
                shown[event.id] = event.text
            elif event.event == "changed":
                assert event.text != shown[event.id]
                shown[event.id] = event.text
            else:
                assert event.text == shown.pop(event.id)
        assert {number.id: number.text for number in stage.tracker.current} == shown
