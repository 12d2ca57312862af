"""The first landing of a month makes its partitions: beside who reads, like those that stand, once for two at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

MAKE = "select raw.ensure_partitions(%s)"
STANDING, FAR, FARTHER = "2026-11-20", "2031-02-20", "2031-03-20"
FORM = """
select parent.relname as parent, part.relrowsecurity,
       (select array_agg((attname, attnotnull, atttypid, attstorage, attcompression)::text order by attnum)
          from pg_attribute where attrelid = part.oid and attnum > 0) as columns,
       (select array_agg((contype, convalidated, conindid <> 0, undated.definition)::text order by undated.definition)
          from pg_constraint
         cross join lateral (select regexp_replace(pg_get_constraintdef(oid), %(month)s, '', 'g'))
                         as undated (definition)
         where conrelid = part.oid) as constraints,
       (select array_agg((undated.definition, indisunique, indisprimary)::text order by undated.definition)
          from pg_index
         cross join lateral (select regexp_replace(pg_get_indexdef(indexrelid), '^.* USING|' || %(month)s, '', 'g'))
                         as undated (definition)
         where indrelid = part.oid) as indexes,
       (select array_agg((tgname, tgtype, tgfoid)::text order by tgname) from pg_trigger
         where tgrelid = part.oid and not tgisinternal) as triggers
  from pg_inherits join pg_class as parent on parent.oid = inhparent join pg_class as part on part.oid = inhrelid
 where parent.relnamespace = 'raw'::regnamespace and parent.relkind = 'p' and part.relname like %(names)s
 order by 1
"""


def forms(connection, month):
    names = f"%\\_{month[:4]}\\_{month[5:7]}"
    return connection.execute(FORM, {"names": names, "month": "_[0-9]{4}_[0-9]{2}"}).fetchall()


def test_a_reader_and_the_first_landing_of_a_month_do_not_wait_for_each_other(module_database):
    with module_database.owner() as reader, module_database.owner() as maker:
        reader.execute("begin")
        reader.execute("select count(*) from raw.extractions join raw.fetches using (landing_id)")
        maker.execute("begin")
        maker.execute("set local lock_timeout = '5s'")
        [made] = maker.execute(MAKE, [FAR]).fetchone().values()
        reader.execute("set local lock_timeout = '5s'")
        reader.execute("select count(*) from raw.batches join raw.applications using (landing_id)")
        maker.execute("commit")
        reader.execute("commit")
        assert made == len(forms(maker, FAR)) > 5


def test_partitions_have_the_form_of_those_that_were_made_as_such(module_database):
    with module_database.owner() as owner:
        owner.execute(MAKE, [FARTHER])
        for each in forms(owner, FARTHER):
            name = f"{each['parent']}_2031_04"
            days = "values from ('2031-04-01') to ('2031-05-01')"
            owner.execute(f"create table raw.{name} partition of raw.{each['parent']} for {days}")
            owner.execute(f"alter table raw.{name} enable row level security")
        assert forms(owner, FARTHER) == forms(owner, "2031-04-01")


def test_two_at_a_time_make_it_once(module_database):
    def make(_):
        with module_database.owner() as connection:
            [made] = connection.execute(MAKE, ["2032-05-01"]).fetchone().values()
            return made

    with ThreadPoolExecutor(4) as makers:
        made = list(makers.map(make, range(4)))
    assert sorted(made)[:3] == [0, 0, 0]
    assert max(made) > 5


@pytest.mark.parametrize("day", [STANDING])
def test_a_month_that_stands_is_left_alone(module_database, day):
    with module_database.owner() as owner:
        owner.execute(MAKE, [day])
        assert owner.execute(MAKE, [day]).fetchone() == {"ensure_partitions": 0}
