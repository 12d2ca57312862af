-- The HTTP API's own: a transaction is set up for its caller, requests are repeated safely. Login: leadhouse_api.

-- name: set_up_caller
-- Until the transaction ends; goes out together with its begin.
select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %(claims)s, true),
       set_config('leadhouse.request', %(request)s, true);

-- name: check_caller
select identity.is_live_caller() as is_live;

-- name: take_request_key
select * from identity.take_request_key(%(key_hash)s, %(request_hash)s);

-- name: keep_request_answer
select identity.keep_request_answer(%(key_hash)s, %(status)s, %(answer)s) as done;

-- name: check_server
select 1 as is_up;
