-- Grain: check of an address on a day.
with source as (
  select * from {{ source('raw', 'email_checks') }}
),

final as (
  select
    run_on,
    email_normalized,
    landing_id,
    domain,
    status,
    is_syntax_valid,
    has_mx,
    is_role,
    is_free,
    is_disposable,
    reason,
    is_catch_all,
    smtp_code,
    bounce_probability,
    bounce_model,
    checked_at
  from source
)

select * from final
