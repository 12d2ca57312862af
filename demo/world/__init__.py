"""The generator: `World(seed, companies, day)` and what it consists of."""

from demo.world.generator import Site, World
from demo.world.model import Company, HostileSite, Person, Quirk

__all__ = ["Company", "HostileSite", "Person", "Quirk", "Site", "World"]
