"""Figures: separate for each installation, and about nobody."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from server.metrics import Metrics

LABELS = {"role", "kind", "slot", "code", "reason", "le"}
"""Each has a handful of values. A label with ids would grow for ever, and say who was here."""


def test_two_installations_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.frames_drawn.inc()
    assert b"genstudio_frames_drawn_total 1.0" in first.text()
    assert b"genstudio_frames_drawn_total 0.0" in second.text()


def test_no_label_can_hold_an_id() -> None:
    metrics = Metrics()
    labels = {name for metric in vars(metrics).values() for name in getattr(metric, "_labelnames", ())}
    assert labels <= LABELS


def test_the_text_is_what_prometheus_reads() -> None:
    metrics = Metrics()
    metrics.connections.labels("wall").set(2)
    families = {family.name: family for family in text_string_to_metric_families(metrics.text().decode())}
    assert [sample.value for sample in families["genstudio_connections"].samples] == [2.0]
    assert all(family.documentation for family in families.values())
