"""The blend in a room: the picture turns to it and back, it bumps, and visitors' own pictures come into it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from shared_state import snapshot
from shared_state.guests import MAX_GUESTS, MAX_LATENT_BYTES, Guests
from shared_state.messages import Bring, ChooseMode, Edit, Guest, Mode, Portion
from shared_state.scene import Scene
from shared_state.settings import DEFAULTS
from tests.shared_state.crowds import MODEL, NEAR, WORKS, Playback, a_room, path, stick

PEOPLE = ["ann", "ben", "guide"]
GUEST = "guest:0123456789abcdef"
STEP = 1.5 * DEFAULTS.tick_s / DEFAULTS.blend_fade_s
"""The most that the picture turns in one tick: the steepest part of 3 t^2 - 2 t^3."""


def a_scene(**weights: float) -> Playback:
    """A room with a blend prepared."""
    scene = Playback(a_room(*PEOPLE), NEAR, held=PEOPLE)
    if weights:
        scene.did("ann", Bring(0, [Portion(work, weight) for work, weight in weights.items()]))
        scene.run(0.1)
    return scene


def choose(scene: Playback, mode: Mode, seconds: float = DEFAULTS.blend_fade_s + 0.1) -> list[Scene]:
    """The guide chooses a mode; what is shown at each tick."""
    scene.did("guide", ChooseMode(0, mode), guide=True)
    return scenes(scene, seconds)


def scenes(scene: Playback, seconds: float) -> list[Scene]:
    found = []
    for _ in range(round(seconds * 60)):
        scene.run(1 / 60)
        found.append(scene.room.scene)
    return found


def test_the_picture_turns_to_the_blend_and_back_without_a_jump() -> None:
    """R34."""
    scene = a_scene(goblet=0.5, helmet=0.5)
    shown = [*choose(scene, "blend"), *choose(scene, "together")]
    assert max(abs(after.blended - before.blended) for before, after in pairwise(shown)) <= STEP
    blended = [one.blended for one in shown]
    assert max(blended) == 1.0
    assert (blended[-1], shown[-1].portions) == (0.0, ())
    assert {one.portions for one in shown if one.blended > 0.0} == {(Portion("goblet", 0.5), Portion("helmet", 0.5))}


def test_whoever_changes_modes_to_and_fro_makes_no_jump_either() -> None:
    """R34."""
    scene = a_scene(goblet=1.0)
    modes: list[Mode] = ["blend", "vote", "blend", "ambient", "blend", "together"]
    shown = [one for mode in modes for one in choose(scene, mode, 0.8)]
    for before, after in pairwise(shown):
        assert abs(after.blended - before.blended) <= STEP
        assert max(abs(after.x - before.x), abs(after.y - before.y)) <= DEFAULTS.v_max * DEFAULTS.tick_s


def test_no_push_moves_the_point_while_the_blend_is_shown() -> None:
    """R35, R34."""
    scene = a_scene(goblet=0.5, helmet=0.5)
    choose(scene, "blend")
    scene.hold("ann", stick(1.0, 0.0))
    assert len(set(path(scene.run(3.0)))) == 1
    scene.did("guide", ChooseMode(0, "together"), guide=True)
    scene.run(DEFAULTS.blend_fade_s / 2 - 0.1)
    assert scene.room.scene.blended > 0.5
    assert scene.room.point.vx == 0.0
    scene.run(1.0)
    assert scene.room.point.vx > 0.1


def test_without_a_blend_the_picture_of_the_map_stays_and_comes_with_the_first_work() -> None:
    """R35."""
    scene = a_scene()
    choose(scene, "blend")
    assert scene.room.scene == Scene(0.5, 0.5)
    scene.did("ann", Edit(0, "add", "goblet"))
    scene.run(DEFAULTS.blend_fade_s + 0.1)
    assert scene.room.scene == Scene(0.5, 0.5, (Portion("goblet", 1.0),), 1.0)
    scene.did("ann", Edit(0, "clear"))
    shown = scenes(scene, DEFAULTS.blend_fade_s + 0.1)
    assert all(one.portions for one in shown if one.blended > 0.0)
    assert shown[-1] == Scene(0.5, 0.5)


def test_a_blend_is_prepared_in_any_mode_and_shows_in_its_own() -> None:
    """R35."""
    scene = a_scene(goblet=0.75, helmet=0.25)
    assert [(slider.id, slider.weight) for slider in scene.people.blend] == [("goblet", 0.75), ("helmet", 0.25)]
    assert scene.room.scene == Scene(0.5, 0.5)


def test_a_blend_that_is_nearly_one_work_bumps_until_it_is_no_longer() -> None:
    """R35."""
    scene = a_scene(goblet=0.5, helmet=0.5)
    choose(scene, "blend")
    assert scene.room.bump is None
    scene.did("ben", Edit(0, "weigh", "helmet", 0.96))
    scene.run(0.2)
    scene.did("ann", Edit(0, "nudge", "goblet", 0.0))
    scene.did("ben", Edit(0, "weigh", "helmet", 0.96))
    scene.run(1.3)
    assert (scene.room.bump, scene.people.finders) == ("helmet", ["ben"])
    scene.did("ben", Edit(0, "weigh", "helmet", 0.92))
    scene.run(2.0)
    assert scene.room.bump == "helmet"
    scene.did("ben", Edit(0, "weigh", "helmet", 0.89))
    scene.run(2.0)
    assert (scene.room.bump, scene.people.finders) == (None, [])


def test_a_picture_that_still_turns_to_its_one_work_is_not_there_yet() -> None:
    """R35."""
    scene = a_scene(helmet=1.0)
    shown = choose(scene, "blend", 0.0)
    while scene.room.bump is None:
        shown = scenes(scene, 0.1)
    assert shown[-1].blended >= DEFAULTS.blend_enter


def test_the_points_own_bump_ends_while_the_blend_is_shown() -> None:
    """R35, R15."""
    scene = Playback(a_room(*PEOPLE, start=WORKS["goblet"]), NEAR, held=PEOPLE)
    scene.hold("ann", stick(0.0, 0.0))
    scene.run(1.0)
    assert scene.room.bump == "goblet"
    scene.did("ann", Bring(0, [Portion("goblet", 0.5), Portion("helmet", 0.5)]))
    choose(scene, "blend")
    assert scene.room.bump is None
    choose(scene, "together", DEFAULTS.blend_fade_s / 2 + 0.1)
    assert scene.room.bump is None  # the point has to settle anew
    scene.run(1.0)
    assert scene.room.bump == "goblet"


def test_the_room_moves_while_the_picture_turns_or_the_blend_changes_and_rests_after() -> None:
    """R34."""
    scene = a_scene(goblet=0.5, helmet=0.5)
    scene.hold("ann", stick(0.0, 0.0))
    scene.run(1.0)
    assert not scene.room.moving
    scene.did("guide", ChooseMode(0, "blend"), guide=True)
    scene.run(1.0)
    assert scene.room.moving
    scene.run(DEFAULTS.blend_fade_s)
    assert not scene.room.moving
    scene.did("ben", Edit(0, "weigh", "helmet", 0.6))
    scene.run(0.1)
    assert scene.room.moving
    scene.run(4.0)
    assert not scene.room.moving


def test_a_deed_wakes_a_room_at_rest_so_that_the_next_frame_shows_it() -> None:
    scene = a_scene(goblet=0.5, helmet=0.5)
    scene.hold("ann", stick(0.0, 0.0))
    scene.run(1.0)
    scene.now_s += 1.0
    scene.did("guide", ChooseMode(0, "blend"), guide=True)
    assert scene.room.moving
    scene.room.advance(scene.now_s, NEAR)
    assert 0.0 < scene.room.scene.blended <= STEP


def test_long_after_the_last_hand_the_room_wanders_and_a_touch_brings_the_blend_back() -> None:
    """R33, R34."""
    scene = a_scene(goblet=0.5, helmet=0.5)
    choose(scene, "blend")
    scene.run(DEFAULTS.idle_after_long_s + 3.0)
    assert (scene.mode, scene.room.scene.blended) == ("ambient", 0.0)
    scene.hold("ann", stick(1.0, 0.0))
    scene.run(DEFAULTS.blend_fade_s + 0.1)
    assert (scene.mode, scene.room.scene.blended) == ("blend", 1.0)


@pytest.mark.parametrize("mute", [True, False])
def test_who_leaves_or_is_muted_takes_their_hand_off_the_blend(mute: bool) -> None:
    """R12."""
    scene = a_scene(goblet=0.5, helmet=0.5)
    scene.did("ben", Edit(0, "weigh", "helmet", 0.6))
    assert [slider.hand for slider in scene.people.blend] == [None, "ben"]
    if mute:
        scene.room.mute("ben")
    else:
        scene.leave("ben")
    assert [slider.hand for slider in scene.people.blend] == [None, None]


# -- visitors' own pictures


def test_a_visitors_picture_comes_into_the_blend_and_is_no_bump() -> None:
    """R36."""
    scene = a_scene()
    scene.room.apply(Guest(GUEST, b"latent", MODEL), scene.now_s)
    scene.did("ann", Edit(0, "add", GUEST))
    choose(scene, "blend")
    scene.run(3.0)
    assert scene.room.scene.portions == (Portion(GUEST, 1.0),)
    assert scene.room.bump is None


def test_the_newest_pictures_are_kept_and_those_in_the_blend_longest() -> None:
    """R36."""
    scene = a_scene()
    names = [f"guest:{n:016x}" for n in range(MAX_GUESTS + 3)]
    for name in names[:MAX_GUESTS]:
        scene.room.apply(Guest(name, name.encode(), MODEL), scene.now_s)
    scene.did("ann", Edit(0, "add", names[0]))
    for name in names[MAX_GUESTS:]:
        scene.room.apply(Guest(name, name.encode(), MODEL), scene.now_s)
    assert list(scene.room.guests.latents) == [names[0], *names[4:]]
    assert scene.room.guests.latents[names[0]] == names[0].encode()


def test_a_picture_that_is_not_known_and_a_latent_too_large_stay_out() -> None:
    """R36."""
    scene = a_scene()
    scene.room.apply(Guest(GUEST, bytes(MAX_LATENT_BYTES + 1), MODEL), scene.now_s)
    scene.did("ann", Edit(0, "add", GUEST))
    assert (scene.room.guests, scene.people.blend) == (Guests(MODEL), [])
    assert (scene.room.ignored["latent too large"], scene.room.ignored["unknown work"]) == (1, 1)


def with_a_guest(**weights: float) -> Playback:
    """A room whose blend shows these works, and the guest with what is left of 1."""
    scene = a_scene()
    scene.room.apply(Guest(GUEST, b"latent", MODEL), scene.now_s)
    portions = [Portion(work, weight) for work, weight in weights.items()]
    scene.did("ann", Bring(0, [*portions, Portion(GUEST, 1.0 - sum(weights.values()))]))
    choose(scene, "blend")
    return scene


def test_with_another_model_its_guests_are_gone_and_the_rest_of_the_blend_keeps_its_proportions() -> None:
    """R36: at once in what shows too, as the new model's picture was without them already."""
    scene = with_a_guest(goblet=0.3, helmet=0.1)
    scene.room.show("another")
    assert [(portion.id, round(portion.weight, 9)) for portion in scene.room.scene.portions] == [
        ("goblet", 0.75),
        ("helmet", 0.25),
    ]
    assert [(slider.id, round(slider.weight, 9)) for slider in scene.people.blend] == [
        ("goblet", 0.75),
        ("helmet", 0.25),
    ]
    assert scene.room.guests == Guests("another") and scene.room.scene.blended == 1.0


