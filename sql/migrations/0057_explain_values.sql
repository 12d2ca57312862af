-- Why a value is what it is, down to the bytes: one function, for one's own organization
-- depends: 0056_create_waterfalls

-- migrate: apply

-- An entity and all that became it, as an organization sees it.
create function app.entities_behind(of_organization uuid, of_entity uuid) returns setof uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  return query
    with recursive behind (entity_id, steps) as (
      select of_entity, 0
      union
      select redirect.from_entity_id, behind.steps + 1
        from behind
        join resolution.redirects as redirect on redirect.to_entity_id = behind.entity_id and redirect.reverted_batch_no is null
         and (redirect.organization_id is null or redirect.organization_id = of_organization)
       where behind.steps < 32)
    select distinct behind.entity_id from behind;
end $$;

-- What a lead stands for now: its person, its company, or the one that these became.
create function app.entity_of_lead(of_organization uuid, of_lead uuid) returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  perform identity.require_organization(of_organization);
  return (select app.current_entity(lead.entity_id, lead.organization_id)
            from app.leads as lead where lead.lead_id = of_lead and lead.organization_id = of_organization);
end $$;

-- Where records come from: the extraction, the archived answer that it read, or the provider's answer that was paid for.
-- Fetches and bytes are no tenant's to read; this tells of the records of one entity, shared ones and the organization's own.
create function app.find_evidence(of_organization uuid, of_kind text, of_entity uuid, of_records uuid[])
returns table (record_id uuid, extraction_id uuid, content_hash text, fetch_id uuid, fetched_at timestamptz, warc_uri text,
  warc_offset bigint, warc_length bigint, request_id uuid, price_eur numeric)
language plpgsql stable security definer set search_path = '' as $$
#variable_conflict use_column
begin
  perform identity.require_organization(of_organization);
  return query
    with subjects as materialized (
      select assignment.subject_id from resolution.assignments as assignment
       where assignment.entity_id in (select app.entities_behind(of_organization, of_entity))
         and (assignment.organization_id is null or assignment.organization_id = of_organization)),
    records as (
      select person.run_on, person.record_id, person.extraction_id, person.landing_id
        from subjects join raw.person_records as person using (subject_id)
       where of_kind = 'person' and person.record_id = any (of_records)
      union all
      select company.run_on, company.record_id, company.extraction_id, company.landing_id
        from subjects join raw.company_records as company using (subject_id)
       where of_kind = 'company' and company.record_id = any (of_records))
    select records.record_id, records.extraction_id,
           coalesce(page.content_hash, answer.content_hash, extraction.content_hash), extraction.fetch_id, page.requested_at,
           page.warc_uri, page.warc_offset, page.warc_length, answer.request_id, answer.price_eur
      from records
      join raw.extractions as extraction on extraction.run_on = records.run_on and extraction.extraction_id = records.extraction_id
      left join lateral (
        -- a replay of another day reads the fetch of then
        select fetched.* from raw.fetches as fetched
         where fetched.run_on = records.run_on and fetched.fetch_id = extraction.fetch_id
        union all
        select fetched.* from raw.fetches as fetched
         where fetched.source_key = extraction.source_key and fetched.url = extraction.unit_key
           and fetched.fetch_id = extraction.fetch_id and fetched.run_on <> records.run_on
        limit 1) as page on true
      left join lateral (
        select response.request_id, response.price_eur,
               encode(sha256(convert_to(response.payload::text, 'UTF8')), 'hex') as content_hash
          from app.enrichment_requests as request
          join raw.provider_responses as response
            on response.run_on = records.run_on and response.request_id = request.request_id
           and response.landing_id = records.landing_id
         where request.entity_id = case when extraction.source_key like 'provider/%'
                                        then split_part(extraction.unit_key, '/', 3)::uuid end
           and request.organization_id = of_organization
         limit 1) as answer on true;
end $$;

