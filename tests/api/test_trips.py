"""Questions in one way there and back: a transaction of their own, of which nothing stays, whatever becomes of it."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from psycopg import sql
from psycopg.pq import TransactionStatus

from leadhouse.api import trips
from leadhouse.api.caller import Caller
from leadhouse.api.caller_work import CallerWork
from leadhouse.api.connections import pool
from leadhouse.api.problems import ProblemError
from leadhouse.database.questions import Question
from leadhouse.identity.audit import Origin

WHO = Question(sql.SQL("select current_user::text, current_setting('request.jwt.claims', true)"), {})


@pytest.fixture(scope="module")
def admin(world):
    return world.member("organization_admin")


@pytest.fixture
def work(world, admin):
    claims = {"sub": str(admin.user), "organization_id": str(admin.organization), "role": "authenticated"}
    return CallerWork(Caller(admin.user, admin.organization, None, None, claims), Origin())


def ask(*questions):
    return asyncio.run(trips.ask_in_one_trip(pool(), questions))


def test_a_caller_asks_as_himself_and_nothing_stays(work, admin):
    [[(user, claims)]] = asyncio.run(work.ask_alone(WHO))
    assert (user, str(admin.user) in claims) == ("authenticated", True)
    with pool().connection() as connection:
        assert connection.info.transaction_status == TransactionStatus.IDLE
    [[(user, claims)]] = ask(WHO)
    assert (user, claims or "") == ("leadhouse_api", "")


def test_rows_are_python_values_and_belong_to_their_questions():
    one = Question(sql.SQL("select %(number)s::integer + 1, %(words)s::text[]"), {"number": 1, "words": ["a", "ü%"]})
    many = Question(sql.SQL("select number from generate_series(1, 20000) as number"), {})
    none = Question(sql.SQL("select 1 where false"), {})
    assert ask(one, none, many) == [[(2, ["a", "ü%"])], [], [(number,) for number in range(1, 20001)]]


def test_a_plan_is_kept_on_its_connection():
    text = sql.SQL("select %(word)s::text as kept_here")
    for word in ("one", "two", "three"):
        assert ask(Question(text, {"word": word}, is_kept=True)) == [[(word,)]]
    count = sql.SQL(
        "select count(*) from pg_prepared_statements where statement like '%%kept_here' and name like 'trip%%'"
    )
    assert ask(Question(count, {})) == [[(1,)]]


def test_a_plan_that_is_gone_is_made_again():
    """psycopg deallocates all plans of a connection after a rollback."""
    kept = Question(sql.SQL("select %(word)s::text as made_again"), {"word": "here"}, is_kept=True)
    for _ in range(3):
        assert ask(kept) == [[("here",)]]
        with pool().connection() as connection:
            connection.execute("deallocate all")
    assert ask(kept) == [[("here",)]]


def test_what_fails_is_undone_and_the_connection_serves_on():
    before = ask(Question(sql.SQL("select pg_backend_pid()"), {}))
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(
            Question(sql.SQL("select set_config('leadhouse.request', 'left behind', true)"), {}),
            Question(sql.SQL("select 1 / %(none)s"), {"none": 0}, is_kept=True),
            Question(sql.SQL("select 2"), {}, is_kept=True),
        )
    assert ask(Question(sql.SQL("select pg_backend_pid()"), {})) == before
    [[(left,)]] = ask(Question(sql.SQL("select current_setting('leadhouse.request', true)"), {}))
    assert not left
    assert ask(Question(sql.SQL("select 2"), {}, is_kept=True)) == [[(2,)]]


def test_a_lost_connection_is_replaced(module_database):
    [[(lost,)]] = ask(Question(sql.SQL("select pg_backend_pid()"), {}))
    with module_database.owner() as owner:
        owner.execute("select pg_terminate_backend(%s, 10000)", [lost])
    [[(other,)]] = ask(Question(sql.SQL("select pg_backend_pid()"), {}))
    assert other != lost


def test_whoever_is_cancelled_leaves_no_answers_to_others():
    async def cancelled():
        slow = Question(sql.SQL("select pg_sleep(60), 'slow'"), {})
        asking = asyncio.create_task(trips.ask_in_one_trip(pool(), [slow]))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asking, 0.3)

    asyncio.run(cancelled())
    assert ask(Question(sql.SQL("select 'mine'"), {})) == [[("mine",)]]


def test_a_question_larger_than_the_socket_takes():
    long = "ab" * 4_000_000
    assert ask(Question(sql.SQL("select length(%(long)s)"), {"long": long})) == [[(len(long),)]]


def test_who_was_ended_gets_nothing(world):
    person = world.member("sales_rep")
    session = "00000000-0000-0000-0000-000000000001"
    claims = {"sub": str(person.user), "organization_id": str(person.organization), "session_id": session}
    work = CallerWork(Caller(person.user, person.organization, None, None, claims), Origin())
    with pytest.raises(ProblemError, match="ended"):
        asyncio.run(work.ask_alone(WHO))


def test_a_page_follows_a_new_role_at_once(api, world, admin):
    """Whose leads somebody reaches is remembered, and never answered from memory."""
    rep = world.member("sales_rep", admin.organization)
    lead = {"fullName": "Nora Neu", "domain": "neu.example"}
    made = api.post("/api/v1/leads/create", headers=world.headers(admin), json=lead)
    assert made.status_code == 201, made.text
    headers = world.headers(rep)

    def total():
        answer = api.get("/api/v1/leads", headers=headers)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["data"]) == answer.json()["pagination"]["total"]
        return answer.json()["pagination"]["total"]

    assert [total(), total()] == [0, 0]
    change = "update identity.members set role = %s where user_id = %s"
    world.rows(f"{change} returning user_id", "sales_manager", rep.user)
    assert [total(), total()] == [1, 1]
    world.rows(f"{change} returning user_id", "sales_rep", rep.user)
    assert [total(), total()] == [0, 0]