def test_a_guest_that_is_gone_comes_back_by_no_undo_and_under_its_id_is_no_work() -> None:
    """R36."""
    scene = with_a_guest(goblet=0.5)
    scene.did("ann", Edit(0, "remove", GUEST))
    scene.room.show("another")
    for edit in (Edit(0, "undo"), Edit(0, "add", GUEST)):
        scene.did("ann", edit)
    assert [slider.id for slider in scene.people.blend] == ["goblet"]
    assert (scene.room.ignored["nothing to undo"], scene.room.ignored["unknown work"]) == (1, 1)


def test_a_blend_of_nothing_but_guests_leaves_the_map_and_the_next_one_is_turned_to_without_a_jump() -> None:
    """R34, R36."""
    scene = with_a_guest()
    scene.room.show("another")
    assert scene.room.scene.blended == 0.0 and scene.people.blend == []
    scene.did("ann", Edit(0, "add", "goblet"))
    turned = [one.blended for one in scenes(scene, DEFAULTS.blend_fade_s + 0.1)]
    assert max(after - before for before, after in pairwise([0.0, *turned])) <= STEP and turned[-1] == 1.0


def test_the_same_model_again_changes_nothing() -> None:
    """R36."""
    scene = with_a_guest(goblet=0.5)
    before = scene.room.scene
    scene.room.show(MODEL)
    assert scene.room.scene == before and GUEST in scene.room.guests.latents