-- Every candidate of an entity's values, best first: what it rests on, the rule that decided, and what lost. The marts' rows are read
-- as the caller; corrections that they do not hold yet go before them. `origin` is page, provider, file or correction.
create function app.explain_entity(of_organization uuid, of_kind text, of_entity uuid, of_attribute text default null)
returns table (entity_kind text, entity_id uuid, attribute text, value text, place integer, is_winner boolean, is_primary boolean,
  rule_id text, confidence double precision, agreeing_sources integer, origin text, source_key text, provider text, price_eur numeric,
  url text, locator text, raw_value text, observed_at timestamptz, extractor text, extractor_version text, is_private boolean,
  record_id uuid, extraction_id uuid, request_id uuid, fetch_id uuid, fetched_at timestamptz, warc_uri text, warc_offset bigint,
  warc_length bigint, content_hash text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
begin
  if of_kind not in ('person', 'company') then
    raise exception 'an entity is a person or a company, not a %', of_kind using errcode = 'invalid_parameter_value';
  end if;
  return query
    with seen as materialized (
      select * from (
        select mart.organization_id, mart.attribute, mart.value, mart.place, mart.is_winner, mart.is_primary, mart.rule_id,
               mart.confidence, mart.agreeing_sources, mart.source_key, mart.url, mart.locator, mart.raw_value, mart.observed_at,
               mart.extractor, mart.extractor_version, mart.is_private, mart.record_id
          from mart_leads.fct_person_values as mart where of_kind = 'person' and mart.person_id = of_entity
        union all
        select mart.organization_id, mart.attribute, mart.value, mart.place, mart.is_winner, mart.is_primary, mart.rule_id,
               mart.confidence, mart.agreeing_sources, mart.source_key, mart.url, mart.locator, mart.raw_value, mart.observed_at,
               mart.extractor, mart.extractor_version, mart.is_private, mart.record_id
          from mart_companies.fct_company_values as mart where of_kind = 'company' and mart.company_id = of_entity) as mart
       where mart.organization_id is null or mart.organization_id = of_organization),
    stated as (
      select * from seen
       where (of_attribute is null or seen.attribute = of_attribute)
         and (seen.organization_id is not null or not exists (select from seen as own where own.organization_id is not null))),
    corrected as (
      select * from (
        select distinct on (correction.attribute) correction.*
          from app.corrections as correction
         where correction.organization_id = of_organization and correction.reverted_at is null
           and correction.entity_id in (select app.entities_behind(of_organization, of_entity))
           and (of_attribute is null or correction.attribute = of_attribute)
         order by correction.attribute, correction.created_at desc, correction.correction_id) as newest
       where not exists (select from stated where stated.record_id = newest.correction_id)),
    ranked as (
      select corrected.attribute, corrected.value, 1 as place, corrected.value is not null as is_winner,
             corrected.value is not null as is_primary, 'correction' as rule_id, 1.0::double precision as confidence,
             1 as agreeing_sources, 'correction' as source_key, null::text as url, null::text as locator,
             corrected.reason as raw_value, corrected.created_at as observed_at, 'person' as extractor, '1' as extractor_version,
             true as is_private, corrected.correction_id as record_id
        from corrected
      union all
      select stated.attribute, stated.value,
             case when corrected.attribute is null then stated.place
                  else 1 + row_number() over (partition by stated.attribute order by stated.place)::integer end,
             stated.is_winner and corrected.attribute is null, stated.is_primary and corrected.attribute is null,
             case when corrected.attribute is null then stated.rule_id
                  when corrected.value is null then 'corrected_to_none' else 'correction' end,
             stated.confidence, stated.agreeing_sources, stated.source_key, stated.url, stated.locator, stated.raw_value,
             stated.observed_at, stated.extractor, stated.extractor_version, stated.is_private, stated.record_id
        from stated
        left join corrected using (attribute)
       where corrected.attribute is null or stated.source_key <> 'correction'),
    evidence as (
      select * from app.find_evidence(of_organization, of_kind, of_entity, (select array_agg(distinct stated.record_id) from stated)))
    select of_kind, of_entity, ranked.attribute, ranked.value, ranked.place, ranked.is_winner, ranked.is_primary, ranked.rule_id,
           ranked.confidence, ranked.agreeing_sources,
           case when ranked.source_key = 'correction' then 'correction'
                when ranked.source_key like 'provider/%' then 'provider'
                when evidence.fetch_id is not null then 'page' else 'file' end,
           ranked.source_key, case when ranked.source_key like 'provider/%' then split_part(ranked.source_key, '/', 2) end,
           evidence.price_eur, ranked.url, ranked.locator, ranked.raw_value, ranked.observed_at, ranked.extractor,
           ranked.extractor_version, ranked.is_private, ranked.record_id, evidence.extraction_id, evidence.request_id,
           evidence.fetch_id, evidence.fetched_at, evidence.warc_uri, evidence.warc_offset, evidence.warc_length, evidence.content_hash
      from ranked
      left join evidence on evidence.record_id = ranked.record_id
     order by ranked.attribute, ranked.place;
end $$;

-- Every value of a lead's person and company, or of one attribute. A lead that the caller does not see has none: no_data_found.
create function app.explain_lead(of_lead uuid, of_attribute text default null)
returns table (entity_kind text, entity_id uuid, attribute text, value text, place integer, is_winner boolean, is_primary boolean,
  rule_id text, confidence double precision, agreeing_sources integer, origin text, source_key text, provider text, price_eur numeric,
  url text, locator text, raw_value text, observed_at timestamptz, extractor text, extractor_version text, is_private boolean,
  record_id uuid, extraction_id uuid, request_id uuid, fetch_id uuid, fetched_at timestamptz, warc_uri text, warc_offset bigint,
  warc_length bigint, content_hash text)
language plpgsql stable set search_path = '' as $$
#variable_conflict use_column
declare
  lead app.leads;
  known record;
begin
  select * into lead from app.leads where lead_id = of_lead;
  if not found then
    raise exception 'there is no lead %', of_lead using errcode = 'no_data_found';
  end if;
  select mart.person_id, mart.company_id into known from mart_leads.dim_leads as mart where mart.lead_id = of_lead;
  return query
    select explained.*
      from (values ('person', coalesce(known.person_id, case when lead.entity_kind = 'person'
                                                             then app.entity_of_lead(lead.organization_id, of_lead) end)),
                   ('company', coalesce(known.company_id, case when lead.entity_kind = 'company'
                                                               then app.entity_of_lead(lead.organization_id, of_lead) end))) as about (kind, id)
     cross join lateral app.explain_entity(lead.organization_id, about.kind, about.id, of_attribute) as explained
     where about.id is not null;
end $$;

do $$
declare
  routine regprocedure;
begin
  foreach routine in array array['app.entities_behind(uuid, uuid)', 'app.entity_of_lead(uuid, uuid)',
      'app.find_evidence(uuid, text, uuid, uuid[])', 'app.explain_entity(uuid, text, uuid, text)',
      'app.explain_lead(uuid, text)']::regprocedure[] loop
    execute format('alter function %s owner to leadhouse_owner', routine);
    execute format('revoke execute on function %s from public', routine);
    execute format('grant execute on function %s to authenticated, leadhouse_leads, leadhouse_console', routine);
  end loop;
end $$;

-- migrate: rollback

drop function app.explain_lead;
drop function app.explain_entity;
drop function app.find_evidence;
drop function app.entity_of_lead;
drop function app.entities_behind;
