{#
  Row security, policies and grants of a mart, in the transaction that makes or fills it. Called only while they are not as they should
  be (mart_state): a policy's DDL locks the readers out. Never FORCE: the owner fills the table.

  meta.tenant, for whoever reads:
    organization: the organization's rows.
    shared: as well those of nobody, which everyone has.
    overlay: as well shared rows, but those of which the organization has a row of its own. An overlay counts from the moment
      resolution.overlays names it, so that exactly one of the two rows shows, in every mart at once.
    everyone: no organization's rows, for members and analysts of any.
  meta.access, for members in addition: what their role reaches, see member_reach. An analyst reads all rows of the organization.
#}
{% macro protect_mart(relation, meta) -%}
do $protect$
declare
  stale name;
begin
  for stale in select polname from pg_policy where polrelid = '{{ relation }}'::regclass loop
    execute format('drop policy %I on {{ relation }}', stale);
  end loop;
  {{ mart_rights(relation, meta) }}
  execute format('comment on policy "{{ analysts_policy() }}" on {{ relation }} is %L',
    '{{ mart_fingerprint(relation, meta) }} ' || {{ catalog_state(relation) }});
end $protect$
{%- endmacro %}

{% macro analysts_policy() -%} analysts read what their organization may see {%- endmacro %}

{% macro mart_rights(relation, meta) -%}
  {%- set components = ['leadhouse_leads', 'leadhouse_campaigns', 'leadhouse_enrichment', 'leadhouse_console'] -%}
  {%- set rows = tenant_rows(meta) -%}
revoke all on {{ relation }} from public;
grant select on {{ relation }} to authenticated, leadhouse_analyst, {{ components | join(', ') }};
grant select, update, delete on {{ relation }} to leadhouse_privacy;
create policy "{{ analysts_policy() }}" on {{ relation }} for select to leadhouse_analyst using ({{ rows }});
create policy "members read what their role reaches" on {{ relation }} for select to authenticated
  using (({{ rows }}) and ({{ member_reach(meta) }}));
{% for component in components %}
create policy "{{ component }} reads across organizations" on {{ relation }} for select to {{ component }} using (true);
{% endfor %}
create policy "leadhouse_privacy erases across organizations" on {{ relation }} to leadhouse_privacy using (true) with check (true);
alter table {{ relation }} enable row level security;
{%- endmacro %}

{% macro check_tenant(meta) %}
  {% if meta.get('tenant') not in ['organization', 'shared', 'overlay', 'everyone'] %}
    {{ exceptions.raise_compiler_error(
      model.name ~ ": a mart says in meta.tenant whose rows a reader sees: 'organization', 'shared', 'overlay' or 'everyone'."
    ) }}
  {% endif %}
{% endmacro %}

{% macro tenant_rows(meta) -%}
  {%- set organization = '(select identity.current_organization_id())' -%}
  {%- if meta['tenant'] == 'overlay' -%}
    {%- set overlays = "(select resolution.my_overlays('" ~ meta['entity_kind'] ~ "'))" -%}
(organization_id = {{ organization }} and {{ meta['entity_id'] }} in {{ overlays }})
      or (organization_id is null and {{ organization }} is not null and {{ meta['entity_id'] }} not in {{ overlays }})
  {%- elif meta['tenant'] == 'shared' -%}
organization_id = {{ organization }} or (organization_id is null and {{ organization }} is not null)
  {%- elif meta['tenant'] == 'everyone' -%}
{{ organization }} is not null
  {%- else -%}
organization_id = {{ organization }}
  {%- endif -%}
{%- endmacro %}

{#
  What a member's role reaches, in forms that run once a query: an init plan, or a sub-select that is hashed when it is needed.
    lead: the leads that the member sees in the work itself, at this moment, and all that is told of them.
    lead_of_campaign: the same; a client's member only what the client's own campaigns did.
    person, company: all, or those of the member's leads.
    campaign: all, or those of the member's client.
    analytics, sources, members: by the resource of that name.
#}
{% macro member_reach(meta) -%}
  {%- set access = meta.get('access') -%}
  {%- set leads = "(select identity.reaches_all('leads', 'read')) or lead_id in (select seen.lead_id from app.leads as seen)" -%}
  {%- set campaigns = 'campaign_id = any ((select identity.my_campaign_ids())::uuid[])' -%}
  {%- if access == 'lead' -%}
{{ leads }}
  {%- elif access == 'lead_of_campaign' -%}
({{ leads }}) and ((select identity.current_client_id()) is null or {{ campaigns }})
  {%- elif access in ['person', 'company'] -%}
  {%- set resource = {'person': 'people', 'company': 'companies'}[access] -%}
(select identity.reaches_all('{{ resource }}', 'read'))
      or ((select identity.may('{{ resource }}', 'read')) and {{ access }}_id in (select app.my_entity_ids('{{ access }}')))
  {%- elif access == 'campaign' -%}
(select identity.reaches_all('campaigns', 'read')) or {{ campaigns }}
  {%- elif access in ['analytics', 'sources', 'members'] -%}
(select identity.reaches_all('{{ access }}', 'read'))
  {%- elif meta['tenant'] == 'everyone' -%}
true
  {%- else -%}
    {{ exceptions.raise_compiler_error(model.name ~ ': a mart says in meta.access which members read it, see the macro member_reach.') }}
  {%- endif -%}
{%- endmacro %}