def test_a_guest_that_was_found_for_another_model_does_not_come_in() -> None:
    """R36: its gateway had not heard of the new one yet."""
    scene = a_scene()
    scene.room.apply(Guest(GUEST, b"latent", "another"), scene.now_s)
    assert scene.room.guests == Guests(MODEL) and scene.room.ignored["guest of another model"] == 1


def number(of: float) -> bytes:
    return np.array([of], "<f4").tobytes()


def seen(scene: Playback) -> float:
    """What the picture is made of, each part by the one number of its latent; a work counts 0."""
    latents = scene.room.guests.drawable
    parts = [(latents.get(part.id, number(0.0)), part.weight) for part in scene.room.scene.portions]
    return sum(float(np.frombuffer(latent, "<f4")[0]) * weight for latent, weight in parts)


def test_a_guest_that_is_found_more_exactly_is_turned_to_without_a_jump() -> None:
    """R45: also when it is found yet again meanwhile, and beside a work that keeps its weight."""
    scene = a_scene()
    scene.room.apply(Guest(GUEST, number(0.0), MODEL), scene.now_s)
    scene.did("ann", Bring(0, [Portion("goblet", 0.5), Portion(GUEST, 0.5)]))
    choose(scene, "blend")
    scene.run(3.0)
    assert not scene.room.moving
    shown = [seen(scene)]
    for better, for_s in ((1.0, 0.2), (3.0, 4.0)):
        scene.room.apply(Guest(GUEST, number(better), MODEL), scene.now_s)
        assert seen(scene) == shown[-1], "what shows in this moment is what showed before"
        assert scene.room.moving
        for _ in range(round(for_s / DEFAULTS.tick_s)):
            scene.run(DEFAULTS.tick_s)
            shown.append(seen(scene))
    assert min(after - before for before, after in pairwise(shown)) >= 0
    assert max(after - before for before, after in pairwise(shown)) <= 1.5 * DEFAULTS.tick_s / DEFAULTS.blend_tau_s
    assert shown[-1] == 1.5 and not scene.room.moving
    assert scene.room.scene.portions == (Portion("goblet", 0.5), Portion(GUEST, 0.5))
    assert [slider.id for slider in scene.people.blend] == ["goblet", GUEST]


