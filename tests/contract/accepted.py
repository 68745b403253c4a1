"""Where Cairn's reply may differ from the peer's, and why."""

from dataclasses import dataclass
from typing import Callable


@dataclass
class Rule:
    reason: str
    covers: Callable  # (step, their reply, our reply) -> bool
    optional: bool = False


ACCEPTED = []
