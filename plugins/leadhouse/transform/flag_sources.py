"""dbt's own flags without the walk through the stack that each of them makes.

dbt-adapters names, for each of its 21 flags and twice a call, the module that asked for it, by reading the source of
every frame on the stack (`inspect.stack`): more than a second of CPU a build under Airflow or pytest, whose stacks are
deep and whose modules are many. The name is shown beside a deprecation and nowhere else.
"""

from __future__ import annotations

from functools import cache

SOURCE = "dbt.adapters.postgres.impl"  # what the walk finds


@cache
def name_flag_sources() -> None:
    """Have dbt take the answer of the walk as known. A repeat changes nothing; dbt is loaded only here."""
    from dbt_common.behavior_flags import BehaviorFlagRendered

    BehaviorFlagRendered._default_source = staticmethod(lambda: SOURCE)  # type: ignore[method-assign]