def test_a_guest_that_does_not_show_just_draws_better_and_keeps_its_age() -> None:
    """R45."""
    scene = a_scene()
    names = [f"guest:{n:016x}" for n in range(MAX_GUESTS)]
    for name in names:
        scene.room.apply(Guest(name, number(0.0), MODEL), scene.now_s)
    scene.room.apply(Guest(names[0], number(1.0), MODEL), scene.now_s)
    assert scene.room.guests == Guests(MODEL, dict.fromkeys(names, number(0.0)) | {names[0]: number(1.0)})
    assert next(iter(scene.room.guests.latents)) == names[0]


def test_what_a_guest_drew_before_is_kept_only_while_it_shows_and_by_no_snapshot() -> None:
    """R45."""
    scene = with_a_guest(goblet=0.5)
    scene.run(3.0)
    for better in range(3 * MAX_GUESTS):
        scene.room.apply(Guest(GUEST, number(better), MODEL), scene.now_s)
        scene.run(DEFAULTS.tick_s)
    assert len(scene.room.guests.former) == MAX_GUESTS
    assert list(snapshot.read(scene.room.snapshot(scene.now_s)).guests) == [GUEST]
    scene.run(5.0)
    scene.room.apply(Guest(GUEST, number(0.0), MODEL), scene.now_s)
    assert len(scene.room.guests.former) == 1
    scene.room.show("another")
    assert scene.room.guests == Guests("another")
    assert [portion.id for portion in scene.room.scene.portions] == ["goblet"]
