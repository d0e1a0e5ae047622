"""What an installation counts, for Prometheus (`GET /metrics`).

A registry of its own: two installations in one process (as in tests) do not mix. Labels are few and fixed; the id of a
visitor, a session or an address is never one.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

FAST_BUCKETS_S = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.033, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""From one JPEG (0.2 ms) over a frame of the light generator (10 ms) to a full BigGAN on a processor (1 s)."""


class Metrics:
    """All figures of one process. A gateway leaves the renderer's at zero, and the other way round."""

    CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
    """What `text` is, for the HTTP answer."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        # -- drawing
        self.frames_drawn = Counter("genstudio_frames_drawn", "Pictures drawn and published.", registry=registry)
        self.draw_failures = Counter(
            "genstudio_draw_failures", "Pictures that the generator could not draw.", registry=registry
        )
        self.draw_seconds = Histogram(
            "genstudio_draw_seconds", "One pass of the generator.", buckets=FAST_BUCKETS_S, registry=registry
        )
        self.encode_seconds = Histogram(
            "genstudio_encode_seconds", "One JPEG.", buckets=FAST_BUCKETS_S, registry=registry
        )
        self.input_to_frame_seconds = Histogram(
            "genstudio_input_to_frame_seconds",
            "From a push reaching the renderer to the first frame that contains it.",
            buckets=FAST_BUCKETS_S,
            registry=registry,
        )
        self.rooms_held = Gauge("genstudio_rooms_held", "Rooms whose lease this renderer holds.", registry=registry)
        self.rooms_degraded = Gauge(
            "genstudio_rooms_degraded", "Rooms that keep their last picture because drawing fails.", registry=registry
        )
        self.room_people = Gauge("genstudio_room_people", "Visitors in the rooms drawn here.", registry=registry)
        self.leases_lost = Counter("genstudio_leases_lost", "Rooms taken over by another renderer.", registry=registry)

        # -- sockets
        self.connections = Gauge("genstudio_connections", "Open sockets.", ["role"], registry=registry)
        self.messages_in = Counter("genstudio_messages_in", "Messages from clients.", ["kind"], registry=registry)
        self.frames_sent = Counter("genstudio_frames_sent", "Frames written to sockets.", registry=registry)
        self.bytes_sent = Counter("genstudio_bytes_sent", "Bytes of frames written to sockets.", registry=registry)
        self.frames_dropped = Counter(
            "genstudio_frames_dropped", "Frames replaced by a newer one before they left.", ["slot"], registry=registry
        )
        """slot: `hub` (a gateway was slow), `wall`, `visitor`, `viewer` (a screen was)."""
        self.deeds_dropped = Counter(
            "genstudio_deeds_dropped", "Deeds beyond what one visitor may do in a tick.", registry=registry
        )
        self.faults = Counter("genstudio_faults", "Connections closed with a fault.", ["code"], registry=registry)
        self.refused = Counter("genstudio_refused", "Connections refused at the door.", ["reason"], registry=registry)

        # -- between processes
        self.hub_healthy = Gauge("genstudio_hub_healthy", "1 while the hub can be reached.", registry=registry)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)
