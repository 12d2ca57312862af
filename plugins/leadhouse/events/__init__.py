"""The stream of changes that a subscriber reads without missing or repeating any, and what people are told."""

from leadhouse.events.stream import Event, EventsGoneError, Position, position, read_events, wait_for_events

__all__ = ["Event", "EventsGoneError", "Position", "position", "read_events", "wait_for_events"]
