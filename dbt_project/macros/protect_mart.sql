{#
  Row security, policies and grants of a mart, in the transaction that makes or fills it. Nothing is touched while they are as they
  should be: a policy's DDL would lock the readers out. Never FORCE: the owner fills the table.

  tenant 'organization': members and analysts read their organization's rows.
  tenant 'overlay': shared rows as well, but those of which the organization has a row of its own. An overlay counts from the moment
  resolution.overlays names it, so that exactly one of the two rows shows, in every mart at once.
#}
{% macro protect_mart(relation, meta) %}
  {%- set organization = '(select identity.current_organization_id())' -%}
  {%- if meta['tenant'] == 'overlay' -%}
    {%- set overlays = "(select resolution.my_overlays('" ~ meta['entity_kind'] ~ "'))" -%}
    {%- set predicate -%}
(organization_id = {{ organization }} and {{ meta['entity_id'] }} in {{ overlays }})
      or (organization_id is null and {{ organization }} is not null and {{ meta['entity_id'] }} not in {{ overlays }})
    {%- endset -%}
  {%- else -%}
    {%- set predicate = 'organization_id = ' ~ organization -%}
  {%- endif -%}
  {%- set policy = 'members read what their organization may see' -%}
  {%- set components = ['leadhouse_leads', 'leadhouse_campaigns', 'leadhouse_enrichment', 'leadhouse_console'] -%}
  {%- set rights -%}
    revoke all on {{ relation }} from public;
    grant select on {{ relation }} to authenticated, leadhouse_analyst, {{ components | join(', ') }};
    create policy "{{ policy }}" on {{ relation }} for select to authenticated, leadhouse_analyst using ({{ predicate }});
    {% for component in components %}
    create policy "{{ component }} reads across organizations" on {{ relation }} for select to {{ component }} using (true);
    {% endfor %}
    alter table {{ relation }} enable row level security;
  {%- endset -%}
  {%- set fingerprint = local_md5(rights | replace(relation.identifier, this.identifier)) -%}
do $protect$
declare
  stale name;
begin
  if exists (select from pg_policy join pg_class on pg_class.oid = polrelid
              where polrelid = '{{ relation }}'::regclass and polname = '{{ policy }}' and relrowsecurity
                and obj_description(pg_policy.oid, 'pg_policy') = '{{ fingerprint }}') then
    return;
  end if;
  for stale in select polname from pg_policy where polrelid = '{{ relation }}'::regclass loop
    execute format('drop policy %I on {{ relation }}', stale);
  end loop;
  {{ rights }}
  comment on policy "{{ policy }}" on {{ relation }} is '{{ fingerprint }}';
end $protect$
{% endmacro %}

